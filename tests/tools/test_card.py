"""Cards: what counts as right, and what is measured of a tool."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from typer.testing import CliRunner

from vpd.distill.commands.tools import tools_app
from vpd.tools import Box, Image, ToolFailed, read_image_ref, tool
from vpd.tools.card import is_right, measure_tool
from vpd.tools.cases import Case, CaseError, read_cases

PHOTOGRAPHS = Path(__file__).with_name("photographs.jsonl")
ONE, OTHER = Box(0, 0, 10, 10), Box(50, 50, 60, 60)


@pytest.mark.parametrize(
    ("result", "expected", "right"),
    [
        ("Red  cup", "red cup", True),
        ("red", {"any": ["blue", "red"]}, True),
        ("green", {"any": ["blue", "red"]}, False),
        (True, True, True),
        (1, True, False),
        (False, 0, False),
        (10.05, 10, True),
        (11, 10, False),
        ([ONE, OTHER], {"count": 2}, True),
        ([ONE], {"boxes": [[0, 0, 10, 9]]}, True),
        ([ONE, OTHER], {"boxes": [[0, 0, 10, 9]]}, False),
        ([ONE], {"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]]}, False),
        ([], {"boxes": []}, True),
        ([ONE], {"boxes": [[5, 5, 30, 30]]}, False),
    ],
)
def test_a_result_is_right_or_not(result: Any, expected: Any, right: bool) -> None:
    assert is_right(result, expected) is right


@pytest.fixture
def image(tmp_path: Path) -> Image:
    Picture.new("RGB", (20, 10), "red").save(tmp_path / "red.png")
    return Image(read_image_ref(tmp_path / "red.png"))


def ticking() -> Callable[[], float]:
    """A clock that moves one second each time it is read."""
    return itertools.count().__next__


def test_a_card_counts_right_wrong_and_refused(image: Image) -> None:
    @tool
    def width(image: Image, times: int = 1) -> int:
        """Width."""
        if times < 0:
            raise ToolFailed("width", "times is below 0")
        return image.width * times

    cases = [Case(image, "width", {}, 20), Case(image, "width", {"times": 2}, 41), Case(image, "width", {"times": -1}, 0)]
    card = measure_tool(width, cases, clock=ticking())
    assert (card.cases, card.right, card.wrong, card.refused) == (3, 1, 1, 1)
    assert card.mistakes == ("red.png times=2: 40, expected 41", "red.png times=-1: times is below 0")
    assert (card.first_seconds, card.seconds, card.seconds_by_batch) == (1, 1, {})


def test_a_batch_tool_is_timed_in_batches(image: Image) -> None:
    sizes = []

    @tool(batch=4)
    def width(image: list[Image]) -> list[int]:
        """Width."""
        sizes.append(len(image))
        return [one.width for one in image]

    card = measure_tool(width, [Case(image, "width", {}, 20)], clock=ticking())
    assert card.seconds_by_batch == {1: 1.0, 4: 0.25}
    assert sizes == [1, 1, 1, 4, 4]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1"),
        ('{"image": "red.png", "tool": "find"}', "'expected' is missing"),
        ('{"image": "red.png", "tool": "find", "expected": 1, "more": 1}', "has no field 'more'"),
        ('{"image": "red.png", "tool": "find", "expected": 1, "region": [9, 0, 1, 1]}', "a box needs left <= right"),
    ],
)
def test_a_wrong_case_is_named_by_its_line(image: Image, line: str, says: str) -> None:
    path = Path(image.ref.path).with_name("cases.jsonl")
    path.write_text(line)
    with pytest.raises(CaseError, match=says):
        read_cases(path)


def test_the_command_prints_a_card_and_writes_it(image: Image, tmp_path: Path) -> None:
    lines = [{"image": "red.png", "tool": "color_of", "expected": color} for color in ("red", "blue")]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = CliRunner().invoke(
        tools_app, ["measure", "lite", "--on", str(tmp_path / "cases.jsonl"), "--out", str(tmp_path / "cards.json")]
    )
    assert "red.png: 'red', expected blue" in done.stdout
    (card,) = json.loads((tmp_path / "cards.json").read_text())["cards"]
    assert (card["tool"], card["right"], card["wrong"]) == ("color_of==1", 1, 1)


def test_the_cases_on_photographs_can_be_read() -> None:
    pytest.importorskip("skimage")
    assert len(read_cases(PHOTOGRAPHS)) >= 60


@pytest.mark.models
def test_tools_for_photographs_are_mostly_right() -> None:
    from vpd.tools.toolsets import open_toolset

    pytest.importorskip("skimage")
    tools, cases = open_toolset("lite"), read_cases(PHOTOGRAPHS)
    cards = [measure_tool(tools[name], [case for case in cases if case.tool == name]) for name in {case.tool for case in cases}]
    assert sum(card.refused for card in cards) == 0
    assert sum(card.right for card in cards) >= 0.8 * len(cases)
