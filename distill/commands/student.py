"""Teaching a student from a run's examples."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vpd.distill.commands.console import following_lessons, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpd.distill.mixing.set_directory import SetDirectory
    from vpd.distill.records import TrainingExample
    from vpd.distill.run_directory import RunDirectory

__all__ = ["pairs", "prefer", "train"]

Directory = Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")]


def train(
    directory: Annotated[Path, typer.Argument(help="The run directory, or a mixed set.", metavar="RUN_OR_SET")],
    start: Annotated[str, typer.Option(help="A model's folder or its name on the model hub; any image-text-to-text model.")],
    name: Annotated[str, typer.Option(help="What the student is called; it is kept in RUN/students/NAME.")] = "distilled",
    learns: Annotated[
        Literal["distilled", "control", "unfiltered"],
        typer.Option(help="Answers and right rationales; answers only; answers and rationales of any program."),
    ] = "distilled",
    preset: Annotated[
        str | None, typer.Option(help="Settings that are shipped: paper-generalist or paper-specialist.", metavar="NAME")
    ] = None,
    settings: Annotated[Path | None, typer.Option(help="A TOML file of training settings, put over the preset's.")] = None,
    form: Annotated[
        Literal["two_prompts", "answer_only", "rationale_only", "answer_then_rationale"] | None,
        typer.Option(
            help="What is asked for each question: an answer and a rationale by two prompts, one of them, or both in one."
        ),
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="How often every example comes up; takes the place of steps.")] = None,
    steps: Annotated[int | None, typer.Option(help="Optimiser steps.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak, of AdamW.")] = None,
    rationale_weight: Annotated[
        float | None, typer.Option(help="Lambda: what a rationale's loss counts beside a label's.")
    ] = None,
    lora_rank: Annotated[int | None, typer.Option(help="Rank of adapters; 0 trains all weights.")] = None,
    bf16: Annotated[bool | None, typer.Option("--bf16/--no-bf16", help="Compute in bfloat16.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the order of pictures.")] = None,
    report_to: Annotated[
        list[str] | None, typer.Option(help="A tracker, such as tensorboard or wandb; may be repeated. By default none.")
    ] = None,
) -> None:
    """Teach a student from a run or a mixed set; a cut training goes on where it stopped. Several GPUs: `accelerate launch`."""
    from vpd.distill.mixing.set_directory import (
        SetDirectory,
    )  # the records and pydantic load with the first command that needs them
    from vpd.distill.mixing.training_set import is_set
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.student import read_settings, train_student

    given = {
        "form": form,
        "epochs": epochs,
        "steps": steps,
        "learning_rate": learning_rate,
        "rationale_weight": rationale_weight,
        "lora_rank": lora_rank,
        "bf16": bf16,
        "seed": seed,
        "report_to": report_to,
    }
    chosen = read_settings(settings, {key: value for key, value in given.items() if value is not None}, preset)
    place = SetDirectory(directory) if is_set(directory) else RunDirectory(directory)
    first = is_first_process()
    with place if first else nullcontext(), following_lessons() as tell:
        out = place.path / "students" / name
        follow = (lambda done, total, loss: tell(name, done, total, loss)) if first else None
        result = train_student(start, taught_in(place, learns), out, chosen, follow)
    if first:
        ended = f", last loss {result.losses[-1][1]:.3f}" if result.losses else ""
        say(f"{out / 'student'}: {result.steps} steps, {result.cpu_seconds:.0f} CPU seconds{ended}")


def taught_in(place: "RunDirectory | SetDirectory", learns: str) -> "Sequence[TrainingExample]":
    """What a run or a mixed set holds for a student that learns so."""
    from vpd.distill.arms import ARMS, examples_of
    from vpd.distill.mixing.set_directory import taught_by
    from vpd.distill.run_directory import RunDirectory

    return examples_of(place, ARMS[learns]) if isinstance(place, RunDirectory) else taught_by(place, learns)


def pairs(
    directory: Directory,
    wrong: Annotated[int, typer.Option(min=1, help="Most wrong traces a question, each against the same right one.")] = 1,
) -> None:
    """Gather pairs of a right and a wrong rationale of the same question, for `vpd export` and other trainers' DPO."""
    from vpd.distill.preferences import gather_pairs  # the records and pydantic load with the command
    from vpd.distill.records import Preference
    from vpd.distill.run_directory import RunDirectory

    with RunDirectory(directory) as place:
        held = gather_pairs(place, wrong)
    questions, pictures = len({pair.question for pair in held}), len({pair.image.sha256 for pair in held})
    say(f"{place.file(Preference)}: {len(held)} pairs of {questions} questions, {pictures} pictures")


def prefer(
    directory: Directory,
    start: Annotated[str, typer.Option(help="A student in RUN/students, a model's folder or its name on the model hub.")] = (
        "distilled"
    ),
    name: Annotated[str, typer.Option(help="What the student is called; it is kept in RUN/students/NAME.")] = "preferring",
    wrong: Annotated[int, typer.Option(min=1, help="Most wrong traces a question, each against the same right one.")] = 1,
    settings: Annotated[Path | None, typer.Option(help="A TOML file of settings for this.")] = None,
    steps: Annotated[int | None, typer.Option(help="Optimiser steps.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak, of AdamW.")] = None,
    beta: Annotated[float | None, typer.Option(help="How dear it is to leave the student that one started from.")] = None,
    chosen_weight: Annotated[float | None, typer.Option(help="What the right rationale's plain loss counts besides.")] = None,
    lora_rank: Annotated[int | None, typer.Option(help="Rank of adapters; 0 trains all weights.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the order of pairs.")] = None,
) -> None:
    """Teach a student to prefer right rationales to wrong ones of the same question (DPO)."""
    from vpd.distill.preferences import gather_pairs, preference_pairs
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.student import prefer_student, read_prefer_settings

    given = {
        "steps": steps,
        "learning_rate": learning_rate,
        "beta": beta,
        "chosen_weight": chosen_weight,
        "lora_rank": lora_rank,
        "seed": seed,
    }
    chosen = read_prefer_settings(settings, {key: value for key, value in given.items() if value is not None})
    place, first = RunDirectory(directory), is_first_process()
    with place if first else nullcontext(), following_lessons() as tell:
        learned = gather_pairs(place, wrong) if first else list(preference_pairs(place, wrong))
        own = place.path / "students" / start / "student"
        out = place.path / "students" / name
        follow = (lambda done, total, loss: tell(name, done, total, loss)) if first else None
        result = prefer_student(own if own.is_dir() else start, learned, out, chosen, follow)
    if first:
        margin = f", last margin {result.margins[-1][1]:.3f}" if result.margins else ""
        say(f"{out / 'student'}: {len(learned)} pairs, {result.steps} steps, {result.cpu_seconds:.0f} CPU seconds{margin}")


def is_first_process() -> bool:
    """Whether this is the process that locks the run, tells how far it is and saves; `accelerate launch` numbers them so."""
    return int(os.environ.get("RANK", "0")) == 0
