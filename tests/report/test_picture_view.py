"""Pictures inside a page: found, made small, and nothing but pixels."""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from vpd.distill.report.picture_view import LONGEST_SIDE, data_uri, show_picture
from vpd.tools.errors import ImageError
from vpd.tools.image import read_image_ref


def opened(address: str) -> Picture.Image:
    return Picture.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1])))


def test_a_small_picture_keeps_its_pixels(tmp_path: Path) -> None:
    Picture.new("RGB", (40, 30), "#12ab34").save(tmp_path / "small.png")
    with opened(data_uri(read_image_ref(tmp_path / "small.png"))) as shown:
        assert (shown.size, shown.getpixel((5, 5))) == ((40, 30), (0x12, 0xAB, 0x34))


def test_a_large_picture_is_made_small(tmp_path: Path) -> None:
    Picture.new("RGB", (3000, 1500), "grey").save(tmp_path / "large.png")
    with opened(data_uri(read_image_ref(tmp_path / "large.png"))) as shown:
        assert shown.size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_what_a_file_carries_besides_pixels_is_left_out(tmp_path: Path) -> None:
    notes = PngInfo()
    notes.add_text("Comment", "where I live")
    Picture.new("RGB", (8, 8)).save(tmp_path / "noted.png", pnginfo=notes)
    assert b"where I live" not in base64.b64decode(data_uri(read_image_ref(tmp_path / "noted.png")).split(",", 1)[1])


def test_a_relative_path_is_looked_for_in_the_run(tmp_path: Path) -> None:
    Picture.new("RGB", (9, 8), "#0a0b0c").save(tmp_path / "here.png")
    ref = replace(read_image_ref(tmp_path / "here.png"), path="here.png")
    assert data_uri(ref, tmp_path).startswith("data:image/png;base64,")


def test_a_file_that_is_no_picture_is_never_shown(tmp_path: Path) -> None:
    Picture.new("RGB", (9, 8), "#0a0b0d").save(tmp_path / "it.png")
    ref = read_image_ref(tmp_path / "it.png")
    (tmp_path / "it.png").write_text("a secret")
    with pytest.raises(ImageError, match="has changed"):
        data_uri(ref)
    assert re.search("cannot be shown: it has changed", show_picture(ref))
