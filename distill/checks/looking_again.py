"""Checks by looking again: the same program on harmlessly changed pictures must answer the same and see the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from vpd.distill.checks.candidates import Suspect
from vpd.distill.checks.comparing import confirmed_calls
from vpd.distill.judging import read_answer
from vpd.distill.records import Finding, State
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools.image import ImageRef
from vpd.tools.registry import Registry
from vpd.tools.views import View, seen_through

__all__ = ["VIEW_CHECKS", "look_again", "views_battery"]

VIEW_CHECKS = {
    "views": "the answer stays what it is on at least a third of the changed pictures",
    "steps": "no call gives what most of the changed pictures speak against",
}


def views_battery(views: Sequence[View]) -> str:
    """What decides the findings of these checks."""
    return f"views-1 {' '.join(views)}"


def look_again(
    suspects: Sequence[Suspect],
    tools: Registry,
    sandbox: Sandbox,
    dispatcher: Dispatcher,
    folder: Path,
    advance: Callable[[str], None],
    *,
    views: Sequence[View] = tuple(View),
    workers: int = 2,
    share: int = 16,
    programs: int = 16,
) -> Iterator[Finding]:
    """A finding for each suspect, with the states of `views` and `steps`; the changed pictures are kept in `folder`.

    Findings come after so many `programs`, so that little is lost where the looking is cut short. The scores are the shares of
    views that answer the same and of calls that are borne out. `advance` is told of every run.
    """
    looking = {view: seen_through(tools, view, folder) for view in views}
    battery = views_battery(views)
    by_program: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
    for each in suspects:
        by_program[each.program.source_sha256, each.program.source].append(each)
    left = iter(by_program.items())
    while some := list(islice(left, programs)):
        runs = [ProgramRun(program, source, tuple(pictures_of(members))) for (program, source), members in some]
        seen: dict[tuple[str, str], list[Trace]] = defaultdict(list)
        for view, tools_through in looking.items():
            for trace in run_programs(runs, sandbox, tools_through, dispatcher, workers=workers, share=share):
                seen[trace.program, trace.image_sha256].append(trace)
                advance(view.value)
        for _, members in some:
            for each in members:
                yield compare(each, seen[each.trace.program, each.trace.image_sha256], battery)


def pictures_of(suspects: Iterable[Suspect]) -> Iterable[ImageRef]:
    """Each picture once."""
    return {each.trace.image_sha256: each.trace.image for each in suspects}.values()


def compare(suspect: Suspect, others: Sequence[Trace], battery: str) -> Finding:
    """What the runs on changed pictures say of one trace."""
    answers = [read_answer(other.answer) for other in others if other.failure is None]
    same = sum(answer is not None and answer == read_answer(suspect.trace.answer) for answer in answers)
    borne, against = confirmed_calls(suspect.trace, [other for other in others if other.failure is None])
    answered = State.UNKNOWN if not others else State.PASSED if 3 * same >= len(others) else State.FAILED
    stepped = State.FAILED if against else State.PASSED if borne else State.UNKNOWN
    return Finding(
        question=suspect.question.id,
        trace=suspect.trace.id,
        trace_digest=suspect.trace.digest,
        battery=battery,
        states={"views": answered, "steps": stepped},
        scores={"views": same / len(others) if others else 0.0, "steps": borne / (borne + against) if borne + against else 0.0},
    )
