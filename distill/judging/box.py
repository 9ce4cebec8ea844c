"""A region of the picture: right where it overlaps a label's enough."""

import re
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
    value = parsed(answer) if isinstance(answer, str) else answer
    if isinstance(value, str):
        found = NUMBER.findall(value)
        return box_of([float(number) for number in found])
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value["region"] if "region" in value else [value.get(side) for side in SIDES]
    return box_of(value)


def box_of(sides: Any) -> Box | None:
    """Left, top, right, bottom as a region; None where they are none."""
    if not isinstance(sides, list) or len(sides) != len(SIDES) or not all(map(is_place, sides)):
        return None
    left, top, right, bottom = (float(side) for side in sides)
    return Box(left, top, right, bottom) if left <= right and top <= bottom else None


def is_place(side: Any) -> bool:
    """Whether a value can be a coordinate; a number that is none compares as false."""
    return isinstance(side, int | float) and not isinstance(side, bool) and abs(side) <= FARTHEST


def judge_box(answer: Any, question: Question, settings: JudgeSettings) -> Judged:
    """The best intersection over union with a label, right from `box_overlap` on."""
    box = read_box(answer)
    labels = [label for label in map(read_box, question.answers) if label is not None]
    score = max((box.overlap(label) for label in labels), default=0.0) if box is not None else 0.0
    read = normalise(read_answer(answer) or "") if box is None else " ".join(f"{side:g}" for side in box.corners)
    rule = RULE if settings.box_overlap == JudgeSettings().box_overlap else f"{RULE} from {settings.box_overlap}"
    return Judged(rule, read, score >= settings.box_overlap, score)
