"""Ask a student: batches of questions in, what it said and the answer in it out."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.distill.records import Outcome, Prediction
from vpd.distill.student.forms import ask_for_both
from vpd.distill.student.imports import require
from vpd.distill.student.load import Student, load_student
from vpd.distill.student.memory import peak_mib
from vpd.distill.student.telling import Told, Wanted, YesNo, default_device, tell
from vpd.distill.student.voting import Voting, vote
from vpd.distill.student.yes_no import yes_no_tokens
from vpd.engine.records import AnswerKind, Question
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale

if TYPE_CHECKING:
    from vpd.distill.student.adapter import Adapter

__all__ = ["ASK", "LONGEST", "Judge", "Mode", "Opened", "answer_of", "mode_name", "open_student", "predict", "predictions"]

Judge = Callable[[Question, str], Outcome]
"""What an answer to a question is worth."""


class Mode(StrEnum):
    """How a student is asked."""

    ANSWER = "answer"
    EXPLAIN = "explain"
    """The rationale first; the answer is read from its end."""
    ANSWER_FIRST = "answer_first"
    """The answer and then its reason, as a student of the form `answer_then_rationale` learned it."""
    VOTED = "voted"
    """Several rationales are drawn; the answer is the one that most of them end in."""


LONGEST = {Mode.ANSWER: 16, Mode.EXPLAIN: 192, Mode.ANSWER_FIRST: 192, Mode.VOTED: 192}
"""Most tokens that a student says, unless told otherwise."""
ASK = {
    Mode.ANSWER: ask_for_answer,
    Mode.EXPLAIN: ask_for_rationale,
    Mode.ANSWER_FIRST: ask_for_both,
    Mode.VOTED: ask_for_rationale,
}
DEFAULT_VOTING = Voting()


class Opened(NamedTuple):
    """A student that is loaded, where it is going to be asked."""

    student: Student
    adapter: "Adapter"
    device: str


def open_student(start: str | Path, device: str | None = None) -> Opened:
    """A student by its folder or its name on a hub, ready to be asked; by default on a GPU where there is one.

    Raises `StudentError` where there is none.
    """
    require("train", "torch", "transformers")
    from vpd.distill.student.adapter import Adapter

    loaded = load_student(start)
    where = device or default_device()
    loaded.model.eval().to(where)
    return Opened(loaded, Adapter(loaded.processor, cache_mib=0, speech=loaded.speech), where)


def predict(
    student: str | Path,
    questions: Iterable[Question],
    mode: Mode,
    judge: Judge,
    *,
    arm: str,
    batch: int = 64,
    longest: int | None = None,
    threads: int = 1,
    device: str | None = None,
    voting: Voting = DEFAULT_VOTING,
    measured: bool = False,
) -> Iterator[Prediction]:
    """A prediction for each question, in order; each token the most likely one, but in a vote.

    `longest` is the most tokens said; `device` as torch names it, by default a GPU where there is one. `measured` keeps tokens
    and memory too, and the probability of yes. Raises `StudentError` where there is no student, `ImageError` where a picture is
    missing or has changed.
    """
    opened = open_student(student, device)
    yield from predictions(
        opened,
        questions,
        mode,
        judge,
        arm=arm,
        batch=batch,
        longest=longest,
        threads=threads,
        voting=voting,
        measured=measured,
    )


def predictions(
    opened: Opened,
    questions: Iterable[Question],
    mode: Mode,
    judge: Judge,
    *,
    arm: str,
    batch: int = 64,
    longest: int | None = None,
    threads: int = 1,
    voting: Voting = DEFAULT_VOTING,
    measured: bool = False,
) -> Iterator[Prediction]:
    """The same of a student that is loaded."""
    from vpd.distill.student.train import threads as with_threads  # loads torch when entered

    left = iter(questions)
    yes_no = yes_no_tokens(opened.adapter) if measured and mode is Mode.ANSWER else None
    while some := list(islice(left, batch)):
        started = time.perf_counter()
        with with_threads(threads):
            told = ask(opened, some, mode, longest or LONGEST[mode], voting, yes_no, batch)
        seconds = (time.perf_counter() - started) / len(some)
        memory = {"memory_mib": round(peak_mib(opened.device), 1)} if measured else {}
        for question, samples in zip(some, told):
            said = read_vote(question, samples) if mode is Mode.VOTED else read_one(question, samples[0], mode)
            counts = {
                "tokens": sum(sample.tokens for sample in samples),
                "prompt_tokens": sum(sample.prompt_tokens for sample in samples),
            }
            yield Prediction(
                question=question.id,
                kind=question.kind,
                split=question.split,
                arm=arm,
                mode=mode_name(mode, voting),
                expected=question.answers,
                outcome=judge(question, said["answer"]),
                seconds=seconds,
                **said,
                **(counts | memory if measured else {}),
            )


def mode_name(mode: Mode, voting: Voting = DEFAULT_VOTING) -> str:
    """As predictions hold it."""
    return voting.name if mode is Mode.VOTED else mode.value


def ask(
    opened: Opened, questions: Sequence[Question], mode: Mode, longest: int, voting: Voting, yes_no: YesNo | None, batch: int
) -> list[list[Told]]:
    """What is said of each question: one thing, or in a vote every sample; never more rows at once than `batch`."""
    samples = voting.samples if mode is Mode.VOTED else 1
    rows = [
        Wanted(ASK[mode](question.text), question.image, dice=voting.dice(question, sample))
        for question in questions
        for sample in range(samples)
    ]
    temperature = voting.temperature if mode is Mode.VOTED else None
    told: list[Told] = []
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        told += tell(opened.student, opened.adapter, some, longest, temperature=temperature, yes_no=yes_no)
    return [told[place : place + samples] for place in range(0, len(told), samples)]


def read_one(question: Question, told: Told, mode: Mode) -> dict[str, Any]:
    """What one thing that was said comes to."""
    yes = told.yes if question.answer_kind is AnswerKind.YES_NO else None
    return {"text": told.text, "answer": answer_of(told.text, mode), "probability": yes}


def read_vote(question: Question, samples: Sequence[Told]) -> dict[str, Any]:
    """What a question's samples come to."""
    answers = [answer_of(sample.text, Mode.EXPLAIN) for sample in samples]
    found = vote(question, answers)
    place = found.winner if found.winner is not None else 0
    return {
        "text": samples[place].text,
        "answer": answers[place],
        "probability": found.yes,
        "samples": tuple(sample.text for sample in samples),
        "share": found.share,
    }


def answer_of(text: str, mode: Mode) -> str:
    """The answer in what a student said: all of it, its first sentence, or what follows the last "answer is", if anything."""
    if mode is Mode.ANSWER_FIRST:
        text = text.partition(". ")[0]
    elif mode is not Mode.ANSWER:
        _, found, text = text.rpartition("answer is")
        if not found:
            return ""
    return re.sub(r"\s*[.!]$", "", text.strip())
