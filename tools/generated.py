"""Arguments for a tool, generated from the types that it declares."""

import dataclasses
import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from vpd.tools.box import Box
from vpd.tools.image import Image
from vpd.tools.tool import Tool

__all__ = ["arguments_of", "values_of"]

WORDS = ("person", "cat", "red", "circle", "What is this?", "yes", "two dogs", "3", "", "naïve ☂")
"""Texts that programs pass, and some that they should not."""


def arguments_of(tool: Tool, images: Sequence[Image]) -> st.SearchStrategy[dict[str, Any]]:
    """One request: all parameters by name, at times the default; all its regions are of one picture, as in a program."""

    def request(image: Image) -> st.SearchStrategy[dict[str, Any]]:
        strategies: dict[str, st.SearchStrategy[Any]] = {}
        for parameter in tool.parameters:
            values = values_of(parameter.type, [image])
            strategies[parameter.name] = values if parameter.required else st.just(parameter.default) | values
        return st.fixed_dictionaries(strategies)

    return st.sampled_from(images).flatmap(request)


def values_of(declared: Any, images: Sequence[Image]) -> st.SearchStrategy[Any]:
    """Values of a type that can cross to a program."""
    origin, inner = get_origin(declared), get_args(declared)
    if declared is Image:
        return st.sampled_from(images).flatmap(regions_of)
    if declared is Box:
        return st.sampled_from(images).flatmap(boxes_in)
    if origin in (Union, types.UnionType):
        return st.one_of([values_of(part, images) for part in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is list:
        return st.lists(values_of(inner[0], images), max_size=4)
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(values_of(inner[0], images), max_size=4).map(tuple)
        return st.tuples(*(values_of(part, images) for part in inner))
    if origin is dict:
        return st.dictionaries(st.sampled_from(WORDS), values_of(inner[1], images), max_size=3)
    if dataclasses.is_dataclass(declared) and isinstance(declared, type):
        return st.builds(declared, **{name: values_of(part, images) for name, part in get_type_hints(declared).items()})
    return PLAIN[declared]


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.sampled_from(WORDS) | st.text(max_size=20),
    int: st.integers(-5, 300),
    float: st.floats(-50, 300, allow_nan=False).map(lambda number: round(number, 2)),
    bool: st.booleans(),
    type(None): st.none(),
    None: st.none(),
}


def boxes_in(image: Image) -> st.SearchStrategy[Box]:
    """Regions with at least one pixel."""

    def edges(length: int) -> st.SearchStrategy[tuple[int, int]]:
        return st.tuples(st.integers(0, length - 1), st.integers(1, length)).map(
            lambda pair: (pair[0], max(pair[0] + 1, pair[1]))
        )

    return st.tuples(edges(image.ref.width), edges(image.ref.height), st.sampled_from(("", "cat"))).map(
        lambda parts: Box(parts[0][0], parts[1][0], parts[0][1], parts[1][1], parts[2])
    )


def regions_of(image: Image) -> st.SearchStrategy[Image]:
    """The picture or a region of it."""
    return st.just(image) | boxes_in(image).map(lambda box: Image(image.ref, box))
