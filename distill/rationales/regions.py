"""Regions as they stand in calls and steps: plain JSON, checked by its shape, and the noun that each goes by."""

from typing import Any

from vpd.distill.rationales.phrases import singular
from vpd.engine.records import ToolCall
from vpd.tools.box import Box

__all__ = ["box_of_region", "is_region", "is_regions", "noun_of_call", "noun_of_region", "regions_in"]


def is_region(value: Any) -> bool:
    """Whether a JSON value stands for a region. A program may bind dicts of its own, so the shape is looked at, not the key."""
    if not isinstance(value, dict):
        return False
    edges, came_from = value.get("region"), value.get("from")
    if not (isinstance(edges, list) and len(edges) == 4 and all(type(edge) in (int, float) for edge in edges)):
        return False
    if came_from is not None and not (
        isinstance(came_from, list) and came_from and type(came_from[0]) is int and came_from[0] >= 0
    ):
        return False
    return bool(edges[0] <= edges[2] and edges[1] <= edges[3])


def is_regions(value: Any) -> bool:
    """Whether a JSON value is a list of regions, possibly empty."""
    return isinstance(value, list) and all(map(is_region, value))


def regions_in(value: Any) -> list[dict[str, Any]]:
    """The regions of a value that is one, or a list of them."""
    return [value] if is_region(value) else list(value) if is_regions(value) else []


def box_of_region(region: dict[str, Any]) -> Box:
    """Its edges, in pixels of the question's picture."""
    return Box(*region["region"])


def noun_of_call(call: ToolCall) -> str:
    """What a call looked for: its first text argument, for one; else the label of what it found."""
    texts = [value for value in call.arguments.values() if isinstance(value, str)]
    if texts:
        return singular(texts[0])
    found = regions_in(call.result)
    return str(found[0].get("label") or "region") if found else "object"


def noun_of_region(region: dict[str, Any], calls: tuple[ToolCall, ...]) -> str:
    """What the program was looking for when it found this region, else the region's own label."""
    came_from = region.get("from")
    if came_from and came_from[0] < len(calls):
        return noun_of_call(calls[came_from[0]])
    return str(region.get("label") or "region")
