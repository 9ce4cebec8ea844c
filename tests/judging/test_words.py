"""Judging yes and no, phrases, and answers of many people."""

from typing import Any

import pytest

from vpd.distill.judging import JudgeSettings
from vpd.distill.judging.yes_no import read_yes_no
from vpd.distill.records import Outcome
from vpd.engine.records import AnswerKind

TEN = ("red", "red", "red", "Dark red", "dark red", "maroon", "a brick", "2 bricks", "it's red", "rust")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        *(("Yes", "yes"), ("true", "yes"), ("No.", "no"), ("FALSE!", "no"), ("Yes, there is a dog.", "yes"), ("no; none", "no")),
        ("No, there is not", "no"),
    ],
)
def test_yes_and_no_are_read(said: str, read: str) -> None:
    assert read_yes_no(said) == read


@pytest.mark.parametrize(
    "said",
    [
        "yes, 2",
        "yes or no",
        "yes, no",
        "yes, but it is not",
        "yes, it isn't",
        "no idea",
        "no, I am not sure",
        "no, yes",
        "yesterday",
        "not",
        "1",
        "maybe",
    ],
)
def test_what_takes_itself_back_is_not_read(said: str) -> None:
    assert read_yes_no(said) not in ("yes", "no")


@pytest.mark.parametrize(
    ("kind", "rule"), [(AnswerKind.YES_NO, "yes_no-2"), (AnswerKind.TEXT, "yes_no-2"), (AnswerKind.SOFT, "soft_any-1")]
)
@pytest.mark.parametrize("said", [True, "True", "yes"])
def test_a_programs_true_is_yes_where_the_label_is(kind: AnswerKind, rule: str, said: Any, judged: Any) -> None:
    verdict = judged(kind, said, "yes")
    assert (verdict.outcome, verdict.rule, verdict.answer) == (Outcome.RIGHT, rule, "yes")


@pytest.mark.parametrize("said", [1, 0, 1.0, ["yes"]])
def test_a_number_or_a_list_says_neither_yes_nor_no(said: Any, judged: Any) -> None:
    assert judged(AnswerKind.YES_NO, said, "yes").outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("said", "score", "outcome"),
    [
        ("red", 0.9, Outcome.RIGHT),
        ("The Red.", 0.9, Outcome.RIGHT),
        ("dark-red", 0.6, Outcome.RIGHT),
        ("brick", 0.3, Outcome.WRONG),
        ("two bricks", 0.3, Outcome.WRONG),
        ("its red", 0.0, Outcome.WRONG),
        ("blue", 0.0, Outcome.WRONG),
        (["red"], 0.0, Outcome.WRONG),
    ],
)
def test_an_answer_counts_by_how_many_people_gave_it(said: Any, score: float, outcome: Outcome, judged: Any) -> None:
    verdict = judged(AnswerKind.SOFT, said, *TEN)
    assert verdict.score == pytest.approx(score)
    assert verdict.outcome is outcome


def test_how_many_people_make_it_right_is_a_setting(judged: Any) -> None:
    verdict = judged(AnswerKind.SOFT, "dark red", *TEN, settings=JudgeSettings(soft_right=0.9))
    assert (verdict.outcome, verdict.rule) == (Outcome.WRONG, "soft-1 from 0.9")
    assert verdict.score == pytest.approx(0.6)


def test_with_few_labels_one_that_is_equal_is_enough(judged: Any) -> None:
    verdict = judged(AnswerKind.SOFT, "The red", "red", "blue")
    assert (verdict.outcome, verdict.score, verdict.rule) == (Outcome.RIGHT, 1.0, "soft_any-1")


@pytest.mark.parametrize("bad", [{"soft_right": 0.0}, {"soft_right": 1.1}, {"box_overlap": -1.0}, {"number_tolerance": -1}])
def test_a_threshold_out_of_range_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="got"):
        JudgeSettings(**bad)
