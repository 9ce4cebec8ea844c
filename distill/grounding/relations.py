"""Relations worked out again from boxes and numbers, by the measures that the program itself compared."""

import ast
import operator
import re
from collections.abc import Callable, Iterable

from vpd.distill.grounding.facts import LOOPED, Corners, Facts, Thing
from vpd.tools.box import Box

__all__ = ["COMPARING", "EXTREME", "HALVES", "PLACING", "holds", "is_extreme", "is_in_half", "kinds_of_test"]

PLACING = frozenset(
    "left right above below wider narrower taller shorter larger smaller closer farther overlaps near inside between".split()
)
"""Relations of two things."""
COMPARING: dict[str, Callable[[float, float], bool]] = {
    "more": operator.gt, "fewer": operator.lt, "equal": operator.eq, "at_least": operator.ge, "at_most": operator.le,
}  # fmt: skip
"""Relations of two numbers."""
SIZES: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "wider": ("width", operator.gt), "narrower": ("width", operator.lt), "taller": ("height", operator.gt),
    "shorter": ("height", operator.lt), "larger": ("area", operator.gt), "smaller": ("area", operator.lt),
}  # fmt: skip
EXTREME: dict[str, tuple[str, bool]] = {
    "leftmost": ("x", False), "rightmost": ("x", True), "topmost": ("y", False), "lowest": ("y", True), "widest": ("width", True),
    "narrowest": ("width", False), "tallest": ("height", True), "shortest": ("height", False), "largest": ("area", True),
    "smallest": ("area", False),
}  # fmt: skip
"""By what measure something is the most, and whether the most is the largest number."""
HALVES = frozenset({"half_left", "half_right", "half_top", "half_bottom"})
ALONG = {
    "x": ("x", "left", "right", "horizontal_center"),
    "y": ("y", "top", "bottom", "upper", "lower", "vertical_center"),
}
AXIS = {name: axis for axis, names in ALONG.items() for name in names} | {"width": "width", "height": "height", "area": "area"}
UPWARD = {"upper", "lower", "vertical_center"}
"""ViperGPT's measures, which count from the bottom edge."""
KINDS: dict[tuple[str, bool], str] = {
    ("x", True): "left", ("x", False): "right", ("y", True): "above", ("y", False): "below", ("width", True): "narrower",
    ("width", False): "wider", ("height", True): "shorter", ("height", False): "taller", ("area", True): "smaller",
    ("area", False): "larger",
}  # fmt: skip
"""What it is called that a measure is less, or not."""
OPPOSITE = {kind: KINDS[axis, not less] for (axis, less), kind in KINDS.items()}

FIRST, LAST = {"left": "x", "above": "y"}, {"right": "x", "below": "y"}
"""Relations along an axis, by which of the two comes first."""


def holds(kind: str, one: Thing, other: Thing, facts: Facts) -> frozenset[bool]:
    """Whether a relation holds, by each measure that may be meant; empty where nothing in the trace tells."""
    if kind in FIRST:
        return frozenset(lesser(one.box, other.box, FIRST[kind], facts))
    if kind in LAST:
        return frozenset(lesser(other.box, one.box, LAST[kind], facts))  # of things side by side neither comes first
    if kind in SIZES:
        name, compare = SIZES[kind]
        return frozenset({compare(getattr(one.box, name), getattr(other.box, name))})
    if kind in ("closer", "farther") and one.depth is not None and other.depth is not None:
        return frozenset({(one.depth < other.depth) == (kind == "closer")})
    if kind == "overlaps":
        return frozenset({one.box.overlap(other.box) > 0})
    return frozenset()


def lesser(one: Box, other: Box, axis: str, facts: Facts) -> list[bool]:
    """Whether a box comes first along an axis, by each of the measures that the program names; by the middles if by none."""
    low, high, middle = ("left", "right", 0) if axis == "x" else ("top", "bottom", 1)
    named = set(re.findall(r"\.(\w+)\b", facts.source)) & set(ALONG[axis])
    found = []
    if not named or named & {"x", "y", "horizontal_center", "vertical_center"}:
        found.append(one.centre[middle] < other.centre[middle])
    if named & ({"left"} if axis == "x" else {"top", "upper"}):
        found.append(getattr(one, low) < getattr(other, low))
    if named & ({"right"} if axis == "x" else {"bottom", "lower"}):
        found.append(getattr(one, high) < getattr(other, high))
    if len(named & {"left", "right", "top", "bottom", "lower", "upper"}) > 1:
        found.append(getattr(one, high) <= getattr(other, low))
    return found


def is_extreme(kind: str, thing: Thing, among: Iterable[Thing]) -> bool:
    """Whether a thing is the most of its like: leftmost, largest."""
    name, largest = EXTREME[kind]

    def measure(box: Box) -> float:
        return box.centre["xy".index(name)] if name in "xy" else float(getattr(box, name))

    values = [measure(each.box) for each in among]
    return not values or measure(thing.box) == (max(values) if largest else min(values))


def is_in_half(kind: str, thing: Thing, width: float, height: float) -> bool:
    """Whether a thing's middle lies in that half of the picture."""
    x, y = thing.box.centre
    return {"half_left": x < width / 2, "half_right": x > width / 2, "half_top": y < height / 2, "half_bottom": y > height / 2}[
        kind
    ]


def kinds_of_test(test: str, facts: Facts) -> list[tuple[str, set[Corners]]] | None:
    """The relations that a test of places asks for, each with the things it may be to; None where it asks something else."""
    try:
        tree = ast.parse(test, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    looped = set(LOOPED.findall(facts.source))
    found = []
    for part in parts:
        if not (isinstance(part, ast.Compare) and len(part.ops) == 1):
            return None
        left, right = part.left, part.comparators[0]
        less = isinstance(part.ops[0], ast.Lt | ast.LtE)
        if not (
            isinstance(left, ast.Attribute)
            and isinstance(right, ast.Attribute)
            and (less or isinstance(part.ops[0], ast.Gt | ast.GtE))
        ):
            return None
        axis = AXIS.get(left.attr)
        if axis is None or axis != AXIS.get(right.attr):
            return None
        less ^= left.attr in UPWARD
        near, far = base_of(left), base_of(right)
        if near not in looped and far in looped:
            less, far = not less, near
        found.append((KINDS[axis, less], facts.bound.get(far, set())))
    return found


def base_of(value: ast.Attribute) -> str:
    """The name whose measure is read, of an item of a list the list's."""
    inner = value.value
    while isinstance(inner, ast.Subscript):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else ""
