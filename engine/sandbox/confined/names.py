"""What a program can name: Python's own functions for plain values, the exceptions it may catch, the tools, the image."""

import builtins
from typing import Any

from vpd.engine.sandbox.confined.modules import Names, import_names
from vpd.engine.sandbox.confined.reading import FUNCTIONS, METHODS, Reader, augment, in_place, name_of, read_item, writable
from vpd.engine.sandbox.confined.recorder import Printer, Recorder
from vpd.engine.sandbox.confined.values import Builtin, Kind, Record, Region, ToolError, ToolFunction

__all__ = ["make_names"]

PLAIN = (
    "abs all any ascii bin bool chr dict divmod enumerate filter float frozenset hex int iter len list map max min next oct "
    "ord pow range repr reversed round set slice sorted str sum tuple zip"
).split()
EXCEPTIONS = (
    "ArithmeticError AssertionError AttributeError Exception FloatingPointError ImportError IndexError KeyError LookupError "
    "MemoryError ModuleNotFoundError NameError NotImplementedError OSError OverflowError RecursionError RuntimeError "
    "RuntimeWarning StopIteration TypeError UnboundLocalError UnicodeError UserWarning ValueError Warning ZeroDivisionError"
).split()
BUILTINS: dict[str, Any] = {name: getattr(builtins, name) for name in (*PLAIN, *EXCEPTIONS)}
BUILTINS |= {"BaseException": Exception, "NotImplemented": NotImplemented, "Ellipsis": Ellipsis}

IMAGE_KINDS = ("ImagePatch", "Image", "Box")
"""Names under which programs know a region's kind."""


def make_names(
    image: Region, tools: dict[str, Any], methods: dict[str, Any], recorder: Recorder, printer: Printer
) -> dict[str, Any]:
    """The names of one run, fresh; `tools` and `methods` hold what asks the host, under every name that a tool has."""
    reader = Reader(methods)
    patch = Kind("ImagePatch", lambda *arguments, **keywords: make_patch(tools, arguments, keywords))
    kinds: dict[type, Kind] = {
        Region: patch,
        Builtin: Kind("builtin_function_or_method"),
        ToolFunction: Kind("tool"),
        Names: Kind("module"),
    }

    def type_of(value: Any) -> Any:
        """The type as a program may see it: plain ones themselves, of all others no more than the name."""
        kind = type(value)
        if kind in METHODS or value is None or (isinstance(value, Exception) and kind.__module__ == "builtins"):
            return kind
        if kind is Record:
            return kinds.setdefault(kind, Kind(value.name))
        return kinds.setdefault(kind, Kind("function" if kind in FUNCTIONS else kind.__name__))

    def is_instance(value: Any, wanted: Any) -> bool:
        if type(wanted) is tuple:
            return any(is_instance(value, each) for each in wanted)
        if type(wanted) is Kind:
            return type_of(value) is wanted
        return isinstance(value, wanted)

    def format_value(value: Any, spec: str = "") -> str:
        if type(spec) is not str:
            message = "a format must be text"
            raise TypeError(message)
        return format(value, spec)

    own = {
        "print": printer.show,
        "type": type_of,
        "isinstance": is_instance,
        "getattr": reader.get,
        "hasattr": reader.has,
        "callable": lambda value: type(value) in (*FUNCTIONS, Builtin, ToolFunction, Kind) or isinstance(value, type),
        "format": format_value,
    }
    hooks = {
        "_getattr_": reader.attribute,
        "_getitem_": read_item,
        "_write_": writable,
        " inplace": in_place,
        " augment": augment,
        " import": import_names(),
        " type_of": type_of,
        " name_of": name_of,
        **recorder.hooks(),
    }
    shared = {"image": image, "ToolError": ToolError, "__name__": "program", **dict.fromkeys(IMAGE_KINDS, patch)}
    functions = {name: ToolFunction(name, ask) for name, ask in tools.items()}
    return {"__builtins__": BUILTINS | {name: Builtin(name, act) for name, act in own.items()}, **shared, **functions, **hooks}


def make_patch(tools: dict[str, Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """`ImagePatch(image)` is the image; with edges, it is what the tool `crop` gives."""
    values = [*arguments, *keywords.values()]
    if len(values) == 1 and type(values[0]) is Region:
        return values[0]
    if "crop" not in tools:
        message = "ImagePatch with edges needs a tool `crop`, which is not there"
        raise TypeError(message)
    keywords = {"image" if name in ("image", "cropped_image") else name: value for name, value in keywords.items()}
    return tools["crop"]("crop", arguments, keywords)
