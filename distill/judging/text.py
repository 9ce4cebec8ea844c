"""A word or phrase: one of the labels, but for case, blanks, a leading article and closing marks."""

from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, normalised, read_answer
from vpd.distill.judging.yes_no import judge_yes_no, says_yes_or_no
from vpd.engine.records import Question

__all__ = ["judge_phrase"]

RULE = "text-2"


def judge_phrase(answer: Any, question: Question) -> Judged:
    """Equality with a label. Where the labels are yes or no the rule for yes and no judges instead."""
    if question.answers and says_yes_or_no(question.answers):
        return judge_yes_no(answer, question)
    read = normalise(read_answer(answer) or "")
    right = isinstance(answer, str | int | float) and read in normalised(question.answers)
    return Judged(RULE, read, right, float(right))
