"""Places as each family writes them, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.student.dialects import DIALECTS, LLAVA, PLAIN, QWEN2_5_VL, Speech, dialect_of

FRAME = (640.0, 480.0)
STEP = st.integers(0, 999)


@pytest.mark.parametrize(
    ("family", "written"),
    [
        ("paligemma", "<loc0256><loc0512><loc0512><loc0768>"),
        ("qwen2_vl", "<|box_start|>(500,250),(750,500)<|box_end|>"),
        ("qwen2_5_vl", "[320, 120, 480, 240]"),
        ("qwen3_vl", "[500, 250, 750, 500]"),
        ("qwen3_vl_moe", "[500, 250, 750, 500]"),
        ("llava", "[0.50, 0.25, 0.75, 0.50]"),
        ("smolvlm", "250 500 500 750"),
    ],
)
def test_each_family_writes_a_place_its_own_way(family: str, written: str) -> None:
    text = Speech(dialect_of(family)).own("The red car at 250 500 500 750, and 2 in all.", FRAME)
    assert text == f"The red car at {written}, and 2 in all."


@given(st.sampled_from(sorted(DIALECTS)), STEP, STEP, STEP, STEP)
def test_a_place_comes_back_within_the_coarser_grid(name: str, top: int, left: int, bottom: int, right: int) -> None:
    edges = [min(top, bottom), min(left, right), max(top, bottom), max(left, right)]
    speech = Speech(DIALECTS[name])
    back = speech.plain(speech.own("at {} {} {} {}.".format(*edges), FRAME), FRAME)
    assert back.startswith("at ")
    within = {"llava": 6, "qwen2_5_vl": 3}.get(name, 1)
    assert all(abs(int(one) - other) <= within for one, other in zip(back[3:-1].split(), edges))


@pytest.mark.parametrize("text", ["5 6 7 8 9", "1.5 2 3 4", "9 9 1 1", "250 500 500 1750", "in 2024 12 of 31 were"])
def test_numbers_that_are_no_box_stay(text: str) -> None:
    assert Speech(QWEN2_5_VL).own(text, FRAME) == text


@given(st.text(max_size=60))
def test_plain_words_are_never_touched(text: str) -> None:
    assert Speech(PLAIN).own(text, FRAME) == Speech(PLAIN).plain(text, FRAME) == text


def test_a_family_is_asked_as_it_was_brought_up() -> None:
    assert Speech(dialect_of("paligemma")).ask("What is it?") == "answer en What is it?"
    assert Speech(LLAVA).ask("What is it?") == "What is it?"
