"""Trying tools with generated arguments finds what no tool may do, and nothing in those that ship."""

import itertools
from collections.abc import Sequence

import pytest

from vpd.tools import Box, Image, Tool, ToolFailed, tool
from vpd.tools.checking import check_tool, draw_pictures
from vpd.tools.toolsets import open_toolset


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Image]:
    return draw_pictures(tmp_path_factory.mktemp("pictures"))


def fault_of(made: Tool, images: Sequence[Image]) -> str:
    return check_tool(made, images).fault or ""


def test_a_wrong_result_is_found_with_the_smallest_arguments(images: Sequence[Image]) -> None:
    @tool
    def size(image: Image, times: int) -> int:
        """Size."""
        return image.width * times if times < 7 else None  # type: ignore[return-value]

    assert fault_of(size, images) == "its result must be int, got NoneType None, called with image=noise, times=7"


def test_a_changed_argument_is_found(images: Sequence[Image]) -> None:
    @tool
    def first(names: list[str]) -> str:
        """First."""
        return names.pop() if names else ""

    assert "changed its arguments" in fault_of(first, images)


def test_chance_is_found_unless_it_is_declared(images: Sequence[Image]) -> None:
    counter = itertools.count()

    def count(image: Image) -> int:
        """Count."""
        return next(counter)

    assert "called twice" in fault_of(tool(count), images)
    assert fault_of(tool(cacheable=False)(count), images) == ""


def test_an_error_that_is_no_tool_failure_is_found(images: Sequence[Image]) -> None:
    @tool
    def inverse(number: float) -> float:
        """Inverse."""
        return 1 / number

    assert "it raised ZeroDivisionError" in fault_of(inverse, images)


def test_writing_on_the_picture_is_found(images: Sequence[Image]) -> None:
    @tool
    def darken(image: Image) -> float:
        """Darken."""
        image.pixels[0, 0] = 0
        return 0.0

    assert "it raised ValueError: assignment destination is read-only" in fault_of(darken, images)


def test_a_batch_that_loses_a_result_is_found(images: Sequence[Image]) -> None:
    @tool(batch=4)
    def widths(image: list[Image]) -> list[int]:
        """Widths."""
        return sorted({one.width for one in image})

    assert "a batch of 2 gave 1 results" in fault_of(widths, images)


def test_a_refusal_is_no_fault(images: Sequence[Image]) -> None:
    @tool
    def half(image: Image, number: int) -> Box:
        """Half."""
        if number % 2:
            raise ToolFailed("half", "the number is odd")
        return Box(0, 0, image.width / 2, image.height)

    check = check_tool(half, images)
    assert check.fault is None
    assert 0 < check.refused < check.calls


@pytest.mark.parametrize("name", list(open_toolset("scenes")))
def test_every_tool_for_scenes_passes(name: str, images: Sequence[Image]) -> None:
    check = check_tool(open_toolset("scenes")[name], images, examples=25)
    assert check.fault is None


@pytest.mark.models
@pytest.mark.parametrize("name", [name for name in open_toolset("lite") if name != "read_text"])
def test_every_tool_for_photographs_passes(name: str, images: Sequence[Image]) -> None:
    check = check_tool(open_toolset("lite")[name], images, examples=15)
    assert check.fault is None


@pytest.mark.models
def test_the_text_reader_passes(images: Sequence[Image]) -> None:
    assert check_tool(open_toolset("lite")["read_text"], images, examples=4).fault is None
