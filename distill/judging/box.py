"""A region of the picture: right where it overlaps a label's enough."""

import re
from math import isfinite
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, parsed, read_answer
from vpd.distill.judging.settings import JudgeSettings
from vpd.engine.records import Question
from vpd.tools.box import Box

__all__ = ["judge_box", "read_box"]

RULE = "box-1"
NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
SIDES = ("left", "top", "right", "bottom")
FARTHEST = 1e9
"""Pixels; beyond that nothing is a place in a picture."""


def read_box(answer: Any) -> Box | None:
    """The one region that a value is: as traces hold it, four numbers, named sides, one of these in a list, or as text."""
    if isinstance(answer, str):
        value = parsed(answer)
        found = NUMBER.findall(answer)
        if not isinstance(value, str):
            return read_box(value)
        return box_of(float(number) for number in found) if len(found) == len(SIDES) else None
    if isinstance(answer, dict):
        if "region" in answer:
            return read_box(answer["region"]) if isinstance(answer["region"], list) else None
        return box_of(answer[side] for side in SIDES) if set(SIDES) <= answer.keys() else None
    if isinstance(answer, list):
        if len(answer) == 1 and isinstance(answer[0], dict | list):
            return None if answer[0] == answer else read_box(answer[0])
        return box_of(answer) if len(answer) == len(SIDES) else None
    return None


def box_of(numbers: Any) -> Box | None:
    """Left, top, right, bottom as a region; None where they are none."""
    sides = list(numbers)
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in sides):
        return None
    if not all(abs(side) <= FARTHEST and isfinite(side) for side in sides):
        return None
    left, top, right, bottom = (float(side) for side in sides)
    return Box(left, top, right, bottom) if left <= right and top <= bottom else None


def judge_box(answer: Any, question: Question, settings: JudgeSettings) -> Judged:
    """The best intersection over union with a label, right from `box_overlap` on."""
    box = read_box(answer)
    labels = [label for label in map(read_box, question.answers) if label is not None]
    score = max((box.overlap(label) for label in labels), default=0.0) if box is not None else 0.0
    read = normalise(read_answer(answer) or "") if box is None else " ".join(f"{side:g}" for side in box.corners)
    rule = RULE if settings.box_overlap == JudgeSettings().box_overlap else f"{RULE} from {settings.box_overlap}"
    return Judged(rule, read, score >= settings.box_overlap, score)
