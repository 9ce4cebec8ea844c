"""`vpd score`: a benchmark's official metric on a run's predictions or on a file of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpd.distill.commands.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpd.distill.metrics import Scores
    from vpd.engine.records import Question

__all__ = ["score"]


def score(
    benchmark: Annotated[str, typer.Argument(help="The data set, as `vpd data list` names it.", show_default=False)],
    questions: Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory, or a JSON Lines file of questions.")],
    predictions: Annotated[
        Path | None, typer.Argument(help="Predictions in the benchmark's own format; without it the run's own students.")
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Another scorer in use; the official one is the default.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Only this split's questions; may be repeated.")] = None,
    source: Annotated[str | None, typer.Option(help="Only questions of this source, where a run holds several.")] = None,
    lenient: Annotated[bool, typer.Option(help="Count questions without a prediction as wrong.")] = False,
    arm: Annotated[str | None, typer.Option(help="Which of the run's students.")] = None,
    mode: Annotated[str, typer.Option(help="How the run's student was asked.")] = "answer",
    json: Annotated[Path | None, typer.Option(help="Also write all scores to this file, a line a variant.")] = None,
    write: Annotated[Path | None, typer.Option(help="Also write the predictions in the benchmark's own format.")] = None,
) -> None:
    """Score predictions by the benchmark's official metric, and name the variant."""
    from vpd.distill.metrics import BENCHMARKS, evaluate_predictions  # the records and pydantic load with the command
    from vpd.distill.metrics.files import format_of, read_predictions, write_predictions
    from vpd.distill.run_directory import write_text

    format_of(benchmark)
    asked = questions_of(questions, split, source)
    said = read_predictions(benchmark, predictions, asked) if predictions else students_of(benchmark, questions, asked, arm, mode)
    if write is not None:
        say(f"{write}: {write_predictions(benchmark, write, asked, said)} predictions")
    first = evaluate_predictions(benchmark, asked, said, variant=variant, lenient=lenient)
    show(first)
    others = [other for other in BENCHMARKS[benchmark] if variant is None and other != first.variant]
    found = [first, *(beside(benchmark, asked, said, other, lenient=lenient) for other in others)]
    if json is not None:
        write_text(json, "".join(f"{each.to_line()}\n" for each in found if each is not None))


def questions_of(place: Path, splits: "list[str] | None", source: str | None) -> "list[Question]":
    """The questions of a run or of a file, those that were asked for."""
    from vpd.distill.errors import MetricError
    from vpd.distill.run_directory import FILES
    from vpd.engine.journal import read_records
    from vpd.engine.records import Question

    path = place / FILES[Question] if place.is_dir() else place
    every = list(read_records(path, Question))
    kept = [one for one in every if (not splits or one.split in splits) and (source is None or one.source == source)]
    if not kept:
        sources = ", ".join(sorted({f"{one.source!r} split {one.split!r}" for one in every})) or "none"
        message = f"{path} has no such questions; it has: {sources}"
        raise MetricError(message)
    return kept


def students_of(benchmark: str, place: Path, asked: "Sequence[Question]", arm: str | None, mode: str) -> dict[str, Any]:
    """What one of a run's arms predicted, by question, as the metric takes it."""
    from vpd.distill.errors import MetricError
    from vpd.distill.evaluation.scoring import given
    from vpd.distill.records import Prediction
    from vpd.distill.run_directory import RunDirectory

    wanted = {one.id: one for one in asked}
    held = [one for one in RunDirectory(place).read(Prediction) if one.question in wanted and one.mode == mode]
    arms = sorted({one.arm for one in held})
    if arm is None and len(arms) == 1:
        arm = arms[0]
    if arm not in arms:
        message = f"{place} has predictions of {', '.join(arms) or 'no student'} here, asked in mode {mode}; name one as --arm"
        raise MetricError(message)
    return {one.question: given(benchmark, wanted[one.question], one) for one in held if one.arm == arm}


def beside(benchmark: str, asked: "Sequence[Question]", said: dict[str, Any], variant: str, *, lenient: bool) -> "Scores | None":
    """Another variant's headline, told in one line; one that the predictions do not fit says why."""
    from vpd.distill.errors import MetricError
    from vpd.distill.metrics import evaluate_predictions

    try:
        other = evaluate_predictions(benchmark, asked, said, variant=variant, lenient=lenient)
    except MetricError as error:
        say(f"{variant}: {error}")
        return None
    print(f"by {variant}: {other.headline} {shown(other.values[other.headline])} ({other.unit})")
    return other


def show(scores: "Scores") -> None:
    """The scores as lines of text."""
    print(f"{scores.benchmark}, {scores.asked} questions, by {scores.variant} ({scores.unit})")
    for name, value in scores.values.items():
        print(f"  {name}: {shown(value)}")
    for group, shares in scores.groups.items():
        print(f"  {group}:")
        for name, share in shares.items():
            print(f"    {name}: {share.value:.4f} ({share.count})")
    if scores.missing:
        print(f"  without a prediction, counted as wrong: {scores.missing}")
    if scores.unanswered:
        print(f"  left out, since nobody knows the answer: {scores.unanswered}")


def shown(value: float | None) -> str:
    """A value to four digits."""
    return "not to be had from these questions" if value is None else f"{value:.4f}"
