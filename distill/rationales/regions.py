"""Regions as they stand in calls and steps: plain JSON, checked by its shape, and the noun that each goes by."""

from typing import Any

from vpd.distill.rationales.phrases import as_noun, singular
from vpd.engine.records import ToolCall
from vpd.tools.box import Box

__all__ = ["box_of_region", "is_region", "is_regions", "noun_of_call", "noun_of_region", "region_with", "regions_in"]


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
        return as_noun(singular(texts[0]))
    found = regions_in(call.result)
    return str(found[0].get("label") or "region") if found else "object"


def noun_of_region(region: dict[str, Any], calls: tuple[ToolCall, ...]) -> str:
    """What the program was looking for when it found this region, else the region's own label."""
    came_from = region.get("from")
    if came_from and came_from[0] < len(calls):
        return noun_of_call(calls[came_from[0]])
    return str(region.get("label") or "region")


def region_with(calls: tuple[ToolCall, ...], name: str, values: dict[str, Any]) -> dict[str, Any] | None:
    """The one region that calls found whose edges or middle are the numbers that a test read of a name, as `values` hold them."""
    read = {key.rpartition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}
    found = {
        tuple(region["region"]): {**region, "from": [call.number, place]}
        for call in calls
        for place, region in enumerate(regions_in(call.result))
        if read and all(measure(region, part) == value for part, value in read.items())
    }
    return next(iter(found.values())) if len(found) == 1 else None


def measure(region: dict[str, Any], name: str) -> float | None:
    """An edge, the middle or a size of a region by the name that programs use; None where there is no such thing."""
    box = box_of_region(region)
    known: dict[str, float] = {
        "left": box.left, "right": box.right, "top": box.top, "bottom": box.bottom, "width": box.width, "height": box.height,
        "x": box.centre[0], "y": box.centre[1], "horizontal_center": box.centre[0], "area": box.area,
    }  # fmt: skip
    return known.get(name)
