"""From a program's values to what can travel: plain JSON with regions and records by number, under a budget."""

import collections
import math
from itertools import islice
from types import GeneratorType
from typing import Any

from vpd.engine.sandbox.confined.values import Kind, Record, Region, ToolFunction
from vpd.engine.sandbox.confined.wire import record_extension, region_extension

__all__ = ["Flattener", "TooLarge"]

MAPPINGS = (dict, collections.Counter, collections.defaultdict, collections.OrderedDict)
ROWS = (list, tuple, collections.deque, range)
LAZY: tuple[Any, ...] = (map, filter, zip, enumerate, reversed, GeneratorType)
LAZY += (
    type(iter([])),
    type(iter(())),
    type(dict[str, int]().keys()),
    type(dict[str, int]().values()),
    type(dict[str, int]().items()),
)
LARGEST = 1 << 63
"""What an integer of the wire is below; a larger one travels as text."""
DIGITS = 4_000
"""Bits of the largest number that is written out."""


class TooLarge(Exception):
    """A value does not fit its budget."""


class Flattener:
    """One budget, used up by one value or by several."""

    def __init__(self, nodes: int, depth: int, size: int, *, strict: bool = False, cut: int = 0) -> None:
        self.nodes, self.depth, self.size = nodes, depth, size
        self.strict = strict
        """Whether what is no plain value is an error; else its kind stands for it."""
        self.cut = cut
        """Characters after which a text is cut, items after which a list is; 0 for never."""

    def flat(self, value: Any, depth: int = 0) -> Any:
        """The value as it travels. Raises `TooLarge`, and `TypeError` where strict."""
        kind = type(value)
        self.nodes -= 1
        if self.nodes < 0 or depth > self.depth:
            message = f"deeper than {self.depth}" if depth > self.depth else "more parts than allowed"
            raise TooLarge(message)
        if value is None or kind is bool:
            return value
        if kind is Region:
            return region_extension(value.number)
        if kind is str:
            return self.text(value)
        if kind is int:
            return value if -LARGEST <= value < LARGEST else self.text(written(value))
        if kind is float:
            return value if self.strict or math.isfinite(value) else self.text(str(value))
        if kind is Record:
            return record_extension(value.number)
        if kind in MAPPINGS:
            return self.mapping(value, depth)
        if kind in ROWS:
            return [self.flat(item, depth + 1) for item in self.first(value)]
        if kind in (set, frozenset):
            return [self.flat(item, depth + 1) for item in self.first(sorted(value, key=in_order))]
        if self.strict:
            message = f"a {described(value)} cannot be given to a tool: give text, numbers, images, lists or dicts"
            raise TypeError(message)
        if kind in LAZY and not self.cut:
            return [self.flat(item, depth + 1) for item in islice(value, self.nodes + 1)]
        return self.text(f"<{described(value)}>")

    def first(self, row: Any) -> Any:
        """The items that are looked at."""
        return islice(row, self.cut) if self.cut else row

    def mapping(self, value: Any, depth: int) -> dict[str, Any]:
        """A dict with text for keys."""
        made = {}
        for key, item in self.first(value.items()):
            if self.strict and type(key) is not str:
                message = f"a dict for a tool needs text for keys, got {described(key)}"
                raise TypeError(message)
            made[self.text(key if type(key) is str else self.key(key, depth))] = self.flat(item, depth + 1)
        return made

    def key(self, key: Any, depth: int) -> str:
        """A key that is no text, as text."""
        if type(key) in (tuple, frozenset):
            if depth > self.depth:
                message = f"deeper than {self.depth}"
                raise TooLarge(message)
            return "(" + ", ".join(self.key(part, depth + 1) for part in key) + ")"
        if type(key) is int:
            return written(key)
        return str(key) if key is None or type(key) in (str, bool, float, Region, Record) else f"<{described(key)}>"

    def text(self, value: str) -> str:
        """A text, without half characters, counted."""
        if self.cut and len(value) > self.cut * 10:
            value = value[: self.cut * 10 - 1] + "…"
        if not value.isascii():
            value = value.encode(errors="replace").decode()
        self.size -= len(value)
        if self.size < 0:
            message = "longer than allowed"
            raise TooLarge(message)
        return value


def written(value: int) -> str:
    """A large number in digits, or how large it is."""
    return str(value) if value.bit_length() <= DIGITS else f"<integer of {value.bit_length()} bits>"


def in_order(value: Any) -> tuple[str, Any]:
    """Numbers by size, then everything else by its words."""
    if type(value) in (int, float, bool) and value == value:  # noqa: PLR0124  only NaN is not itself
        return "", value
    if type(value) is Region:
        return "region", value.number
    return type(value).__name__, value if type(value) is str else repr(value)


def described(value: Any) -> str:
    """The kind of a value, for a message."""
    if type(value) in (Kind, ToolFunction):
        return f"{'tool' if type(value) is ToolFunction else 'kind'} {value.name}"
    return type(value).__name__
