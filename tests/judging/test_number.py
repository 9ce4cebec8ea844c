"""Judging numbers."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpd.distill.judging import JudgeSettings
from vpd.distill.judging.number import in_words, read_number
from vpd.distill.records import Outcome
from vpd.engine.records import AnswerKind

ASKED = "How many dogs are on the 2 red sofas, in percent?"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("3.0", 3),
        ("3.", 3),
        ("-3", -3),
        ("−3", -3),
        ("minus three", -3),
        ("+3", 3),
        ("1,234", 1234),
        ("1,234,567.5", "1234567.5"),
        (".5", "0.5"),
        ("1e3", 1000),
        ("three", 3),
        ("Three.", 3),
        ("twenty-one", 21),
        ("ninety nine", 99),
        ("one hundred and five", 105),
        ("two thousand three hundred", 2300),
        ("one million two hundred thousand", 1200000),
        ("a dozen", 12),
        ("a hundred", 100),
        ("zero", 0),
        ("none", 0),
        ("no", 0),
        ("no dogs", 0),
        ("3 dogs", 3),
        ("There are 3 dogs.", 3),
        ("there are three red dogs", 3),
        ("The answer is 3", 3),
        ("50%", 50),
        ("50 percent", 50),
    ],
)
def test_one_number_is_read_however_it_is_said(text: str, number: int | str) -> None:
    assert read_number(text, ASKED) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "many",
            "1,23",
            "1,2345",
            "3 or 4",
            "3 to 4",
            "2 of 5",
            "3 cats",
            "about 3",
            "3 dogs and 2 cats",
            "more than three",
        ),
        *(
            "1.2.3",
            "3m",
            "$3",
            "one two",
            "five twenty",
            "twenty ten",
            "hundred hundred",
            "nan",
            "inf",
            "1e9999",
            "٣",
            "½",
            "- -",
        ),
        *("the first", "9" * 400, "," * 50, "no idea", "one or two dogs", "dozen dozen"),
    ],
)
def test_what_is_no_single_number_is_not_read(text: str) -> None:
    assert read_number(text, ASKED) is None


def test_a_unit_is_read_over_only_where_question_or_label_names_it(judged: Any) -> None:
    assert judged(AnswerKind.NUMBER, "3 dogs", "3", text="How many dogs?").outcome is Outcome.RIGHT
    assert judged(AnswerKind.NUMBER, "3 ft", "3 ft").outcome is Outcome.RIGHT
    assert judged(AnswerKind.NUMBER, "3", "3 ft").outcome is Outcome.RIGHT
    assert judged(AnswerKind.NUMBER, "3 ft", "3", text="How many dogs?").outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("said", "settings", "outcome"),
    [
        (11, JudgeSettings(), Outcome.WRONG),
        (11, JudgeSettings(number_tolerance=Decimal(1)), Outcome.RIGHT),
        (12, JudgeSettings(number_tolerance=Decimal(1)), Outcome.WRONG),
        (10.5, JudgeSettings(number_relative=Decimal("0.05")), Outcome.RIGHT),
        (10.6, JudgeSettings(number_relative=Decimal("0.05")), Outcome.WRONG),
    ],
)
def test_how_near_is_near_enough_is_a_setting(said: float, settings: JudgeSettings, outcome: Outcome, judged: Any) -> None:
    assert judged(AnswerKind.NUMBER, said, "10", settings=settings).outcome is outcome


def test_a_tolerance_stands_in_the_rule(judged: Any) -> None:
    strict, near = (
        judged(AnswerKind.NUMBER, 3, "3", settings=settings)
        for settings in (JudgeSettings(), JudgeSettings(number_tolerance=Decimal("0.5")))
    )
    assert (strict.rule, near.rule) == ("number-2", "number-2 within 0.5")
    assert strict.id != near.id


@pytest.mark.parametrize("said", [True, [3], {"count": 3}, "nan", "inf"])
def test_what_is_no_number_is_wrong(said: Any, judged: Any) -> None:
    assert judged(AnswerKind.NUMBER, said, "1", "3").outcome is Outcome.WRONG


def test_a_label_that_is_no_number_must_be_said_itself(judged: Any) -> None:
    assert judged(AnswerKind.NUMBER, "Many.", "many").outcome is Outcome.RIGHT
    assert judged(AnswerKind.NUMBER, 100, "many").outcome is Outcome.WRONG


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def spelt(number: int) -> str:
    """A number below ten million as English spells it."""
    if number < 20:
        return ONES.split()[number]
    if number < 100:
        return TENS.split()[number // 10 - 2] + ("-" + spelt(number % 10) if number % 10 else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            return f"{spelt(number // size)} {name}" + (
                f" and {spelt(rest)}" if 0 < rest < 100 else f" {spelt(rest)}" if rest else ""
            )
    raise AssertionError


@settings(deadline=None)
@given(st.integers(0, 9_999_999))
def test_any_number_in_words_is_read(number: int) -> None:
    assert read_number(spelt(number)) == number


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_any_number_with_separators_is_read(number: int) -> None:
    assert read_number(f"{number:,}") == number


@settings(deadline=None)
@given(st.lists(st.sampled_from("one two ten twenty hundred thousand million dozen no and five".split()), max_size=6))
def test_any_words_are_a_number_or_none(words: list[str]) -> None:
    found = in_words(words)
    assert found is None or found >= 0
