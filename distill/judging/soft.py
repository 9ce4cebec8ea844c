"""VQA soft accuracy: an answer counts by how many people gave it."""

from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import read_answer
from vpd.distill.judging.settings import JudgeSettings
from vpd.distill.judging.yes_no import WORDS
from vpd.distill.metrics.vqa_accuracy import soft_accuracy
from vpd.distill.metrics.vqa_text import normalise_vqa
from vpd.engine.records import Question

__all__ = ["judge_soft"]

RULE, RULE_OF_FEW = "soft-1", "soft_any-1"
ENOUGH = 4
"""Labels from which on the mean over leave-one-out sets means something: with one label it would always be 0."""


def judge_soft(answer: Any, question: Question, settings: JudgeSettings) -> Judged:
    """The accuracy of Antol et al. 2015 after the official normalisation, right from `soft_right` on.

    Answer and labels are always normalised; the official metric leaves them alone where all labels are equal, which would call
    `Yes` wrong for ten times `yes`. With fewer than four labels, one that is equal is enough.
    """
    labels = tuple(normalise_vqa(label) for label in question.answers)
    said = normalise_vqa(read_answer(answer) or "")
    if WORDS.get(said) in labels:
        said = WORDS[said]
    if not isinstance(answer, str | int | float):
        score = 0.0
    elif len(labels) < ENOUGH:
        score = float(said in labels)
    else:
        score = soft_accuracy(said, labels)
    rule = RULE_OF_FEW if len(labels) < ENOUGH else RULE
    if settings.soft_right != JudgeSettings().soft_right:
        rule += f" from {settings.soft_right}"
    return Judged(rule, said, score >= settings.soft_right, score)
