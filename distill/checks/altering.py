"""A check by altering: where a result that the answer hangs on is changed in replay, the answer must change too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vpd.distill.checks.candidates import Suspect
from vpd.distill.records import Finding, State
from vpd.engine.records import ToolCall, Trace
from vpd.engine.replay_trace import recorded_answers
from vpd.engine.sandbox import Sandbox
from vpd.tools.image import Image
from vpd.tools.tool import Tool

__all__ = ["ALTERING_BATTERY", "ALTERING_CHECKS", "alter_and_replay"]

ALTERING_CHECKS = {"sensitive": "some change of what a tool said changes the answer"}
ALTERING_BATTERY = "altering-1"
SAMPLE = 3
"""Pictures on which a program is tried; what holds there is said of it on all."""
ANOTHER = "something else"


def alter_and_replay(
    suspects: Sequence[Suspect], tools: Mapping[str, Tool], sandbox: Sandbox, advance: Callable[[str], None]
) -> Iterator[Finding]:
    """A finding for each suspect, with the state of `sensitive`: no tool runs, recorded results are altered one at a time.

    A program is tried on its first `SAMPLE` pictures; it passes where on one of them an altered result changes the answer or
    leads the program to a call that is not recorded. The score is the number of alterations tried.
    """
    told: dict[str, tuple[State, int]] = {}
    tried: dict[str, int] = {}
    for each in suspects:
        program = each.program.source_sha256
        if told.get(program, (State.FAILED, 0))[0] is State.FAILED and tried.get(program, 0) < SAMPLE:
            tried[program] = tried.get(program, 0) + 1
            state, count = try_alterations(each.trace, tools, sandbox)
            told[program] = (state, told.get(program, (state, 0))[1] + count)
            advance(state.value)
    for each in suspects:
        state, count = told[each.program.source_sha256]
        yield Finding(
            question=each.question.id,
            trace=each.trace.id,
            trace_digest=each.trace.digest,
            battery=ALTERING_BATTERY,
            states={"sensitive": state},
            scores={"sensitive": float(count)},
        )


def try_alterations(trace: Trace, tools: Mapping[str, Tool], sandbox: Sandbox) -> tuple[State, int]:
    """Whether an altered result changes the answer, and how many were tried until one did."""
    count = 0
    for number, call in enumerate(trace.calls):
        for altered in alterations(call, trace) if call.failure is None else ():
            calls = list(trace.calls)
            calls[number] = call.model_copy(update={"result": altered})
            other = trace.model_copy(update={"calls": tuple(calls)})
            done = sandbox.run(trace.source, Image(trace.image), tools, recorded_answers(other))
            count += 1
            if done.failure is not None or done.answer != trace.answer:
                return State.PASSED, count
    return State.FAILED, count


def alterations(call: ToolCall, trace: Trace) -> Iterator[Any]:
    """Other results that the tool might have given, the plainest first."""
    result = call.result
    if isinstance(result, bool):
        yield not result
    elif isinstance(result, int | float):
        yield result + 1
        yield result * 10 + 1
    elif isinstance(result, str):
        yield ANOTHER
    elif isinstance(result, dict) and "region" in result:
        yield elsewhere(result, trace)
    elif isinstance(result, list) and result:
        yield []
        yield result[1:]
        yield [*result, result[0]]
        if isinstance(result[0], dict) and "region" in result[0]:
            yield [elsewhere(result[0], trace), *result[1:]]
    elif isinstance(result, list):
        width, height = trace.image.width, trace.image.height
        region = [0.45 * width, 0.45 * height, 0.55 * width, 0.55 * height]
        yield [{"region": region, "label": "", "score": 1.0}]


def elsewhere(region: dict[str, Any], trace: Trace) -> dict[str, Any]:
    """The region at the opposite side of the picture, and called something else."""
    left, top, right, bottom = region["region"]
    width, height = trace.image.width, trace.image.height
    return {**region, "region": [width - right, height - bottom, width - left, height - top], "label": ANOTHER}
