"""The verdict on a trace: which rule judges which kind of answer."""

from collections.abc import Callable
from typing import Any

from vpd.distill.judging.box import judge_box
from vpd.distill.judging.choice import judge_choice
from vpd.distill.judging.free import FreeJudge, judge_free
from vpd.distill.judging.judged import Judged
from vpd.distill.judging.number import judge_number
from vpd.distill.judging.sets import judge_set
from vpd.distill.judging.settings import JudgeSettings
from vpd.distill.judging.soft import judge_soft
from vpd.distill.judging.text import judge_phrase
from vpd.distill.judging.yes_no import judge_yes_no
from vpd.distill.records import Outcome, Verdict
from vpd.engine.records import AnswerKind, Question, Trace

__all__ = ["judge_answer", "judge_text", "judge_trace", "judge_value"]

DEFAULTS = JudgeSettings()
RULES: dict[AnswerKind, Callable[[Any, Question, JudgeSettings], Judged]] = {
    AnswerKind.YES_NO: lambda answer, question, _settings: judge_yes_no(answer, question),
    AnswerKind.NUMBER: judge_number,
    AnswerKind.CHOICE: lambda answer, question, _settings: judge_choice(answer, question),
    AnswerKind.TEXT: lambda answer, question, _settings: judge_phrase(answer, question),
    AnswerKind.SOFT: judge_soft,
    AnswerKind.BOX: judge_box,
    AnswerKind.SET: lambda answer, question, _settings: judge_set(answer, question),
}
"""One rule for each kind but free text, whose judge is a language model."""


def judge_value(
    answer: Any, question: Question, settings: JudgeSettings = DEFAULTS, free: FreeJudge | None = None
) -> tuple[Outcome, Judged]:
    """The outcome of an answer, any JSON value, and what the rule found; it never raises for what an answer holds."""
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return Outcome.SILENT, Judged("silent-1", None, None, 0.0)
    if question.answer_kind is AnswerKind.FREE:
        judged = judge_free(answer, question, free)
    else:
        judged = RULES[question.answer_kind](answer, question, settings)
    if not question.answers or judged.right is None:
        return Outcome.UNKNOWN, judged._replace(right=None, score=0.0)
    return (Outcome.RIGHT if judged.right else Outcome.WRONG), judged


def judge_text(
    text: str | None, question: Question, settings: JudgeSettings = DEFAULTS, free: FreeJudge | None = None
) -> tuple[Outcome, str | None]:
    """The outcome of an answer in words and the answer as the rule read it."""
    outcome, judged = judge_value(text, question, settings, free)
    return outcome, judged.read


def judge_answer(question: Question, answer: str) -> Outcome:
    """The outcome of what a student answered."""
    return judge_text(answer, question)[0]


def judge_trace(question: Question, trace: Trace, settings: JudgeSettings = DEFAULTS, free: FreeJudge | None = None) -> Verdict:
    """The verdict on one trace for one question; a run that stopped has failed, whatever it answered before.

    `free` judges sentences; without it they are right where they are a label word for word, and unknown otherwise. Raises
    `ModelError` where its language model does not answer.
    """
    if trace.failure is not None:
        outcome, judged = Outcome.FAILED, Judged("failed-1", None, None, 0.0)
    else:
        outcome, judged = judge_value(trace.answer, question, settings, free)
    return Verdict(
        question=question.id,
        trace=trace.id,
        trace_digest=trace.digest,
        rule=judged.rule,
        outcome=outcome,
        score=judged.score,
        answer=judged.read,
        expected=question.answers,
    )
