"""Rationales written and held against their traces: by the template, or by a model with the template to fall back on."""

from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.distill.rationales.rewriting import Rewriter
from vpd.distill.rationales.template import WRITER, explain_trace
from vpd.distill.records import Rationale, Verdict
from vpd.engine.records import Question, Trace

__all__ = ["Telling", "write_by_template", "write_rationales"]


class Telling(NamedTuple):
    """What is to be told."""

    question: Question
    trace: Trace
    verdict: Verdict


def write_by_template(telling: Telling, grid: Grid) -> Rationale:
    """The template's rationale, with what it says without ground: nothing, unless the template or the check is at fault."""
    rationale = explain_trace(*telling, grid)
    grounding = ground(rationale.text, telling.trace, telling.question, grid, rationale.answer)
    return rationale.model_copy(update={"unfounded": grounding.lines})


def write_rationales(
    tellings: Iterable[Telling],
    grid: Grid,
    rewriter: Rewriter | None,
    done: Container[str],
    advance: Callable[[str], None],
) -> Iterator[Rationale]:
    """Rationales whose ids are not in `done`, as they are written.

    `advance` hears of each that was `told` (by the template) or `rewritten`, of each draft `refused`, and of each that
    `fell back` on the template because no draft was founded. `unfounded` is one of the template's that is itself at fault. A
    model is asked program by program: one that keeps the start of its last prompt then reads little more than what was found.
    """
    writer = WRITER if rewriter is None else rewriter.writer(grid)

    def write(telling: Telling) -> tuple[Rationale, list[str]]:
        """One rationale, and what became of it on the way."""
        outcomes = []
        if rewriter is not None:
            rewritten = rewriter.rewrite(*telling, grid)
            outcomes += ["refused"] * len(rewritten.refused)
            if rewritten.rationale is not None:
                return rewritten.rationale, [*outcomes, "rewritten"]
            outcomes.append("fell back")
        rationale = write_by_template(telling, grid)
        return rationale, [*outcomes, "unfounded" if rationale.unfounded else "told"]

    missing: dict[str, Telling] = {}
    for telling in tellings if rewriter is None else sorted(tellings, key=lambda each: (each.question.text, each.trace.source)):
        asked = Rationale.id_for(question=telling.question.id, trace=telling.trace.id, writer=writer, grid=grid.name)
        if asked not in done:
            missing.setdefault(asked, telling)
    workers = 1 if rewriter is None else rewriter.completer.concurrency
    if workers == 1:
        written: Iterable[tuple[Rationale, list[str]]] = map(write, missing.values())
    else:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="rationale")
        written = in_turn(pool, write, list(missing.values()))
    for rationale, outcomes in written:
        for outcome in outcomes:
            advance(outcome)
        if rationale.id not in done:
            yield rationale


def in_turn(
    pool: ThreadPoolExecutor, write: Callable[[Telling], tuple[Rationale, list[str]]], tellings: list[Telling]
) -> Iterator[tuple[Rationale, list[str]]]:
    """What a pool writes, in order; where the reader stops or one fails, the rest is not begun."""
    try:
        yield from pool.map(write, tellings)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
