"""The hooks that a program's reads and writes pass through: by an allow-list for each exact type, never by what is forbidden."""

import collections
import operator
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType
from typing import Any, NoReturn

from vpd.engine.sandbox.confined.formatting import Formatter, format_text
from vpd.engine.sandbox.confined.modules import MODULES, Names
from vpd.engine.sandbox.confined.values import Builtin, Kind, Record, Region, ToolFunction

__all__ = ["REGION", "Reader", "augment", "in_place", "read_item", "writable"]

REGION = tuple("left top right bottom x y width height area label score lower upper horizontal_center vertical_center".split())
"""What can be read of a region."""

TEXT = frozenset(
    "capitalize casefold center count endswith expandtabs find index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix "
    "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase "
    "title translate upper zfill format format_map".split()
)
LIST = frozenset("append clear copy count extend index insert pop remove reverse sort".split())
DICT = frozenset("clear copy fromkeys get items keys pop popitem setdefault update values".split())
SET = frozenset(
    "add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset issuperset "
    "pop remove symmetric_difference symmetric_difference_update union update".split()
)
METHODS: dict[type, frozenset[str]] = {
    str: TEXT,
    list: LIST,
    dict: DICT,
    set: SET,
    frozenset: SET,
    tuple: frozenset(("count", "index")),
    range: frozenset(("count", "index", "start", "stop", "step")),
    int: frozenset(("bit_count", "bit_length", "real", "imag", "numerator", "denominator", "conjugate")),
    bool: frozenset(("real", "imag", "bit_length", "numerator", "denominator")),
    float: frozenset(("is_integer", "real", "imag", "as_integer_ratio", "conjugate")),
    collections.Counter: DICT | {"most_common", "elements", "total", "subtract"},
    collections.defaultdict: DICT,
    collections.OrderedDict: DICT | {"move_to_end"},
    collections.deque: LIST | {"appendleft", "popleft", "extendleft", "rotate"},
    re.Match: frozenset("group groups groupdict start end span".split()),
    re.Pattern: frozenset("match fullmatch search sub subn split findall finditer pattern groups".split()),
    slice: frozenset(("start", "stop", "step")),
}
"""Methods that a value of exactly this type has for a program."""

INDEXED = frozenset(
    (
        list,
        tuple,
        str,
        dict,
        range,
        collections.Counter,
        collections.defaultdict,
        collections.OrderedDict,
        collections.deque,
        re.Match,
    )
)
WRITABLE = frozenset((list, dict, collections.Counter, collections.defaultdict, collections.OrderedDict, collections.deque))
FUNCTIONS: tuple[type, ...] = (FunctionType, BuiltinFunctionType, BuiltinMethodType)
PIXELS = frozenset(
    ("pixels", "cropped_image", "original_image", "img", "data", "size", "shape", "save", "show", "convert", "numpy")
)

IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "<<=": operator.ilshift, ">>=": operator.irshift, "|=": operator.ior,
    "&=": operator.iand, "^=": operator.ixor,
}  # fmt: skip


class Reader:
    """Reads attributes for one program: of plain values by list, of regions with the tools that take an image."""

    def __init__(self, methods: Mapping[str, Any]) -> None:
        self.methods = methods
        """Tools that take an image first, by every name they have; each is what asks the host."""

    def attribute(self, value: Any, name: str) -> Any:
        """What `value.name` is. Raises `AttributeError` that names the near ones."""
        kind = type(value)
        if kind is Region:
            if name in REGION:
                return getattr(value, name)
            if name in self.methods:
                return ToolFunction(name, self.methods[name], value)
            self.missing_of_region(name)
        allowed = METHODS.get(kind)
        if allowed is not None:
            if name in allowed:
                return Formatter(value, name) if kind is str and name in ("format", "format_map") else getattr(value, name)
            missing(f"{kind.__name__} has no attribute {name!r} here", name, allowed)
        return self.rare_attribute(value, name)

    def rare_attribute(self, value: Any, name: str) -> Any:
        """Of records, modules, types and exceptions."""
        kind = type(value)
        if kind is Record:
            if name in value.fields:
                return value.fields[name]
            missing(f"{value.name} has no field {name!r}", name, value.fields)
        if kind is Names:
            if name in MODULES[value.module]:
                return MODULES[value.module][name]
            missing(f"module {value.module} has no {name!r} here", name, MODULES[value.module])
        if kind is type and name in METHODS.get(value, ()):
            return format_text if value is str and name.startswith("format") else getattr(value, name)
        if isinstance(value, Exception) and name in ("args", "message"):
            return value.args if name == "args" else str(value)
        if value is None:
            message = f"None has no attribute {name!r}: something gave no value; test it with `is not None` first"
            raise AttributeError(message)
        message = f"{name_of(value)} has no attribute {name!r} here"
        raise AttributeError(message)

    def missing_of_region(self, name: str) -> NoReturn:
        """Say what an image has."""
        if name in PIXELS:
            message = f"an image has no attribute {name!r}: programs hold no pixels; call a tool on the image"
            raise AttributeError(message)
        missing(f"an image has no attribute {name!r}", name, [*REGION, *self.methods])

    def has(self, value: Any, name: str) -> bool:
        """What `hasattr` says."""
        try:
            self.attribute(value, plain_name(name))
        except AttributeError:
            return False
        return True

    def get(self, value: Any, name: str, *default: Any) -> Any:
        """What `getattr` gives."""
        try:
            return self.attribute(value, plain_name(name))
        except AttributeError:
            if default:
                return default[0]
            raise


def plain_name(name: Any) -> str:
    """An attribute's name, if it is text and of no harm."""
    if type(name) is not str:
        message = f"an attribute's name must be text, got {type(name).__name__}"
        raise TypeError(message)
    if name.startswith("_"):
        message = f"attributes with an underscore in front are out of reach, got {name[:40]!r}"
        raise AttributeError(message)
    return name


def missing(what: str, name: str, known: Any) -> NoReturn:
    """Raise an error that names the near ones, or all where none is near."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    message = f"{what}; " + (f"did you mean {' or '.join(near)}?" if near else f"there is: {', '.join(names[:60])}")
    raise AttributeError(message)


def name_of(value: Any) -> str:
    """The name of a kind, of a function, or of the kind that a value is of."""
    if isinstance(value, type):
        return "ImagePatch" if value is Region else value.__name__
    if type(value) in (Builtin, Kind, Record, ToolFunction):
        return str(value.name)
    if type(value) in FUNCTIONS:
        return str(value.__name__).strip()
    return name_of(type(value))


def read_item(value: Any, key: Any) -> Any:
    """What `value[key]` is."""
    if type(value) not in INDEXED:
        message = f"{name_of(value)} cannot be indexed" + ("; take one from a list: `found[0]`" if type(value) is Region else "")
        raise TypeError(message)
    return value[key]


def writable(value: Any) -> Any:
    """The value itself, if its items may be set."""
    if type(value) not in WRITABLE:
        message = f"items of {name_of(value)} cannot be set; only those of lists and dicts can"
        raise TypeError(message)
    return value


def in_place(word: str, old: Any, value: Any) -> Any:
    """What `old += value` leaves in `old`."""
    return IN_PLACE[word](old, value)


def augment(container: Any, key: Any, word: str, value: Any) -> Any:
    """`container[key] += value`; gives the new item."""
    made = IN_PLACE[word](read_item(container, key), value)
    writable(container)[key] = made
    return made
