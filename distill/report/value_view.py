"""Plain values of calls and answers as markup, under a budget: a program can return anything, of any size."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpd.distill.report.markup import Html, Part, element
from vpd.engine.characters import plain_text, shorten
from vpd.tools.box import Box

__all__ = ["Budget", "boxes_in", "read_box", "show_value"]

LONGEST_TEXT = 240
DEEPEST = 5


@dataclass(slots=True)
class Budget:
    """How many more values may be shown."""

    left: int = 40

    def take(self) -> bool:
        """Spend one; False where nothing is left."""
        self.left -= 1
        return self.left >= 0


def read_box(value: Any, width: float, height: float) -> Box | None:
    """The region and label that a plain value stands for, inside the picture; None where it stands for none or lies outside."""
    if not isinstance(value, Mapping):
        return None
    region = value.get("region")
    if not isinstance(region, Sequence) or isinstance(region, str) or len(region) != 4:
        return None
    if not all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in region):
        return None
    left, top, right, bottom = (clamp(edge) for edge in region)
    if not (left <= right and top <= bottom):
        return None
    inside = Box(left, top, right, bottom, str(value.get("label") or "")[:60]).clipped(width, height)
    return inside if inside.area > 0 else None


def clamp(edge: float) -> float:
    """A number of any size, brought into what a picture can hold; not a number stays so and fails every comparison."""
    try:
        number = float(edge)
    except OverflowError:
        return 1e9 if edge > 0 else -1e9
    return number if math.isnan(number) else min(max(number, -1e9), 1e9)


def boxes_in(value: Any, width: float, height: float, depth: int = 0) -> Iterator[Box]:
    """Every region inside a plain value, in order."""
    box = read_box(value, width, height)
    if box is not None:
        yield box
    elif depth < DEEPEST and isinstance(value, Mapping):
        for inner in value.values():
            yield from boxes_in(inner, width, height, depth + 1)
    elif depth < DEEPEST and isinstance(value, list | tuple):
        for inner in value:
            yield from boxes_in(inner, width, height, depth + 1)


def show_value(value: Any, budget: Budget | None = None, depth: int = 0) -> Html:
    """The value as Python would write it, regions as label, score and whole pixels."""
    left = budget if budget is not None else Budget()
    if not left.take() or depth > DEEPEST:
        return element("span", "…", class_="more")
    if isinstance(value, Mapping) and "region" in value:
        return show_region(value)
    if isinstance(value, Mapping):
        pairs = [(element("span", shorten(str(key), 60), ": "), item) for key, item in value.items()]
        return show_row("{", pairs, "}", left, depth)
    if isinstance(value, list | tuple):
        return show_row("[", [(None, item) for item in value], "]", left, depth)
    if isinstance(value, str):
        return element("span", "“", shorten(value, LONGEST_TEXT), "”", class_="text")
    if isinstance(value, float):
        return element("span", f"{value:.4g}", class_="number")
    return element("span", show_plain(value), class_="number")


def show_plain(value: Any) -> str:
    """None, a truth value or a whole number; one of thousands of digits is not written out."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 256:
        return f"a whole number of {value.bit_length()} bits"
    return shorten(repr(value), LONGEST_TEXT)


def show_row(opening: str, items: Sequence[tuple[Part, Any]], closing: str, budget: Budget, depth: int) -> Html:
    """Items between brackets, as many as the budget allows."""
    regions = len(items) > 1 and all(isinstance(item, Mapping) and "region" in item for _, item in items)
    parts: list[Part] = [] if regions else [opening]
    for place, (key, item) in enumerate(items):
        if budget.left <= 0:
            parts.append(element("span", f" … {len(items) - place} more", class_="more"))
            break
        parts += [", " if place and not regions else None, key, show_value(item, budget, depth + 1)]
    return element("span", *parts, class_="regions") if regions else element("span", *parts, closing)


def show_region(value: Mapping[str, Any]) -> Html:
    """A box or an image that a call was given or gave."""
    region = value["region"]
    edges = ", ".join(show_edge(edge) for edge in region) if isinstance(region, list | tuple) and len(region) == 4 else "?"
    label = shorten(plain_text(value.get("label") or ""), 60)
    score = value.get("score")
    certainty = f"{score:.2f}" if isinstance(score, float) else None
    words: list[Part] = [element("b", label), " "] if label else []
    words += [f"({edges})", [" ", element("small", certainty)] if certainty else None]
    return element("span", *words, class_="region")


def show_edge(edge: Any) -> str:
    """A whole pixel."""
    return f"{clamp(edge):.0f}" if isinstance(edge, int | float) else "?"
