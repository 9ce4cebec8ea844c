"""Tools that look at drawn scenes."""

from collections.abc import Callable

import pytest

from vpd.distill.scenes import SceneSettings
from vpd.distill.scenes.accuracy import measure_tools
from vpd.distill.scenes.scene import COLORS, SHAPES, Thing
from vpd.tools import Image, Registry, ToolFailed, discover
from vpd.tools import scene_tools as tools
from vpd.tools.box import Box

Draw = Callable[..., Image]
THINGS = (Thing("red", "circle", 30, 150, 14), Thing("blue", "square", 80, 40, 14), Thing("red", "cross", 150, 90, 14))


@pytest.fixture
def picture(draw: Draw) -> Image:
    return draw(*THINGS)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_colour_of_a_shape_is_named(draw: Draw, shape: str) -> None:
    row = draw(*(Thing(color, shape, 20 + 36 * place, 90, 13) for place, color in enumerate(COLORS)))
    assert [box.label for box in tools.find.run(row, "shape")] == [f"{color} {shape}" for color in COLORS]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("red circle", ["red circle"]),
        ("the red objects", ["red circle", "red cross"]),
        ("Squares", ["blue square"]),
        ("red", ["red circle", "red cross"]),
        ("things", ["red circle", "blue square", "red cross"]),
        ("crosses", ["red cross"]),
        ("green triangle", []),
    ],
)
def test_find_takes_names_as_people_say_them(picture: Image, name: str, labels: list[str]) -> None:
    assert [box.label for box in tools.find.run(picture, name)] == labels


def test_a_box_lies_where_the_object_is(picture: Image) -> None:
    (box,) = tools.find.run(picture, "blue square")
    assert box.overlap(THINGS[1].box) > 0.8
    assert box.centre == pytest.approx((80, 40), abs=1)
    assert 0.5 < box.score <= 1


@pytest.mark.parametrize("name", ["dog", "red dog", "red blue circle", "circle square", "", "circle left of the red square"])
def test_a_name_that_is_not_known_fails_with_what_is(picture: Image, name: str) -> None:
    with pytest.raises(ToolFailed, match="it knows: red, green, blue, yellow, purple; circle, square, triangle, cross; shape"):
        tools.find.run(picture, name)


def test_exists_says_whether_something_is_there(picture: Image) -> None:
    assert tools.exists.run(picture, "blue square") is True
    assert tools.exists.run(picture, "blue circle") is False


def test_a_region_shows_what_has_its_middle_there_in_its_own_frame(picture: Image) -> None:
    region = Image(picture.ref, Box(60, 20, 120, 70))
    (box,) = tools.find.run(region, "object")
    assert box.label == "blue square"
    assert box.centre == pytest.approx((20, 20), abs=1)


def test_colour_and_shape_of_a_found_box_are_its_own(picture: Image) -> None:
    for box in tools.find.run(picture, "object"):
        region = Image(picture.ref, box)
        assert f"{tools.color_of.run(region)} {tools.shape_of.run(region)}" == box.label


def test_nothing_has_no_colour(draw: Draw) -> None:
    with pytest.raises(ToolFailed, match="no object is seen"):
        tools.color_of.run(draw())


def test_a_property_is_of_the_object_named(picture: Image) -> None:
    assert tools.verify_property.run(picture, "square", "blue") is True
    assert tools.verify_property.run(picture, "circle", "blue") is False
    with pytest.raises(ToolFailed, match="knows no 'shiny'"):
        tools.verify_property.run(picture, "circle", "shiny")


def test_many_calls_cost_one_look(picture: Image) -> None:
    tools.find.run(picture, "circle")
    looks = tools.look.cache_info().misses
    tools.exists.run(picture, "square")
    tools.color_of.run(Image(picture.ref, Box(60, 20, 120, 70)))
    assert tools.look.cache_info().misses == looks


def test_two_objects_of_one_colour_that_touch_are_seen_as_one(draw: Draw) -> None:
    touching = draw(Thing("red", "circle", 80, 90, 14), Thing("red", "square", 98, 100, 14))
    assert len(tools.find.run(touching, "object")) == 1


def test_the_tools_come_through_the_plug_in_hook() -> None:
    names = {"find", "exists", "color_of", "shape_of", "verify_property"}
    assert names <= set(discover(extra=[tools]))
    assert set(Registry(tools.SCENE_TOOLS)) == names


@pytest.mark.parametrize(
    ("look", "found", "right"),
    [
        (SceneSettings(), 0.97, 0.96),
        (SceneSettings(objects=(7, 8)), 0.97, 0.95),
        (SceneSettings(clutter=40), 0.9, 0.85),
        (SceneSettings(overlap=0.4), 0.6, 0.55),
    ],
)
def test_most_objects_are_found_and_most_answers_right(look: SceneSettings, found: float, right: float) -> None:
    accuracy = measure_tools(look, 60)
    assert accuracy.found / accuracy.objects > found
    assert accuracy.answered / accuracy.questions > right


def test_overlap_makes_the_tools_err() -> None:
    accuracy = measure_tools(SceneSettings(overlap=0.4), 60)
    assert accuracy.found < 0.95 * accuracy.objects
