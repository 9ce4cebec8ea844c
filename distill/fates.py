"""What became of the programs, what they cost, and how long teacher and student take for a question."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from vpd.distill.comparison import student_name
from vpd.distill.evaluation.programs import TEACHER
from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_files import RunRecords

__all__ = ["Drawing", "Fate", "Pace", "count_outcomes", "drawing", "fates", "paces"]

NO_PROGRAM = "no program in the completion"
NOT_RUN = "not run or not judged yet"


@dataclass(frozen=True, slots=True)
class Fate:
    """One way a draw for a question ended."""

    outcome: Outcome | None
    """None where it was never judged."""
    detail: str
    """For failures, stage and kind; else empty."""
    count: int
    """Pairs of a draw and a question."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was asked of the language models, over all draws of a run."""

    models: tuple[str, ...]
    samplings: tuple[str, ...]
    draws: int
    programs: int
    """Distinct sources."""
    texts: int
    """Distinct texts of questions that programs were drawn for."""
    questions: int
    """Questions that ask these texts of a picture."""
    runs: int
    """Traces."""
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """US dollars over the draws whose price is known; None where none is."""
    unpriced: int
    replayed: int
    """Draws answered from a file of earlier ones."""
    cached: int
    """Draws found in this machine's own cache."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one way of answering takes for a question, in seconds."""

    name: str
    mean: float
    middle: float
    """The median."""
    questions: int
    tokens: float | None = None
    """Mean of what was written; None where it was not counted."""
    prompt_tokens: float | None = None
    """Mean of what was read."""
    memory_mib: float | None = None
    """The most that a process held."""


def fates(run: RunRecords) -> tuple[Fate, ...]:
    """Every way that draws ended, in the order of outcomes, frequent ones first."""
    counts: Counter[tuple[Outcome | None, str]] = Counter()
    for asked in run.asked:
        for draw in asked.draws:
            if draw.verdict is None:
                counts[None, NO_PROGRAM if not draw.program.source.strip() else NOT_RUN] += 1
            elif draw.verdict.outcome is Outcome.FAILED and draw.trace is not None and draw.trace.failure is not None:
                counts[Outcome.FAILED, f"{draw.trace.failure.stage}: {draw.trace.failure.kind}"] += 1
            else:
                counts[draw.verdict.outcome, ""] += 1
    order = [*Outcome, None]
    return tuple(
        Fate(outcome, detail, count)
        for (outcome, detail), count in sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))
    )


def count_outcomes(found: Sequence[Fate]) -> dict[Outcome | None, int]:
    """Counts by outcome alone."""
    totals: dict[Outcome | None, int] = {}
    for fate in found:
        totals[fate.outcome] = totals.get(fate.outcome, 0) + fate.count
    return totals


def drawing(run: RunRecords) -> Drawing:
    """The sums over a run's draws."""
    costs = [program.cost for program in run.programs if program.cost is not None]
    return Drawing(
        models=tuple(sorted({program.model for program in run.programs})),
        samplings=tuple(
            sorted({", ".join(f"{key} {value}" for key, value in sorted(each.sampling.items())) for each in run.programs})
        ),
        draws=len(run.programs),
        programs=len({program.source_sha256 for program in run.programs}),
        texts=len({program.question for program in run.programs}),
        questions=len(run.asked),
        runs=len(run.traces),
        prompt_tokens=sum(program.prompt_tokens for program in run.programs),
        completion_tokens=sum(program.completion_tokens for program in run.programs),
        cost=sum(costs) if costs else None,
        unpriced=len(run.programs) - len(costs),
        replayed=sum(program.replayed for program in run.programs),
        cached=sum(program.cached for program in run.programs),
    )


def paces(runs: Sequence[RunRecords]) -> tuple[Pace, ...]:
    """Teacher, then every student, over all runs together."""
    return tuple(pace for pace in (*teacher_paces(runs), *student_paces(runs)) if pace.questions)


def teacher_paces(runs: Sequence[RunRecords]) -> list[Pace]:
    """A question's draws and the runs of its distinct programs, as if it were asked alone: nothing is shared with others."""
    asked = [each for run in runs for each in run.asked]
    drawn = [sum(draw.program.seconds for draw in each.draws) for each in asked]
    ran = [sum({draw.trace.id: draw.trace.seconds for draw in each.draws if draw.trace is not None}.values()) for each in asked]
    whole = [first + second for first, second in zip(drawn, ran)]
    names = ("teacher: write all programs", "teacher: run all programs", "teacher: both")
    written, executed, both = (pace_of(name, seconds) for name, seconds in zip(names, (drawn, ran, whole)))
    tokens = mean_of([sum(draw.program.completion_tokens for draw in each.draws) for each in asked])
    prompt_tokens = mean_of([sum(draw.program.prompt_tokens for draw in each.draws) for each in asked])
    return [
        replace(written, tokens=tokens, prompt_tokens=prompt_tokens),
        executed,
        replace(both, tokens=tokens, prompt_tokens=prompt_tokens),
    ]


def student_paces(runs: Sequence[RunRecords]) -> list[Pace]:
    """Each arm and mode, a question's share of its batch; the programs are told by their draws and runs."""
    said: dict[str, list[Prediction]] = {}
    for run in runs:
        for prediction in run.predictions:
            if prediction.arm != TEACHER:
                said.setdefault(student_name(prediction.arm, prediction.mode), []).append(prediction)
    return [
        replace(
            pace_of(name, [one.seconds for one in each]),
            tokens=mean_of([one.tokens for one in each]),
            prompt_tokens=mean_of([one.prompt_tokens for one in each]),
            memory_mib=max((one.memory_mib for one in each if one.memory_mib is not None), default=None),
        )
        for name, each in sorted(said.items())
    ]


def mean_of(counts: Sequence[int | None]) -> float | None:
    """The mean of those that were counted; None where none was."""
    known = [count for count in counts if count is not None]
    return fmean(known) if any(known) else None


def pace_of(name: str, seconds: Sequence[float]) -> Pace:
    """Mean and median; zeros where there is nothing."""
    return Pace(name, fmean(seconds), median(seconds), len(seconds)) if seconds else Pace(name, 0.0, 0.0, 0)
