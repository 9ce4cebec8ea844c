"""Trying a tool with generated arguments: wrong results, changed arguments, chance, and errors that say nothing to a program."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.tools.errors import MissingExtra, ToolFailed
from vpd.tools.image import Image, read_image_ref
from vpd.tools.tool import Tool
from vpd.tools.values import encode, misfit

if TYPE_CHECKING:
    pass

__all__ = ["Check", "check_tool", "draw_pictures"]


@dataclass(frozen=True, slots=True)
class Check:
    """What came of trying a tool."""

    tool: str
    calls: int
    refused: int
    """Calls that ended in `ToolFailed`, which a tool may."""
    fault: str | None
    """What is wrong, with the smallest arguments that show it; None where nothing was found."""


class Fault(Exception):
    """A tool did what no tool may."""


def draw_pictures(folder: Path) -> tuple[Image, ...]:
    """Pictures to try tools on: noise, a coloured shape, one line of pixels, a single pixel."""
    import numpy as np  # loads with the first picture, as does the next
    from PIL import Image as Picture

    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    shape = np.full((60, 40, 3), 235, dtype=np.uint8)
    shape[10:40, 5:30] = (200, 30, 30)
    pictures = {"noise": noise, "shape": shape, "line": noise[:1], "dot": noise[:1, :1]}
    found = []
    for name, pixels in pictures.items():
        Picture.fromarray(pixels).save(folder / f"{name}.png")
        found.append(Image(read_image_ref(folder / f"{name}.png")))
    return tuple(found)


def check_tool(tool: Tool, images: Sequence[Image], *, examples: int = 50) -> Check:
    """Call the tool with at most so many generated arguments; the same ones each time. Models that it needs are loaded."""
    try:
        from hypothesis import HealthCheck, given, settings  # a tool of tests: half a second, and an extra
        from hypothesis import strategies as st
    except ImportError as error:
        raise MissingExtra("dev", "hypothesis") from error

    from vpd.tools.generated import arguments_of  # needs hypothesis itself

    counts = {"calls": 0, "refused": 0}
    most = max(1, min(tool.batch, 3))

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(arguments_of(tool, images), min_size=1, max_size=most))
    def attempt(requests: list[dict[str, Any]]) -> None:
        counts["calls"] += 1
        try:
            try_once(tool, requests)
        except ToolFailed:
            counts["refused"] += 1

    try:
        attempt()
    except Fault as fault:
        return Check(tool.name, counts["calls"], counts["refused"], str(fault))
    return Check(tool.name, counts["calls"], counts["refused"], None)


def try_once(tool: Tool, requests: list[dict[str, Any]]) -> None:
    """Call twice with the same requests. Raises `Fault`, and `ToolFailed` where the tool refuses them."""
    shown = "; ".join(", ".join(f"{name}={show(value)}" for name, value in request.items()) for request in requests)
    before = copy.deepcopy(requests)
    first = call(tool, requests, shown)
    if encode(requests) != encode(before):
        message = f"it changed its arguments, called with {shown}"
        raise Fault(message)
    for result in first:
        wrong = misfit(result, tool.returns, "its result")
        if wrong is not None:
            message = f"{wrong}, called with {shown}"
            raise Fault(message)
    again = call(tool, requests, shown)
    if tool.cacheable and encode(first) != encode(again):
        message = (
            f"it gave {show(first)} and then {show(again)}, called twice with {shown}; a tool of chance needs cacheable=False"
        )
        raise Fault(message)


def call(tool: Tool, requests: list[dict[str, Any]], shown: str) -> list[Any]:
    """The tool's results, one a request."""
    try:
        if not tool.batch:
            return [tool.run(**requests[0])]
        results = list(tool.run(**{name: [request[name] for request in requests] for name in requests[0]}))
    except (ToolFailed, MissingExtra):
        raise
    except Exception as error:
        message = (
            f"it raised {type(error).__name__}: {error}, called with {shown}; raise ToolFailed where it has no value to give"
        )
        raise Fault(message) from error
    if len(results) != len(requests):
        message = f"a batch of {len(requests)} gave {len(results)} results, called with {shown}"
        raise Fault(message)
    return results


def show(value: Any) -> str:
    """An argument or a result on one line."""
    if isinstance(value, Image):
        name = Path(value.ref.path).stem
        return name if value.box is None else f"{name}{[round(edge) for edge in value.box.corners]}"
    if isinstance(value, list):
        return f"[{', '.join(map(show, value[:5]))}{', ...' if len(value) > 5 else ''}]"
    return repr(value)[:120]
