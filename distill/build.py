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


def answer_example(question: Question, stand_in: Rationale | None = None) -> TrainingExample:
    """The human's answer as the target, or where nobody gave one, that of the rationale whose program stands in."""
    return TrainingExample(
        question=question.id,
        image=question.image,
        teaches=Teaches.ANSWER,
        messages=turns(ask_for_answer(question.text), question.answers[0] if stand_in is None else stand_in.answer),
        kind=question.kind,
        split=question.split,
        rationale=None if stand_in is None else stand_in.id,
        provenance={} if stand_in is None else {"trace": stand_in.trace, "trace_digest": stand_in.trace_digest},
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


def description_example(image: ImageRef, text: str, split: str, what: str = "objects") -> TrainingExample:
    """The listing of what a picture shows of `what` as the target: what a student learns before it learns to answer."""
    return TrainingExample(
        question=f"{image.sha256} {what}",
        image=image,
        teaches=Teaches.DESCRIPTION,
        messages=turns(ask_for_description(what), text),
        kind="description",
        split=split,
    )


def build_examples(questions: Iterable[Question], rationales: Mapping[str, Sequence[Rationale]]) -> Iterator[TrainingExample]:
    """Of each labelled question its answer, and the rationales that `rationales` (by question id) has of it.

    A question without a right trace keeps its label alone (VPD, section 3.2). One without a label is taught the answer of its
    first rationale, or not at all.
    """
    for question in questions:
        told = rationales.get(question.id, ())
        if question.answers:
            yield answer_example(question)
        elif told:
            yield answer_example(question, told[0])
        for rationale in told:
            yield rationale_example(question, rationale)
