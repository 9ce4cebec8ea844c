"""Looking at a changed picture and answering about the picture itself."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef, read_image_ref
from vpd.tools.registry import Registry
from vpd.tools.scene_tools import SCENE_TOOLS
from vpd.tools.tool import tool
from vpd.tools.views import View, exchanged, moved, seen_through


@pytest.fixture
def picture(tmp_path: Path) -> Image:
    from PIL import Image as Picture
    from PIL import ImageDraw

    drawn = Picture.new("RGB", (200, 160), (240, 240, 240))
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((20, 30, 60, 70), fill=(220, 20, 30))
    pen.rectangle((130, 90, 170, 130), fill=(20, 60, 220))
    drawn.save(tmp_path / "one.png")
    return Image(read_image_ref(tmp_path / "one.png"))


@pytest.mark.parametrize("view", View)
def test_places_come_back_as_they_are_on_the_picture_itself(picture: Image, view: View, tmp_path: Path) -> None:
    tools = Registry(SCENE_TOOLS)
    there = seen_through(tools, view, tmp_path / "views")
    plain, seen = (each["find"].run(image=picture, name="shape") for each in (tools, there))
    assert [box.label for box in seen] == [box.label for box in plain]
    assert all(one.overlap(other) > 0.85 for one, other in zip(plain, seen, strict=True))


@pytest.mark.parametrize("view", View)
def test_a_region_is_looked_at_where_the_view_has_it(picture: Image, view: View, tmp_path: Path) -> None:
    there = seen_through(Registry(SCENE_TOOLS), view, tmp_path / "views")
    region = Image(picture.ref, Box(120, 80, 180, 140))
    assert there["color_of"].run(image=region) == "blue"
    (box,) = there["find"].run(image=region, name="square")
    assert box.overlap(Box(10, 10, 51, 51)) > 0.8


def test_words_for_the_sides_are_exchanged_with_the_picture(picture: Image, tmp_path: Path) -> None:
    @tool
    def ask(image: Image, question: str) -> str:
        """What is asked."""
        return question

    there = seen_through(Registry([ask]), View.MIRRORED, tmp_path / "views")
    assert exchanged("the Left one, rightly left of it") == "the Right one, rightly right of it"
    assert there["ask"].run(image=picture, question="what is on the left?") == "what is on the left?"


def test_the_view_stands_in_the_version(tmp_path: Path) -> None:
    tools = Registry(SCENE_TOOLS)
    assert tools.pins != seen_through(tools, View.TRIMMED, tmp_path).pins


@given(st.sampled_from(View), st.integers(20, 60), st.integers(20, 60), st.integers(1, 40), st.integers(1, 40))
def test_a_box_that_goes_to_a_view_comes_back_the_same(view: View, left: int, top: int, width: int, height: int) -> None:
    ref = ImageRef("0" * 64, "x", 200, 160)
    box = Box(left, top, left + width, top + height, "dog", 0.5)
    assert moved(moved(box, view, ref), view, ref, back=True) == box
