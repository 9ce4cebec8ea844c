"""Reading text: the order of words, and real pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from vpd.tools import Box, Image, read_image_ref
from vpd.tools.reader import LARGEST, SMALLEST, Word, reader_tools, reading_order, resized


def test_words_are_read_line_by_line_and_each_line_from_the_left() -> None:
    words = [Word("world", 90, 11, 10, 1), Word("below", 10, 40, 10, 1), Word("hello", 10, 13, 10, 1)]
    assert [word.text for word in reading_order(words)] == ["hello", "world", "below"]


def test_no_words_are_no_lines() -> None:
    assert reading_order([]) == []


@pytest.mark.parametrize(("side", "longer"), [(100, SMALLEST), (500, 500), (2000, LARGEST)])
def test_a_picture_is_resized_into_the_limits(side: int, longer: int) -> None:
    assert max(resized(np.zeros((side, side // 2, 3), dtype=np.uint8)).shape) == longer


def sign(folder: Path, *lines: str) -> Image:
    picture = Picture.new("RGB", (600, 100 * len(lines)), "white")
    font = ImageFont.load_default(48)
    for place, line in enumerate(lines):
        ImageDraw.Draw(picture).text((30, 20 + 100 * place), line, fill="black", font=font)
    picture.save(folder / "sign.png")
    return Image(read_image_ref(folder / "sign.png"))


@pytest.mark.models
def test_a_sign_is_read_line_by_line(tmp_path: Path) -> None:
    (read_text,) = reader_tools()
    image = sign(tmp_path, "NO PARKING", "after sunset")
    assert read_text.run(image).lower() == "no parking after sunset"
    assert read_text.run(Image(image.ref, Box(0, 100, 600, 200))).lower() == "after sunset"


@pytest.mark.models
def test_a_printed_page_is_read(photograph: Callable[[str], Image]) -> None:
    (read_text,) = reader_tools()
    assert "region-based segmentation" in read_text.run(photograph("page.png")).lower()


@pytest.mark.models
def test_a_picture_without_text_reads_as_nothing(photograph: Callable[[str], Image]) -> None:
    (read_text,) = reader_tools()
    assert read_text.run(photograph("coffee.png")) == ""
