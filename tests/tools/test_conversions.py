"""What a program has, turned into what it should say."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.tools import Box, Image, ImageRef, ToolFailed
from vpd.tools.conversions import conversion_tools

PICTURE = ImageRef("0" * 64, "nowhere.png", 200, 100)
TOOLS = {tool.name: tool.run for tool in conversion_tools()}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3), ("3.0", 3), ("about 3.5 m", 3.5), ("-2", -2), ("10-15", 10), ("25 to 26", 25), ("1,234 people", 1234),
        ("three", 3),
        ("Twenty-one cars", 21), ("there are twelve", 12), ("$.50", 0.5), ("100%", 100), ("1,2", 1), (True, 1), (7, 7),
        (2.5, 2.5),
    ],
)  # fmt: skip
def test_the_first_number_of_a_text_is_found(text: str, number: float) -> None:
    assert TOOLS["coerce_to_numeric"](text) == number


@given(st.integers(-(10**9), 10**9))
def test_a_number_survives_being_text(number: int) -> None:
    assert TOOLS["coerce_to_numeric"](str(number)) == number


def test_a_text_without_a_number_fails() -> None:
    with pytest.raises(ToolFailed, match="no number in 'a red car'"):
        TOOLS["coerce_to_numeric"]("a red car")


@given(st.text())
def test_any_text_gives_a_number_or_says_that_there_is_none(text: str) -> None:
    with suppress(ToolFailed):
        assert isinstance(TOOLS["coerce_to_numeric"](text), int | float)


def test_a_truth_value_is_yes_or_no() -> None:
    assert (TOOLS["bool_to_yesno"](True), TOOLS["bool_to_yesno"](False)) == ("yes", "no")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (True, "yes"),
        (3, "3"),
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (" red ", "red"),
        (None, ""),
        (["cat", "dog", 2], "cat, dog, 2"),
        ([], ""),
    ],
)
def test_an_answer_is_short_text(answer: object, text: str) -> None:
    assert TOOLS["formatting_answer"](answer) == text


def test_a_region_answers_with_its_label() -> None:
    assert TOOLS["formatting_answer"](Image(PICTURE, Box(0, 0, 5, 5, "dog"))) == "dog"


def test_a_region_without_a_label_is_no_answer() -> None:
    with pytest.raises(ToolFailed, match="no label"):
        TOOLS["formatting_answer"](Image(PICTURE))
