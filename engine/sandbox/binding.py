"""What a program gave to a tool, bound to the tool's parameters and turned into the types that they declare."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from vpd.engine.sandbox.confined.wire import Call, RecordId, RegionId
from vpd.engine.sandbox.sizes import fits
from vpd.engine.sandbox.table import Table
from vpd.tools.box import Box
from vpd.tools.errors import ToolMisused
from vpd.tools.image import Image
from vpd.tools.tool import Tool
from vpd.tools.values import fit

__all__ = ["bind", "name_arguments", "typed"]

MOST_PARTS, MOST_CHARACTERS = 1_000, 16_000
"""Of all arguments of one call: a model holds what it is given in memory at once."""


def name_arguments(tool: Tool, call: Call) -> dict[str, Any]:
    """Every argument under some name, for the record, also where they do not fit."""
    names = [parameter.name for parameter in tool.parameters]
    given = {names[place] if place < len(names) else f"argument {place + 1}": value for place, value in enumerate(call.arguments)}
    return given | {(name if name not in given else f"{name} again"): value for name, value in call.keywords.items()}


def bind(tool: Tool, call: Call) -> dict[str, Any]:
    """The arguments by parameter, as Python itself binds them. Raises `ToolMisused` that says how the tool is called."""
    names = [parameter.name for parameter in tool.parameters]
    if len(call.arguments) > len(names):
        raise misuse(tool, f"takes {len(names)} arguments at most, got {len(call.arguments)}")
    bound = dict(zip(names, call.arguments))
    for name, value in call.keywords.items():
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise misuse(tool, f"has no argument {name!r}" + (f", did you mean {near[0]!r}?" if near else ""))
        if name in bound:
            raise misuse(tool, f"got {name!r} twice, by place and by name")
        bound[name] = value
    missing = [parameter.name for parameter in tool.parameters if parameter.required and parameter.name not in bound]
    if missing:
        raise misuse(tool, f"needs {', '.join(map(repr, missing))}")
    if not fits(list(bound.values()), MOST_PARTS, MOST_CHARACTERS):
        raise misuse(tool, f"is given too much at once: {MOST_PARTS:,} values and {MOST_CHARACTERS:,} characters are the most")
    return bound


def misuse(tool: Tool, why: str) -> ToolMisused:
    """An error that shows how the tool is called."""
    return ToolMisused(tool.name, f"{why}; it is {tool.signature}")


def typed(tool: Tool, bound: Mapping[str, Any], table: Table) -> tuple[dict[str, Any], Box | None]:
    """The arguments in their declared types, and the frame of the first image: what the tool's boxes are counted in.

    Raises `ToolMisused` that names tool, argument, what was expected and what was met.
    """
    frame = None
    for parameter in tool.parameters:
        value = bound.get(parameter.name)
        if type(value) is RegionId and wants(parameter.type, Image):
            frame = table.image(value).frame
            break
    made = {}
    for parameter in tool.parameters:
        if parameter.name in bound:
            value = turn(bound[parameter.name], parameter.type, table, frame)
            if type(value) is not parameter.type:
                try:
                    value = fit(value, parameter.type, f"{parameter.name!r}")
                except TypeError as error:
                    raise misuse(tool, str(error)) from None
            made[parameter.name] = value
            if not finite(value):
                raise misuse(tool, f"{parameter.name!r} must be finite, got {made[parameter.name]}")
    return made, frame


def finite(value: Any) -> bool:
    """Whether no number in it is infinite or none at all."""
    if isinstance(value, list | tuple):
        return all(map(finite, value))
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    return not isinstance(value, float) or math.isfinite(value)


def wants(declared: Any, kind: type) -> bool:
    """Whether a declared type is, or has as an alternative, that type."""
    if type(declared) is type:
        return declared is kind
    if get_origin(declared) in (Union, UnionType):
        return any(wants(part, kind) for part in get_args(declared))
    return declared is kind


def turn(value: Any, declared: Any, table: Table, frame: Box | None) -> Any:
    """Regions as images where an image is declared, else as boxes in the frame; records as what the tool once gave."""
    if type(value) is str:
        return value
    if type(value) is RegionId:
        image = table.image(value)
        if wants(declared, Image) or not wants(declared, Box):
            return image
        box = image.box or image.frame
        return box if frame is None else box.moved(-frame.left, -frame.top)
    if type(value) is RecordId:
        return table.record(value)[0]
    if type(value) is list:
        return [turn(item, part_of(declared, list, place), table, frame) for place, item in enumerate(value)]
    if type(value) is dict:
        return {key: turn(item, part_of(declared, dict, 1), table, frame) for key, item in value.items()}
    return value


def part_of(declared: Any, kind: type, place: int) -> Any:
    """The type that a list, tuple or dict declares for an item; of alternatives, the first that has items."""
    origin, inner = get_origin(declared), get_args(declared)
    if origin in (Union, UnionType):
        rows = [part for part in inner if get_origin(part) in ((dict,) if kind is dict else (list, tuple))]
        return part_of(rows[0], kind, place) if rows else None
    if kind is dict:
        return inner[1] if origin is dict else None
    if origin is list:
        return inner[0]
    if origin is tuple:
        return inner[0] if inner[-1] is Ellipsis else inner[place] if place < len(inner) else None
    return None
