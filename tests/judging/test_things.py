"""Judging regions and sets."""

from typing import Any

import pytest

from vpd.distill.judging import JudgeSettings
from vpd.distill.judging.box import read_box
from vpd.distill.judging.sets import read_set
from vpd.distill.records import Outcome
from vpd.engine.records import AnswerKind

CORNERS = (10.0, 20.0, 30.0, 40.0)


@pytest.mark.parametrize(
    "said",
    [
        [10, 20, 30, 40],
        [[10, 20, 30, 40]],
        {"region": [10, 20, 30.0, 40], "label": "dog", "score": 0.5},
        [{"region": [10, 20, 30, 40]}],
        {"left": 10, "top": 20, "right": 30, "bottom": 40},
        "10 20 30 40",
        "(10.0, 20, 30, 40)",
        "[10, 20, 30, 40]",
        '{"left": 10, "top": 20, "right": 30, "bottom": 40}',
        "the dog at 10 20 30 40",
    ],
)
def test_a_region_is_read_in_every_form(said: Any) -> None:
    box = read_box(said)
    assert box is not None
    assert box.corners == CORNERS


@pytest.mark.parametrize(
    "said",
    [
        [30, 20, 10, 40],
        [10, 20, 30],
        [10, 20, 30, True],
        [10, 20, 30, "40"],
        [10, 20, float("nan"), 40],
        [10, 20, float("inf"), 40],
        [10, 20, 10**400, 40],
        [[10, 20, 30, 40], [1, 2, 3, 4]],
        {"region": "10 20 30 40"},
        {"left": 10},
        [],
        {},
        "1 2 3 4 5",
        "[" * 5000,
        "left",
        7,
        True,
    ],
)
def test_what_is_no_single_region_is_not_read(said: Any) -> None:
    assert read_box(said) is None


@pytest.mark.parametrize(
    ("said", "score", "outcome"),
    [
        ([0, 0, 10, 10], 1.0, Outcome.RIGHT),
        ([0, 0, 10, 20], 0.5, Outcome.RIGHT),
        ([0, 0, 10, 30], 1 / 3, Outcome.WRONG),
        ("no", 0.0, Outcome.WRONG),
    ],
)
def test_a_region_is_right_where_it_overlaps_enough(said: Any, score: float, outcome: Outcome, judged: Any) -> None:
    verdict = judged(AnswerKind.BOX, said, "50 50 60 60", "0 0 10 10")
    assert (verdict.score, verdict.outcome) == (score, outcome)


def test_how_much_overlap_is_enough_is_a_setting(judged: Any) -> None:
    verdict = judged(AnswerKind.BOX, [0, 0, 10, 20], "0 0 10 10", settings=JudgeSettings(box_overlap=0.75))
    assert (verdict.outcome, verdict.rule) == (Outcome.WRONG, "box-1 from 0.75")


@pytest.mark.parametrize(
    "said", [["dog", "The cat"], "cat, dog", "a dog and a cat", '["dog", "cat"]', "dog; cat", ["dog", "cat", "dog"], ["dog, cat"]]
)
def test_a_set_is_read_in_any_order_and_form(said: Any, judged: Any) -> None:
    assert read_set(said) == {"dog", "cat"}
    assert judged(AnswerKind.SET, said, "Dog", "cat").outcome is Outcome.RIGHT


@pytest.mark.parametrize(
    ("said", "score"),
    [(["dog"], 0.5), (["dog", "cat", "bird"], 2 / 3), (["bird"], 0.0), ([], 0.0), (["dog", None], 0.5), ({"dog": 1}, 0.0)],
)
def test_a_missing_or_a_further_member_is_wrong(said: Any, score: float, judged: Any) -> None:
    verdict = judged(AnswerKind.SET, said, "dog", "cat")
    assert (verdict.outcome, verdict.score) == (Outcome.WRONG, score)


def test_nothing_is_the_empty_set(judged: Any) -> None:
    assert judged(AnswerKind.SET, [], "none").outcome is Outcome.RIGHT
