"""A rival's rationales as a run of its own, so that a student can be taught from them and compared with another."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from vpd.distill.build import build_examples
from vpd.distill.errors import RunError
from vpd.distill.records import Outcome, Rationale, TrainingExample
from vpd.distill.rivals.told import Told
from vpd.distill.run_directory import RunDirectory
from vpd.engine.records import Question

__all__ = ["as_rationale", "write_taught"]

TAUGHT = (Outcome.RIGHT, Outcome.UNKNOWN)
"""Replies that are taught: as of programs, a wrong answer is dropped; where nobody knows the answer, none is."""


def as_rationale(told: Told) -> Rationale | None:
    """The reply as a rationale whose trace is the reply itself; None where it could not be read."""
    if told.question is None or told.answer is None:
        return None
    return Rationale(
        question=told.question.id,
        trace=told.id,
        trace_digest=told.digest,
        writer=f"{told.rival} {told.model} {told.prompt_sha256[:8]}",
        grid=told.grid,
        text=told.text,
        answer=told.answer,
        unfounded=told.unfounded,
    )


def write_taught(run: RunDirectory, told: Iterable[Told], asked: Sequence[Question], out: Path) -> int:
    """Write questions, rationales and training examples to a new run's directory; how many rationales are taught.

    It has the run's settings, the questions that were asked with their labels, those that the rival made up, and the run's
    held-out questions for testing. A rationale with an unfounded claim is taught too, as the rivals' own way has no such check.
    Raises `RunError` where the directory holds other rationales.
    """
    rationales: dict[str, list[Rationale]] = defaultdict(list)
    questions = {question.id: question for question in asked}
    for one in told:
        rationale = as_rationale(one)
        if rationale is not None and one.question is not None and one.outcome in TAUGHT:
            questions.setdefault(one.question.id, one.question)
            rationales[one.question.id].append(rationale)
    held_out = [question for question in run.read(Question) if question.split != "train"]
    with RunDirectory(out, run.settings) as place:
        with place.journal(Rationale) as kept:
            told_now = {rationale.id: rationale for some in rationales.values() for rationale in some}
            if kept.records.keys() - told_now.keys():
                message = f"{out} holds other rationales than these; name another directory"
                raise RunError(message)
            for rationale in told_now.values():
                kept.append(rationale)
        with place.journal(Question) as journal:
            for question in (*questions.values(), *held_out):
                journal.append(question)
        with place.journal(TrainingExample) as examples:
            for example in build_examples(questions.values(), rationales):
                examples.append(example)
    return sum(map(len, rationales.values()))
