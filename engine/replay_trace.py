"""Run a stored trace again with its tools answered from the record, and tell every difference outside of timings."""

import dataclasses
import json
import math
import types
from collections.abc import Mapping
from difflib import unified_diff
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from vpd.engine.records import ToolCall, Trace
from vpd.engine.sandbox import Answer, Answered, RecordedFailure, Sandbox
from vpd.engine.sandbox.table import region_as_json
from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef
from vpd.tools.tool import Tool
from vpd.tools.values import fit, parts_to_try

__all__ = ["Replay", "recorded_answers", "replay_trace"]


class Replay(NamedTuple):
    """A trace that was run again."""

    trace: Trace
    difference: str
    """A unified diff of both traces as JSON, timings left out; empty where they are the same."""


def replay_trace(trace: Trace, sandbox: Sandbox, tools: Mapping[str, Tool]) -> Replay:
    """Run the program again, on no pixels and with no tool: every call is answered from the record."""
    done = sandbox.run(trace.source, Image(trace.image), tools, recorded_answers(trace))
    again = trace.model_copy(
        update={
            "tools": tuple(sorted({tool.pin for tool in tools.values()})),
            "isolation": done.isolation,
            "calls": done.calls,
            "steps": done.steps,
            "printed": done.printed,
            "answer": done.answer,
            "failure": done.failure,
            "seconds": done.seconds,
        }
    )
    was, now = (written(each).splitlines(keepends=True) for each in (trace, again))
    return Replay(again, "".join(unified_diff(was, now, "recorded", "again", n=2)))


def written(trace: Trace) -> str:
    """The trace as text to compare: every field on a line, timings left out."""
    plain = trace.model_dump(mode="json", exclude=set(Trace.TIMED))
    for call in plain["calls"]:
        for timed in ToolCall.TIMED:
            call.pop(timed, None)
    return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def recorded_answers(trace: Trace) -> Answer:
    """What answers the calls of one run from a trace, in their order; each must ask the same tool for the same.

    A call that is not recorded fails with `NotRecorded`, so that the replay goes its own way and the difference shows it.
    """
    left = list(trace.calls)

    def answer(tool: Tool, arguments: dict[str, Any]) -> Answered:
        """What the next recorded call like this one gave."""
        asked = {name: as_recorded(value, frame_of(tool, arguments)) for name, value in arguments.items()}
        while left:
            call = left.pop(0)
            if call.tool == tool.name and comparable(call.arguments) == asked:
                return answer_of(tool, call, arguments, trace.image)
            if call.failure is None:
                break
        raise RecordedFailure(tool.name, f"{tool.name}: this call is not in the record", "NotRecorded")

    return answer


def answer_of(tool: Tool, call: ToolCall, arguments: dict[str, Any], image: ImageRef) -> Answered:
    """The value that the tool gave, typed as it gave it. Raises what it raised."""
    if call.failure is not None:
        raise RecordedFailure(tool.name, call.failure.message, call.failure.kind)
    value = restore(call.result, tool.returns, frame_of(tool, arguments), image)
    return Answered(value, call.cached, call.seconds)


def comparable(value: Any) -> Any:
    """A recorded value without what a typed value does not hold."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if not ("region" in value and key in ("from", "score"))}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def frame_of(tool: Tool, arguments: Mapping[str, Any]) -> Box | None:
    """The region that the tool's boxes are counted in: the first image's."""
    given = (arguments.get(parameter.name) for parameter in tool.parameters)
    return next((value.frame for value in given if isinstance(value, Image)), None)


def as_recorded(value: Any, frame: Box | None) -> Any:
    """A typed argument as a call's record holds it, to compare."""
    if isinstance(value, Image):
        return comparable(region_as_json(value))
    if isinstance(value, Box):
        placed = value if frame is None else value.moved(frame.left, frame.top)
        return {"region": list(placed.corners), "label": placed.label}
    if isinstance(value, list | tuple):
        return [as_recorded(item, frame) for item in value]
    if isinstance(value, dict):
        return {key: as_recorded(item, frame) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_recorded(getattr(value, field.name), None) for field in dataclasses.fields(value)}
    return value


def restore(value: Any, declared: Any, frame: Box | None, image: ImageRef) -> Any:
    """The typed value behind a recorded result. Raises `TypeError` or `ValueError` where it is none of that type."""
    origin, inner = get_origin(declared), get_args(declared)
    if declared in (Box, Image):
        left, top, right, bottom = value["region"]
        box = Box(left, top, right, bottom, value["label"], value["score"])
        if declared is Image:
            return Image(image, box)
        return box if frame is None else box.moved(-frame.left, -frame.top)
    if origin in (Union, types.UnionType):
        for part in parts_to_try(value, inner):
            try:
                return fit(restore(value, part, frame, image), part, "a recorded result")
            except (TypeError, ValueError, KeyError, IndexError, AttributeError):
                continue
    if origin in (list, tuple):
        parts = [inner[0]] * len(value) if origin is list or inner[-1] is Ellipsis else list(inner)
        made = [restore(item, part, frame, image) for item, part in zip(value, parts, strict=True)]
        return made if origin is list else tuple(made)
    if origin is dict:
        return {key: restore(item, inner[1], frame, image) for key, item in value.items()}
    if dataclasses.is_dataclass(declared) and isinstance(declared, type):
        hints = get_type_hints(declared)
        return declared(**{name: restore(value[name], kind, frame, image) for name, kind in hints.items()})
    if declared is float and value in ("nan", "inf", "-inf"):
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value]
    return fit(value, declared, "a recorded result")
