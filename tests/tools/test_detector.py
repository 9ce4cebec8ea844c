"""Finding COCO's things: what the network's rows mean, and real photographs."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from vpd.tools import Image, ImageRef, Tool, ToolFailed
from vpd.tools.detector import detector_tools, read_rows, split_color
from vpd.tools.placement import Placement

ROWS = np.array(
    [
        [0, 17, 0.6, 0.5, 0.5, 0.9, 0.9],
        [0, 18, 0.9, 0.1, -0.2, 0.5, 1.4],
        [0, 18, 0.3, 0.1, 0.1, 0.5, 0.5],
        [0, 12, 0.99, 0.1, 0.1, 0.5, 0.5],
        [0, 1, 0.8, 1.2, 0.1, 1.3, 0.5],
    ],
    dtype=np.float32,
)


def refuse(name: str) -> Mapping[str, Path]:
    raise AssertionError(f"{name} is fetched before it is needed")


def tools_without_weights() -> dict[str, Tool]:
    return {tool.name: tool for tool in detector_tools(fetch=refuse)}


def test_rows_become_boxes_in_pixels_inside_the_picture_and_the_surest_comes_first() -> None:
    boxes = read_rows(ROWS, 200, 100, 0.5)
    assert [box.label for box in boxes] == ["dog", "cat"]
    assert [round(edge) for edge in boxes[0].corners] == [20, 0, 100, 100]


def test_a_lower_threshold_keeps_more() -> None:
    assert len(read_rows(ROWS, 200, 100, 0.2)) == 3


def test_making_the_tools_loads_nothing() -> None:
    assert set(tools_without_weights()) == {"find", "exists"}


def test_a_threshold_is_part_of_the_version() -> None:
    assert detector_tools(threshold=0.3, fetch=refuse)[0].version != detector_tools(threshold=0.5, fetch=refuse)[0].version


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("red car", ("red", "car")),
        ("Grey cats", ("gray", "cats")),
        ("orange", (None, "orange")),
        ("wooden table", (None, "wooden table")),
        ("red", (None, "red")),
    ],
)
def test_a_color_before_a_noun_is_told_apart(name: str, parts: tuple[str | None, str]) -> None:
    assert split_color(name) == parts


@pytest.mark.parametrize("name", ["find", "exists"])
def test_a_name_outside_the_vocabulary_fails_and_names_near_ones(name: str) -> None:
    picture = Image(ImageRef("0" * 64, "nowhere.png", 200, 100))
    with pytest.raises(ToolFailed, match=r"no word for 'stock cars'.*near it are: car"):
        tools_without_weights()[name].run(picture, "stock cars")


@pytest.mark.models
@pytest.mark.parametrize(
    ("photo", "name", "count"),
    [
        ("chelsea.png", "cat", 1),
        ("chelsea.png", "dogs", 0),
        ("coffee.png", "cup", 1),
        ("coffee.png", "table", 1),
        ("motorcycle_left.png", "green motorcycle", 0),
        ("astronaut.png", "woman", 1),
        ("motorcycle_left.png", "motorbike", 1),
        ("rocket.jpg", "person", 0),
    ],
)
def test_things_in_photographs_are_found(photograph: Callable[[str], Image], photo: str, name: str, count: int) -> None:
    find, exists = detector_tools()
    image = photograph(photo)
    assert len(find.run(image, name)) == count
    assert exists.run(image, name) == (count > 0)


@pytest.mark.models
def test_a_box_is_where_the_cup_is(photograph: Callable[[str], Image]) -> None:
    cup = detector_tools()[0].run(photograph("coffee.png"), "cup")[0]
    x, y = cup.centre
    assert 150 < x < 350
    assert 100 < y < 300


@pytest.mark.models
def test_one_copy_of_the_network_serves_two_sets_of_tools_of_one_placement(photograph: Callable[[str], Image]) -> None:
    placement = Placement()
    find, exists = detector_tools(placement=placement)
    find.run(photograph("coffee.png"), "cup")
    exists.run(photograph("chelsea.png"), "cat")
    assert [held.name for held in placement.held()] == ["SSD MobileNet v2 COCO"]
