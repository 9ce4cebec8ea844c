"""Questions of a data set at the start of a run: worded for programs, kept apart by picture, and their origin written down."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from vpd.distill.datasets.errors import DatasetError, SplitsStraddle
from vpd.distill.datasets.splits import SplitWatch
from vpd.distill.run_directory import RunDirectory
from vpd.distill.stages import add_questions
from vpd.engine.records import Question

__all__ = ["IMPORTS", "Straddling", "add_to_run", "with_choices"]

IMPORTS = "imports.jsonl"
"""The file of a run that says where its questions are from, one line for each import."""


class Straddling(StrEnum):
    """What becomes of a question whose picture stands in another split already."""

    REFUSE = "refuse"
    DROP = "drop"
    KEEP = "keep"


def with_choices(question: Question) -> Question:
    """The question with its hint before it and its choices after it, since a program is written from the text alone."""
    hint = question.details.get("hint")
    before = f"{hint} " if isinstance(hint, str) and question.choices else ""
    letters = [chr(ord("A") + place) for place in range(len(question.choices))]
    after = "; ".join(f"({letter}) {choice}" for letter, choice in zip(letters, question.choices, strict=True))
    if not question.choices:
        return question
    return question.model_copy(update={"text": f"{before}{question.text} Choices: {after}"})


def add_to_run(
    run: RunDirectory,
    questions: Iterable[Question],
    origin: Mapping[str, Any],
    *,
    straddling: Straddling = Straddling.REFUSE,
    advance: Callable[[str], None] = lambda _outcome: None,
) -> int:
    """Put questions at the start of a run and their origin beside them; how many questions the run holds.

    What is there already is not added again. Raises `SplitsStraddle` where a picture stands in two splits and that is to be
    refused, and `DatasetError` where the run holds a question of the same id with another content; what came before stays.
    """
    held = {question.id: question for question in run.read(Question)} if run.file(Question).exists() else {}
    watch = SplitWatch()
    for question in held.values():
        watch.add(question)
    counts: dict[str, int] = {}

    def counted() -> Iterator[Question]:
        """The questions that are added, while the fate of each is counted."""
        for question in questions:
            outcome = fate(question, held, watch, straddling)
            counts[outcome] = counts.get(outcome, 0) + 1
            advance(outcome)
            if outcome == "added":
                held[question.id] = question
                watch.add(question)
                yield question

    total = add_questions(run, counted())
    line = json.dumps({**origin, "straddling": straddling.value, "outcomes": counts}, ensure_ascii=False)
    with (run.path / IMPORTS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return total


def fate(question: Question, held: Mapping[str, Question], watch: SplitWatch, straddling: Straddling) -> str:
    """What becomes of a question: `added`, `there already`, or `dropped`."""
    before = held.get(question.id)
    if before is not None:
        same_file = before.image.sha256 == question.image.sha256
        if same_file and before == question.model_copy(update={"image": before.image}):
            return "there already"
        message = f"{question.source} {question.key} is in the run with another text, picture or answer; import into another run"
        raise DatasetError(message)
    clash = watch.clashes(question)
    if clash is None or straddling is Straddling.KEEP:
        return "added"
    if straddling is Straddling.DROP:
        return "dropped"
    message = (
        f"the picture of {question.source} {question.key} ({question.split}) is that of {clash} too; "
        "--straddling drop leaves such questions out, --straddling keep takes them"
    )
    raise SplitsStraddle(message)
