"""Which traces a report shows: right and wrong ones, of every kind of question, the same ones each time."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from vpd.distill.errors import RunError
from vpd.distill.records import Outcome
from vpd.distill.report.markup import Html, Part, element, plain_text
from vpd.distill.report.programs import kind_name
from vpd.distill.report.trace_view import TraceStory, show_trace
from vpd.distill.run_files import JudgedDraw, RunRecords
from vpd.engine.records import Trace

__all__ = ["choose_stories", "find_story", "list_traces", "show_examples"]

PATTERN = (True, False, True, True, False)
"""Right ones and others in turn; most are right, since these are what a student learns from."""


def list_traces(run: RunRecords, most: int = 50) -> list[str]:
    """Lines of trace id, outcome and question, for the first judged draws of a run."""
    lines: dict[str, str] = {}
    for asked in run.asked:
        for draw in asked.draws:
            if draw.trace is not None and draw.verdict is not None and len(lines) < most:
                lines.setdefault(draw.trace.id, f"{draw.trace.id}  {draw.verdict.outcome:<8} {plain_text(asked.question.text)}")
    return list(lines.values())


def find_story(run: RunRecords, start: str) -> TraceStory:
    """Everything a run knows of the trace whose id starts so, for the first question that it was judged for.

    Raises `RunError` where no trace or more than one starts so.
    """
    found = [trace_id for trace_id in run.trace_by_id if trace_id.startswith(start)]
    if len(found) != 1:
        message = (
            f"{run.folder} holds {len(found) or 'no'} traces whose id starts with {start!r}; vpd view {run.folder} lists some"
        )
        raise RunError(message)
    for asked in run.asked:
        for draw in asked.draws:
            if draw.trace is not None and draw.trace.id == found[0]:
                return tell(run, asked.question.id, draw, draw.trace)
    return TraceStory("No question of this run", run.trace_by_id[found[0]], folder=run.folder)


def tell(run: RunRecords, question_id: str, draw: JudgedDraw, trace: Trace) -> TraceStory:
    """One draw for one question, as it is shown."""
    question = run.question_by_id[question_id]
    return TraceStory(
        question=question.text,
        trace=trace,
        kind=kind_name(question.kind),
        program=draw.program,
        verdict=draw.verdict,
        rationale=run.rationale_of.get((question_id, trace.id)),
        folder=run.folder,
    )


def choose_stories(run: RunRecords, most: int = 10) -> list[TraceStory]:
    """Up to `most` traces of different questions; kinds take turns, ways to fail too, and told traces come first."""
    right = takes_turns(run, right=True)
    other = takes_turns(run, right=False)
    chosen: list[TraceStory] = []
    seen: set[str] = set()

    def take(source: Iterator[tuple[str, JudgedDraw]]) -> bool:
        for question_id, draw in source:
            if question_id not in seen and draw.trace is not None:
                seen.add(question_id)
                chosen.append(tell(run, question_id, draw, draw.trace))
                return True
        return False

    for wanted in islice(cycle(PATTERN), 4 * most):
        if len(chosen) == most or not (take(right if wanted else other) or take(other if wanted else right)):
            break
    return chosen


def takes_turns(run: RunRecords, *, right: bool) -> Iterator[tuple[str, JudgedDraw]]:
    """Judged draws that are right, or that are not, one of each kind and outcome in turn."""
    piles: dict[tuple[str, str], list[tuple[str, JudgedDraw]]] = {}
    for asked in run.asked:
        for draw in asked.draws:
            if draw.trace is not None and draw.verdict is not None and draw.is_right is right:
                key = (asked.question.kind, str(draw.verdict.outcome))
                piles.setdefault(key, []).append((asked.question.id, draw))
    for pile in piles.values():
        pile.sort(key=lambda each: interest(run, *each))
    outcomes = [str(outcome) for outcome in (Outcome.RIGHT, Outcome.WRONG, Outcome.FAILED, Outcome.SILENT, Outcome.UNKNOWN)]
    keys = sorted(piles, key=lambda key: (outcomes.index(key[1]), key[0]))
    by_outcome = [[key for key in keys if key[1] == outcome] for outcome in outcomes]
    order = [row[place] for place in range(len(keys)) for row in by_outcome if place < len(row)]
    while any(piles.values()):
        for key in order:
            if piles[key]:
                yield piles[key].pop(0)


def interest(run: RunRecords, question_id: str, draw: JudgedDraw) -> tuple[bool, bool, str]:
    """Told traces first, then those that called a tool; the rest is a fixed shuffle."""
    trace = draw.trace
    told = trace is not None and (question_id, trace.id) in run.rationale_of
    return not told, trace is None or not trace.calls, question_id


def show_examples(runs: Sequence[RunRecords], most: int = 10) -> list[Part]:
    """The chosen traces of the first run."""
    stories = choose_stories(runs[0], most)
    if not stories:
        return [element("p", "No trace was judged yet.", class_="quiet")]
    note = (
        "Frames carry the numbers of the calls that gave or were given the region. Right and other traces take turns by kind "
        "of question, so their share here is not their share in the run."
    )
    shown: list[Html] = [show_trace(story) for story in stories]
    return [element("p", note, class_="quiet"), *shown]
