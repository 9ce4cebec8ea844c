"""Questions, labels and rationales as what a student reads and what its loss reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vpd.distill.records import Rationale, Teaches, TrainingExample
from vpd.engine.records import Message, Question
from vpd.prompts.tasks import ask_for_answer, ask_for_description, ask_for_rationale
from vpd.tools.image import ImageRef

__all__ = ["answer_example", "build_examples", "description_example", "rationale_example"]


def turns(asked: str, target: str) -> tuple[Message, Message]:
    """A user turn and the assistant turn that is the target."""
    return Message(role="user", content=asked), Message(role="assistant", content=target)


def answer_example(question: Question) -> TrainingExample:
    """The human's answer as the target. The question must have one."""
    return TrainingExample(
        question=question.id,
        image=question.image,
        teaches=Teaches.ANSWER,
        messages=turns(ask_for_answer(question.text), question.answers[0]),
        kind=question.kind,
        split=question.split,
    )


def rationale_example(question: Question, rationale: Rationale) -> TrainingExample:
    """The rationale, which ends with the program's answer, as the target."""
    return TrainingExample(
        question=question.id,
        image=question.image,
        teaches=Teaches.RATIONALE,
        messages=turns(ask_for_rationale(question.text), rationale.text),
        kind=question.kind,
        split=question.split,
        rationale=rationale.id,
        provenance={"trace": rationale.trace, "trace_digest": rationale.trace_digest, "writer": rationale.writer},
    )


def description_example(image: ImageRef, text: str, split: str) -> TrainingExample:
    """A picture's listing as the target: what a student learns before it learns to answer."""
    return TrainingExample(
        question=image.sha256,
        image=image,
        teaches=Teaches.DESCRIPTION,
        messages=turns(ask_for_description(), text),
        kind="description",
        split=split,
    )


def build_examples(questions: Iterable[Question], rationales: Mapping[str, Sequence[Rationale]]) -> Iterator[TrainingExample]:
    """Of each labelled question its answer, and the rationales that `rationales` (by question id) has of it.

    A question without a right trace keeps its label alone (VPD, section 3.2).
    """
    for question in questions:
        if question.answers:
            yield answer_example(question)
        for rationale in rationales.get(question.id, ()):
            yield rationale_example(question, rationale)
