"""Whether a trace's answer is right: one rule for each kind of answer, and the rule that fired stands in the verdict."""

import re
from typing import Any

from vpd.distill.records import Outcome, Verdict
from vpd.engine.records import AnswerKind, Question, Trace

__all__ = ["judge_answer", "judge_text", "judge_trace", "read_answer"]

VERSION = "1"
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"none": "0", "no": "0"}
YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}


def read_answer(answer: Any) -> str | None:
    """A program's answer as text; None where it gave none. True and False are yes and no, whole floats are whole numbers."""
    if answer is None or answer == "":
        return None
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    if isinstance(answer, str | int | float):
        return str(answer)
    return repr(answer)[:200]


def normalise(text: str) -> str:
    """Lower case, single blanks, no article, no closing mark."""
    plain = re.sub(r"\s+", " ", text.strip().lower()).rstrip(".!").strip("\"'")
    return re.sub(r"^(a|an|the) ", "", plain)


def as_kind(text: str, kind: AnswerKind, choices: tuple[str, ...]) -> str:
    """The text as its kind of answer writes it, so that equal answers are equal texts."""
    plain = normalise(text)
    if kind is AnswerKind.YES_NO:
        return YES_NO.get(plain, plain)
    if kind is AnswerKind.NUMBER:
        plain = NUMBER_WORDS.get(plain, plain)
        return str(int(float(plain))) if re.fullmatch(r"[+-]?\d+(\.0+)?", plain) else plain
    if kind is AnswerKind.CHOICE:
        by_letter = {chr(ord("a") + place): normalise(choice) for place, choice in enumerate(choices)}
        return by_letter.get(plain.strip("()"), plain)
    return plain


def judge_text(text: str | None, question: Question) -> tuple[Outcome, str | None]:
    """The outcome of an answer and the answer as the rule read it."""
    if text is None:
        return Outcome.SILENT, None
    read = as_kind(text, question.answer_kind, question.choices)
    if not question.answers:
        return Outcome.UNKNOWN, read
    expected = {as_kind(answer, question.answer_kind, question.choices) for answer in question.answers}
    return (Outcome.RIGHT if read in expected else Outcome.WRONG), read


def judge_answer(question: Question, answer: str) -> Outcome:
    """The outcome of what a student answered."""
    return judge_text(answer or None, question)[0]


def judge_trace(question: Question, trace: Trace) -> Verdict:
    """The verdict on one trace for one question; a run that stopped has failed, whatever it answered before."""
    if trace.failure is not None:
        outcome, read = Outcome.FAILED, None
    else:
        outcome, read = judge_text(read_answer(trace.answer), question)
    return Verdict(
        question=question.id,
        trace=trace.id,
        trace_digest=trace.digest,
        rule=f"{question.answer_kind}-{VERSION}",
        outcome=outcome,
        score=float(outcome is Outcome.RIGHT),
        answer=read,
        expected=question.answers,
    )
