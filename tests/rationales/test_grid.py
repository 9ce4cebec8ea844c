"""Places written on every grid are read back as what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.errors import GridError
from vpd.distill.grid import FAMILIES, Grid, open_grid
from vpd.tools.box import Box

NAMES = ("cell", "corners", "loc", "marks", "brackets", "pixels", "unit", "unit-1000", "cell-32", "corners-100")
GRIDS = [open_grid(name) for name in NAMES]
WIDTH, HEIGHT = 640.0, 427.0
BOX = Box(64, 42.7, 320, 213.5)

edges = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
boxes = st.tuples(edges, edges).map(
    lambda pair: Box(pair[0][0] * WIDTH, pair[1][0] * HEIGHT, pair[0][1] * WIDTH, pair[1][1] * HEIGHT)
)


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.name)
@given(box=boxes)
def test_a_place_in_a_sentence_is_read_back(grid: Grid, box: Box) -> None:
    place = grid.write(box, WIDTH, HEIGHT)
    (read,) = grid.read(f"There are 2 dogs, one at {place}, and 1 cat.")
    assert read.numbers == grid.numbers(box, WIDTH, HEIGHT)
    assert f"There are 2 dogs, one at {place}, and 1 cat."[read.start : read.end] == place


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.name)
@given(box=boxes)
def test_the_box_behind_a_place_is_written_as_that_place(grid: Grid, box: Box) -> None:
    numbers = grid.numbers(box, WIDTH, HEIGHT)
    assert grid.numbers(grid.box(numbers, WIDTH, HEIGHT), WIDTH, HEIGHT) == numbers


@pytest.mark.parametrize("grid", [grid for grid in GRIDS if grid.style != "cell"], ids=lambda grid: grid.name)
@given(box=boxes)
def test_the_box_behind_a_place_is_within_a_step_of_the_one_that_was_written(grid: Grid, box: Box) -> None:
    back = grid.box(grid.numbers(box, WIDTH, HEIGHT), WIDTH, HEIGHT)
    step = 1.0 if grid.style == "pixels" else 1 / grid.steps
    sides = (1.0, 1.0) if grid.style == "pixels" else (WIDTH, HEIGHT)
    for here, there, side in zip(box.corners, back.corners, sides * 2, strict=True):
        assert abs(here - there) <= step * side + 1e-6


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for grid in GRIDS:
        for place in grid.read(text):
            assert 0 <= place.start < place.end <= len(text)


@pytest.mark.parametrize(
    ("family", "written"),
    [
        ("pali", "100 100 500 500"),
        ("paligemma", "<loc0102><loc0102><loc0512><loc0512>"),
        ("qwen2-vl", "<|box_start|>(100,100),(500,500)<|box_end|>"),
        ("qwen2.5-vl", "[64, 43, 320, 214]"),
        ("qwen3-vl", "[100, 100, 500, 500]"),
        ("llava", "[0.10, 0.10, 0.50, 0.50]"),
        ("idefics", "[0.10, 0.10, 0.50, 0.50]"),
    ],
)
def test_each_family_has_its_own_form(family: str, written: str) -> None:
    assert FAMILIES[family].write(BOX, WIDTH, HEIGHT) == written


def test_the_order_of_the_edges_is_the_familys() -> None:
    box = Box(0, 100, 640, 427)
    assert open_grid("pali").write(box, WIDTH, HEIGHT) == "234 0 999 999"
    assert open_grid("qwen3-vl").write(box, WIDTH, HEIGHT) == "[0, 234, 999, 999]"


@pytest.mark.parametrize("name", ["", "cells", "cell-", "cell-x", "cell-0", "unit-64", "pixels-3", "pali-5"])
def test_an_unknown_grid_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(GridError) as refused:
        open_grid(name)
    assert "\n" not in str(refused.value)


def test_numbers_that_are_no_place_are_refused() -> None:
    with pytest.raises(GridError):
        Grid().box((5, 5, 1, 1), WIDTH, HEIGHT)
    with pytest.raises(GridError):
        Grid().box((5, 5), WIDTH, HEIGHT)
