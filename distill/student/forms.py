"""What a student is asked for each question: two prompts, one of them, or one for the answer and its reason together."""

from collections.abc import Iterable, Sequence

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student.settings import Form
from vpd.prompts.tasks import ask_for_answer

__all__ = ["ask_for_both", "in_form"]

THEN_EXPLAIN = "Then explain the rationale."
KEPT = {
    Form.ANSWER_ONLY: Teaches.ANSWER,
    Form.RATIONALE_ONLY: Teaches.RATIONALE,
    Form.DESCRIPTION_ONLY: Teaches.DESCRIPTION,
}


def ask_for_both(question: str) -> str:
    """The question with the short-answer suffix and the wish for a reason after it: one prompt for both."""
    return f"{ask_for_answer(question)} {THEN_EXPLAIN}"


def in_form(examples: Iterable[TrainingExample], form: Form) -> list[TrainingExample]:
    """The examples as a form wants them, in their order; those that it has no use for are left out."""
    if form is Form.TWO_PROMPTS:
        return list(examples)
    if form in KEPT:
        return [example for example in examples if example.teaches is KEPT[form]]
    by_question: dict[str, list[TrainingExample]] = {}
    for example in examples:
        by_question.setdefault(example.question, []).append(example)
    return [example for group in by_question.values() for example in joined(group)]


def joined(group: Sequence[TrainingExample]) -> list[TrainingExample]:
    """One example for each rationale of a question with the answer before it; the answer alone where there is no rationale."""
    answers = [example for example in group if example.teaches is Teaches.ANSWER]
    rationales = [example for example in group if example.teaches is Teaches.RATIONALE]
    if not answers or not rationales:
        return answers
    return [join(answers[0], rationale) for rationale in rationales]


def join(answer: TrainingExample, rationale: TrainingExample) -> TrainingExample:
    """The answer's prompt with the wish for a reason, and answer and rationale as what is said to it."""
    *before, asked, said = answer.messages
    both = f"{said.content}. {rationale.messages[-1].content}"
    turns = (asked.model_copy(update={"content": f"{asked.content} {THEN_EXPLAIN}"}), said.model_copy(update={"content": both}))
    return rationale.model_copy(update={"messages": (*before, *turns)})
