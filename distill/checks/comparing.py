"""Whether two runs of a program saw the same: their calls side by side, and what each gave."""

from collections.abc import Sequence
from typing import Any

from vpd.engine.records import ToolCall, Trace
from vpd.tools.box import Box

__all__ = ["agrees", "confirmed_calls", "same_call"]

SAME_PLACE = 0.4
"""Least overlap (intersection over union) of one region seen twice."""
NEAR = 0.1
"""Largest relative difference of one fraction measured twice."""


def confirmed_calls(trace: Trace, others: Sequence[Trace]) -> tuple[int, int]:
    """How many of a trace's calls other runs of the same program bear out, and how many they speak against.

    A call is borne out by a vote of the runs that made it: of a list of regions, each region is there in at least half of them,
    and none is missing that more than half have; of anything else, at least half gave the same. A call that no other run made
    says nothing.
    """
    pairings = [paired(trace, other) for other in others]
    borne = against = 0
    for number, call in enumerate(trace.calls):
        seen = [pairing[number].result for pairing in pairings if number in pairing]
        if call.failure is None and seen:
            holds = borne_out(call.result, seen)
            borne, against = borne + holds, against + (not holds)
    return borne, against


def borne_out(result: Any, others: Sequence[Any]) -> bool:
    """Whether what other runs gave speaks for a result."""
    if not is_places(result) or not all(map(is_places, others)):
        return 2 * sum(agrees(result, other) for other in others) >= len(others)
    left = [list(other) for other in others]
    for item in result:
        if 2 * sum(take(item, other) for other in left) < len(others):
            return False
    while rest := [other for other in left if other]:
        item = rest[0][0]
        if 2 * sum(take(item, other) for other in left) > len(others):
            return False
    return True


def take(item: Any, places: list[Any]) -> bool:
    """Take a region that agrees out of a list; whether there was one."""
    match = next((each for each in places if agrees(item, each)), None)
    if match is not None:
        places.remove(match)
    return match is not None


def paired(trace: Trace, other: Trace) -> dict[int, ToolCall]:
    """By the number of a call, the call of the other run that asks the same; each is taken once, in order."""
    left = [call for call in other.calls if call.failure is None]
    found: dict[int, ToolCall] = {}
    for number, call in enumerate(trace.calls):
        match = next((each for each in left if same_call(call, each)), None)
        if match is not None:
            found[number] = match
            left.remove(match)
    return found


def same_call(one: ToolCall, other: ToolCall) -> bool:
    """Whether both ask one tool for the same thing, of regions that lie in about the same place."""
    return (
        one.tool == other.tool
        and one.arguments.keys() == other.arguments.keys()
        and all(agrees(value, other.arguments[name]) for name, value in one.arguments.items())
    )


def agrees(one: Any, other: Any) -> bool:
    """Whether two JSON values tell the same: regions by label and place, in any order; fractions nearly; the rest exactly."""
    if is_place(one) and is_place(other):
        return bool(one.get("label") == other.get("label")) and overlap(one, other) >= SAME_PLACE
    if isinstance(one, list) and isinstance(other, list):
        left = list(other)
        return len(one) == len(other) and all(take(item, left) for item in one)
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, float) or isinstance(other, float):
        return (
            isinstance(one, int | float)
            and isinstance(other, int | float)
            and abs(one - other) <= NEAR * max(abs(one), abs(other))
        )
    return bool(one == other)


def is_places(value: Any) -> bool:
    """Whether a JSON value is a list of regions, possibly empty."""
    return isinstance(value, list) and all(map(is_place, value))


def is_place(value: Any) -> bool:
    """Whether a JSON value is a region."""
    return isinstance(value, dict) and isinstance(value.get("region"), list) and len(value["region"]) == 4


def overlap(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Intersection over union of two regions."""
    return Box(*one["region"]).overlap(Box(*other["region"]))
