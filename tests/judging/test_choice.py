"""Judging which option was chosen."""

from typing import Any

import pytest

from vpd.distill.judging.choice import read_choice
from vpd.distill.records import Outcome
from vpd.engine.records import AnswerKind

COLOURS = ("red", "Dark red", "a blue one", "green.")


@pytest.mark.parametrize(
    ("said", "option"),
    [
        *(("b", "dark red"), ("B", "dark red"), ("(b)", "dark red"), ("B.", "dark red"), ("b)", "dark red"), ("b:", "dark red")),
        *(("Answer: B", "dark red"), ("The answer is (B).", "dark red"), ("Option B", "dark red"), ("answer = c", "blue one")),
        *(
            ("B. dark red", "dark red"),
            ("(B) Dark red", "dark red"),
            ("b) a darker one", "dark red"),
            ("the correct answer is: a", "red"),
        ),
        *(
            ("red", "red"),
            ("Red.", "red"),
            ("the blue one", "blue one"),
            ("Answer: green", "green"),
            ("It is dark red.", "dark red"),
        ),
        *(("I see a blue one there", "blue one"), ("'red'", "red")),
    ],
)
def test_an_option_is_named_by_letter_or_by_text(said: str, option: str) -> None:
    assert read_choice(said, COLOURS) == option


@pytest.mark.parametrize(
    "said",
    [
        "e",
        "B. red",
        "red or green",
        "not red",
        "it isn't red",
        "neither red",
        "reddish",
        "purple",
        "a or b",
        "",
        "everything except red",
    ],
)
def test_what_names_none_or_two_is_not_read(said: str) -> None:
    assert read_choice(said, COLOURS) is None


def test_an_option_that_is_a_letter_names_itself() -> None:
    assert read_choice("a", ("b", "a")) == "a"
    assert read_choice("c", ("b", "a", "x")) == "x"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("B", Outcome.RIGHT),
        ("blue", Outcome.RIGHT),
        ("a", Outcome.WRONG),
        (["blue"], Outcome.WRONG),
        ({"blue": False}, Outcome.WRONG),
        (2, Outcome.WRONG),
    ],
)
def test_the_named_option_must_be_the_labels(said: Any, outcome: Outcome, judged: Any) -> None:
    assert judged(AnswerKind.CHOICE, said, "blue", choices=("red", "blue")).outcome is outcome


def test_a_label_may_be_a_letter(judged: Any) -> None:
    assert judged(AnswerKind.CHOICE, "blue", "B", choices=("red", "blue")).outcome is Outcome.RIGHT


def test_a_number_chooses_the_option_that_it_is(judged: Any) -> None:
    assert judged(AnswerKind.CHOICE, 2.0, "2", choices=("1", "2")).outcome is Outcome.RIGHT


@pytest.mark.parametrize("said", [True, "True", "yes", "a"])
def test_true_chooses_yes(said: Any, judged: Any) -> None:
    assert judged(AnswerKind.CHOICE, said, "Yes", choices=("Yes", "No")).outcome is Outcome.RIGHT


def test_without_options_the_text_must_be_the_labels(judged: Any) -> None:
    assert judged(AnswerKind.CHOICE, "The Blue", "blue").outcome is Outcome.RIGHT
    assert judged(AnswerKind.CHOICE, "b", "blue").outcome is Outcome.WRONG
