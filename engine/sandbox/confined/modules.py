"""What `import` gives a program: names of the standard library that compute and do nothing else, never a module."""

import bisect
import collections
import functools
import heapq
import itertools
import json
import math
import operator
import random
import re
import statistics
import string
from collections.abc import Callable
from typing import Any

__all__ = ["MODULES", "NO_OPERATION", "Names", "import_names"]

NO_OPERATION = frozenset(("typing", "__future__", "collections.abc", "abc"))
"""Modules that only types come from; types are left out, so their import does nothing."""


def pick(module: Any, names: str) -> dict[str, Any]:
    """Those names of a module."""
    return {name: getattr(module, name) for name in names.split()}


def copy_value(value: Any) -> Any:
    """A list, dict or set of the same items; all else is its own copy, for it cannot change."""
    kind = type(value)
    return kind(value) if kind in (list, dict, set) else value


def copy_deep(value: Any, known: dict[int, Any] | None = None) -> Any:
    """The same, items and all; what holds itself holds its copy."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    kind = type(value)
    made: Any = value
    if kind is list:
        made = known[id(value)] = []
        made.extend(copy_deep(item, known) for item in value)
    elif kind is dict:
        made = known[id(value)] = {}
        made.update((key, copy_deep(item, known)) for key, item in value.items())
    elif kind is tuple:
        made = tuple(copy_deep(item, known) for item in value)
    elif kind is set:
        made = set(value)
    return made


def write_json(value: Any, *, indent: int | None = None, sort_keys: bool = False, ensure_ascii: bool = True) -> str:
    """What `json.dumps` gives, with no class of the program's own in it."""
    return json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=ensure_ascii)


def read_json(text: str) -> Any:
    """What `json.loads` gives."""
    if type(text) is not str:
        message = f"json.loads needs a text, got {type(text).__name__}"
        raise TypeError(message)
    return json.loads(text)


MODULES: dict[str, dict[str, Any]] = {
    "math": {name: value for name, value in vars(math).items() if not name.startswith("_")},
    "re": pick(
        re,
        "match fullmatch search sub subn split findall finditer compile escape "
        "I IGNORECASE M MULTILINE S DOTALL X VERBOSE A ASCII error",
    ),
    "collections": pick(collections, "Counter defaultdict deque OrderedDict"),
    "itertools": pick(
        itertools,
        "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse "
        "groupby islice pairwise "
        "permutations product repeat starmap takewhile zip_longest",
    ),
    "functools": pick(functools, "partial reduce cmp_to_key"),
    "operator": pick(operator, "add sub mul truediv floordiv mod neg lt le eq ne gt ge not_ and_ or_ xor itemgetter contains"),
    "statistics": pick(statistics, "mean fmean median median_low median_high mode multimode stdev pstdev variance pvariance"),
    "string": pick(string, "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace printable"),
    "heapq": pick(heapq, "heapify heappop heappush heapreplace nlargest nsmallest"),
    "bisect": pick(bisect, "bisect bisect_left bisect_right insort insort_left insort_right"),
    "json": {"dumps": write_json, "loads": read_json},
    "copy": {"copy": copy_value, "deepcopy": copy_deep},
    "random": {},
}
"""Filled below where a module has a state of its own."""

RANDOM = "random randint uniform choice choices shuffle sample randrange gauss"


class Names:
    """What stands for a module: its safe names, and nothing behind them."""

    __slots__ = ("module",)

    def __init__(self, module: str) -> None:
        self.module = module

    def __repr__(self) -> str:
        return f"<module {self.module}>"


def import_names() -> Callable[[str, str], Any]:
    """What `import` is for one run. Chance is the same in every run: a program must give its answer twice."""
    chance = random.Random(0)  # noqa: S311  no secret is made with it
    MODULES["random"] = {name: getattr(chance, name) for name in RANDOM.split()} | {"seed": chance.seed}

    def bring(module: str, member: str) -> Any:
        return MODULES[module][member] if member else Names(module)

    return bring


import_names()
