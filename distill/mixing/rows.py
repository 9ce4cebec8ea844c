"""The rows of one source in short: all that choosing needs, so that a million of them fit in memory and texts stay on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from vpd.distill.errors import RunError
from vpd.distill.mixing.training_set import QUESTIONS, TRAIN, TrainingSet, open_examples
from vpd.distill.records import Rationale, Teaches, TrainingExample
from vpd.distill.run_directory import FILES
from vpd.engine.journal import read_records
from vpd.engine.record import sha256_of
from vpd.engine.records import Message, Question
from vpd.prompts.tasks import ask_for_answer

__all__ = ["Known", "Row", "Source"]


class Known(NamedTuple):
    """What a row needs to know of its question beyond itself."""

    text: str
    data_set: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One example, without its texts."""

    source: int
    """Place among the sources."""
    place: int
    """Place among the source's examples."""
    example: str
    """The example's id in its source."""
    question: str
    image: str
    """The picture's digest."""
    asked: str
    """The question's text, blanks and case made one."""
    teaches: Teaches
    kind: str
    answer: str
    """What the target says, or ends with; empty of a description."""
    target: str
    """Digest of the target, cut short."""
    split: str


class Source:
    """One run or set to be read from, twice: once to choose, once to write."""

    def __init__(self, number: int, path: Path, name: str, *, unlabelled: bool) -> None:
        self.number, self.path, self.name, self.unlabelled = number, path, name, unlabelled
        self.opened: TrainingSet = open_examples(path)

    @cached_property
    def known(self) -> dict[str, Known]:
        """By question id, what a run knows of it; empty of a set, whose rows carry it themselves."""
        path = self.path / QUESTIONS
        if not path.exists():
            return {}
        return {one.id: Known(one.text, one.source, one.answers) for one in read_records(path, Question)}

    @cached_property
    def told(self) -> dict[str, str]:
        """By a rationale's id, the answer that it ends with."""
        path = self.path / FILES[Rationale]
        return {one.id: one.answer for one in read_records(path, Rationale)} if path.exists() else {}

    def held_out(self) -> set[str]:
        """The pictures of questions that are not for learning."""
        path = self.path / QUESTIONS
        return {one.image.sha256 for one in read_records(path, Question) if one.split != TRAIN} if path.exists() else set()

    def examples(self) -> Iterator[TrainingExample]:
        """What the source offers, with whatever a walk back needs in `provenance`."""
        for example in self.opened.examples():
            if not self.unlabelled:
                by = "people" if example.rationale is None else "program"
                yield self.with_origin(example, label=by if example.teaches is Teaches.ANSWER else None)
            elif example.teaches is Teaches.RATIONALE:
                yield self.with_origin(self.answer_of(example), label="program")
                yield self.with_origin(example, label=None)
            elif example.teaches is Teaches.DESCRIPTION:
                yield self.with_origin(example, label=None)

    def with_origin(self, example: TrainingExample, *, label: str | None) -> TrainingExample:
        """The example with what its question's text and data set are, and where its label comes from."""
        held = example.provenance
        known = self.known.get(example.question)
        if self.opened.mixed:
            origin = {"label": label} if label else {}
            return example.model_copy(update={"provenance": {**origin, **held}})
        if known is None and example.teaches is not Teaches.DESCRIPTION:
            message = f"{self.path}: example {example.id} answers question {example.question}, which {QUESTIONS} does not hold"
            raise RunError(message)
        origin = {
            "run": self.name,
            "example": example.id,
            "question": example.question,
            "asked": known.text if known else example.messages[-2].content,
            "data_set": known.data_set if known else "",
            "answer": self.answer(example),
            **({"label": label} if label else {}),
        }
        return example.model_copy(update={"provenance": {**origin, **held}})

    def answer(self, example: TrainingExample) -> str:
        """What the target says in short."""
        if example.teaches is Teaches.ANSWER:
            return example.messages[-1].content
        return self.told.get(example.rationale or "", "")

    def answer_of(self, example: TrainingExample) -> TrainingExample:
        """The short-answer row whose target is what the program behind a rationale answered."""
        answer = str(example.provenance["answer"]) if self.opened.mixed else self.told.get(example.rationale or "", "")
        asked = str(example.provenance["asked"]) if self.opened.mixed else self.known[example.question].text
        if not answer:
            message = (
                f"{self.path}: the rationale of example {example.id} is not there, so what its program answered is not known"
            )
            raise RunError(message)
        turns = (Message(role="user", content=ask_for_answer(asked)), Message(role="assistant", content=answer))
        return example.model_copy(update={"teaches": Teaches.ANSWER, "messages": turns})

    def rows(self) -> Iterator[Row]:
        """The examples in short."""
        for place, example in enumerate(self.examples()):
            held = example.provenance
            yield Row(
                source=self.number,
                place=place,
                example=example.id,
                question=example.question,
                image=example.image.sha256,
                asked=" ".join(str(held.get("asked", example.messages[-2].content)).casefold().split()),
                teaches=example.teaches,
                kind=example.kind,
                answer=" ".join(str(held.get("answer", "")).casefold().split()),
                target=sha256_of(example.messages[-1].content)[:16],
                split=example.split,
            )
