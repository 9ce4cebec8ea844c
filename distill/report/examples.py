"""Which traces a report shows: right and wrong ones, of every kind of question, the same ones each time."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from vpd.distill.errors import RunError
from vpd.distill.records import Outcome
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.trace_view import TraceStory, show_trace
from vpd.distill.report.wording import kind_name
from vpd.distill.run_files import JudgedDraw, RunRecords
from vpd.engine.characters import plain_text
from vpd.engine.records import Trace

__all__ = ["choose_stories", "find_story", "list_traces", "show_examples"]

PATTERN = (True, False, True, True, False)
"""Right ones and others in turn; most are right, since these are what a student learns from."""
OUTCOMES = (Outcome.RIGHT, Outcome.WRONG, Outcome.FAILED, Outcome.SILENT, Outcome.UNKNOWN)


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
    seen: set[str] = set()
    right = take_turns(run, seen, right=True)
    other = take_turns(run, seen, right=False)
    chosen: list[TraceStory] = []
    for wanted in islice(cycle(PATTERN), most):
        story = next(right if wanted else other, None) or next(other if wanted else right, None)
        if story is None:
            break
        chosen.append(story)
    return chosen


def take_turns(run: RunRecords, seen: set[str], *, right: bool) -> Iterator[TraceStory]:
    """Judged draws that are right, or that are not, one of each kind and outcome in turn; `seen` gathers the questions shown."""
    piles: dict[tuple[str, str], list[tuple[str, JudgedDraw, Trace]]] = {}
    for asked in run.asked:
        for draw in asked.draws:
            if draw.trace is not None and draw.verdict is not None and draw.is_right is right:
                key = (str(draw.verdict.outcome), asked.question.kind)
                piles.setdefault(key, []).append((asked.question.id, draw, draw.trace))
    for pile in piles.values():
        pile.sort(key=lambda each: interest(run, each[0], each[2]))
    order = in_turns([sorted(key for key in piles if key[0] == outcome) for outcome in OUTCOMES])
    while any(piles.values()):
        for key in order:
            pile = piles[key]
            while pile and pile[-1][0] in seen:
                pile.pop()
            if pile:
                question_id, draw, trace = pile.pop()
                seen.add(question_id)
                yield tell(run, question_id, draw, trace)


def in_turns(rows: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    """One of each row in turn, each row starting one place later than the row before."""
    most = max((len(row) for row in rows), default=0)
    return [row[(place + start) % len(row)] for place in range(most) for start, row in enumerate(rows) if place < len(row)]


def interest(run: RunRecords, question_id: str, trace: Trace) -> tuple[bool, bool, str]:
    """Told traces last, after those that called a tool, since piles are taken from the end; the rest is a fixed shuffle."""
    return (question_id, trace.id) in run.rationale_of, bool(trace.calls), question_id


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
