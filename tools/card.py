"""How well, how fast and how large one tool is by itself: a card from calls with known results."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from vpd.tools.box import Box
from vpd.tools.cases import Case
from vpd.tools.errors import ToolFailed
from vpd.tools.tool import Tool

__all__ = ["Card", "is_right", "measure_tool"]

SAME_PLACE = 0.5
"""Least intersection over union of a box and the one that is known."""
BATCHES = (1, 4, 16)
"""Requests at a time at which a batch tool is timed."""


@dataclass(frozen=True, slots=True)
class Card:
    """What was measured of a tool."""

    tool: str
    """Name and version."""
    cases: int
    right: int
    wrong: int
    refused: int
    """Calls that ended in `ToolFailed`; they count as neither right nor wrong."""
    first_seconds: float
    """The first call, with the loading of models."""
    seconds: float
    """Median over the other images of the first call on each, as a tool may remember what it saw."""
    seconds_by_batch: Mapping[int, float]
    """Seconds a request with so many requests at a time, after a round that warms up; empty for a tool that takes one."""
    mistakes: tuple[str, ...]
    """The first few, in words."""

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def measure_tool(tool: Tool, cases: Sequence[Case], clock: Callable[[], float] = time.perf_counter, mistakes: int = 5) -> Card:
    """Call the tool once on every case, past the cache of results, and time it."""
    seconds: dict[tuple[Any, Any], float] = {}
    right, refused, told = 0, 0, []
    for case in cases:
        start = clock()
        try:
            (result,) = call(tool, [case])
        except ToolFailed as error:
            refused += 1
            told.append(f"{describe(case)}: {error.message}")
            continue
        finally:
            seconds.setdefault((case.image.ref, case.image.box), clock() - start)
        if is_right(result, case.expected):
            right += 1
        else:
            told.append(f"{describe(case)}: {shown(result)}, expected {case.expected}")
    times = list(seconds.values())
    return Card(
        tool=tool.pin,
        cases=len(cases),
        right=right,
        wrong=len(cases) - right - refused,
        refused=refused,
        first_seconds=round(times[0], 4),
        seconds=round(median(times[1:] or times), 4),
        seconds_by_batch=time_batches(tool, cases, clock),
        mistakes=tuple(told[:mistakes]),
    )


def time_batches(tool: Tool, cases: Sequence[Case], clock: Callable[[], float]) -> dict[int, float]:
    """Seconds a request when so many are sent at a time; the cases are repeated to fill a batch."""
    timed = {}
    for size in (size for size in BATCHES if size <= tool.batch):
        batch = [cases[place % len(cases)] for place in range(size)]
        try:
            call(tool, batch)
            start = clock()
            call(tool, batch)
        except ToolFailed:
            continue
        timed[size] = round((clock() - start) / size, 4)
    return timed


def call(tool: Tool, cases: Sequence[Case]) -> list[Any]:
    """The tool's results on some cases; several only where it takes a batch."""
    defaults = {parameter.name: parameter.default for parameter in tool.parameters if not parameter.required}
    image = {tool.parameters[0].name: None} if tool.takes_image else {}
    requests = [defaults | dict.fromkeys(image, case.image) | dict(case.arguments) for case in cases]
    if tool.batch:
        return list(tool.run(**{name: [request[name] for request in requests] for name in requests[0]}))
    return [tool.run(**requests[0])]


def is_right(result: Any, expected: Any) -> bool:
    """Whether a result is what is known: texts without regard to case and spaces, numbers to one part in a hundred."""
    if isinstance(expected, dict):
        if "any" in expected:
            return any(is_right(result, one) for one in expected["any"])
        if "count" in expected:
            return isinstance(result, list) and len(result) == expected["count"]
        return isinstance(result, list) and same_places(result, [Box(*corners) for corners in expected["boxes"]])
    if isinstance(expected, bool) or isinstance(result, bool):
        return result is expected
    if isinstance(expected, str):
        return isinstance(result, str) and " ".join(result.lower().split()) == " ".join(expected.lower().split())
    if isinstance(expected, int | float):
        return isinstance(result, int | float) and abs(result - expected) <= abs(expected) / 100
    return bool(result == expected)


def same_places(boxes: Sequence[Box], known: Sequence[Box]) -> bool:
    """Whether each known box has one of its own that lies over it, and none is left over."""
    left = list(boxes)
    for box in known:
        best = max(left, key=box.overlap, default=None)
        if best is None or box.overlap(best) < SAME_PLACE:
            return False
        left.remove(best)
    return not left


def describe(case: Case) -> str:
    """A case on one line."""
    name = case.image.ref.path.rsplit("/", 1)[-1]
    region = "" if case.image.box is None else f"{[round(edge) for edge in case.image.box.corners]}"
    return f"{name}{region} {', '.join(f'{key}={value!r}' for key, value in case.arguments.items())}".strip()


def shown(result: Any) -> str:
    """A result on one line."""
    if isinstance(result, list) and all(isinstance(item, Box) for item in result):
        return f"{len(result)} boxes"
    return repr(result)[:120]
