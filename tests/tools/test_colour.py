"""Colours named from pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from vpd.tools import Box, Image, read_image_ref
from vpd.tools.colour import COLOURS, color_of, color_shares, has_color, name_colours


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"), ((30, 30, 32), "black"), ((255, 255, 255), "white"), ((128, 128, 128), "gray"), ((220, 20, 30),
        "red"),
        ((140, 15, 20), "red"), ((255, 140, 0), "orange"), ((120, 72, 30), "brown"), ((165, 110, 60), "brown"),
        ((250, 220, 40), "yellow"),
        ((30, 140, 50), "green"), ((20, 60, 25), "green"), ((30, 80, 200), "blue"), ((120, 170, 230), "blue"), ((20, 25, 80),
        "blue"),
        ((120, 40, 160), "purple"), ((255, 130, 190), "pink"), ((255, 182, 193), "pink"),
    ],
)  # fmt: skip
def test_a_plain_colour_has_its_name(rgb: tuple[int, int, int], name: str) -> None:
    assert COLOURS[int(name_colours(np.array([[rgb]], dtype=np.uint8))[0, 0])] == name


def test_every_colour_there_is_has_a_name() -> None:
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    named = name_colours(cube)
    assert named.shape == (1, cube.shape[1])
    assert set(np.unique(named)) == set(range(len(COLOURS)))


def test_the_middle_of_a_region_counts_more_than_its_edges(tmp_path: Path) -> None:
    pixels = np.zeros((90, 90, 3), dtype=np.uint8)
    pixels[:] = (30, 140, 50)
    pixels[18:72, 18:72] = (220, 20, 30)
    Picture.fromarray(pixels).save(tmp_path / "ball.png")
    image = Image(read_image_ref(tmp_path / "ball.png"))
    assert color_of.run(image) == "red"
    assert color_of.run(Image(image.ref, Box(0, 0, 15, 90))) == "green"


def test_a_colour_of_a_fair_part_counts_and_a_speck_does_not(tmp_path: Path) -> None:
    pixels = np.full((90, 90, 3), 128, dtype=np.uint8)
    pixels[30:60, 20:70] = (220, 20, 30)
    pixels[0:20, 0:20] = (30, 80, 200)
    Picture.fromarray(pixels).save(tmp_path / "patch.png")
    image = Image(read_image_ref(tmp_path / "patch.png"))
    assert [color for color in COLOURS if has_color(image, color)] == ["gray", "red"]
    assert sum(color_shares(image).values()) == pytest.approx(1)


def test_one_pixel_has_a_colour(tmp_path: Path) -> None:
    Picture.new("RGB", (1, 1), (250, 220, 40)).save(tmp_path / "dot.png")
    assert color_of.run(Image(read_image_ref(tmp_path / "dot.png"))) == "yellow"
