"""Regions, and pictures by their content."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Picture

from vpd.tools import Box, Image, ImageRef, read_image_ref
from vpd.tools.errors import ImageError

edges = st.tuples(*[st.floats(-1e4, 1e4)] * 4).map(
    lambda e: Box(min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)


@given(edges, edges)
def test_overlap_is_symmetric_and_a_share(a: Box, b: Box) -> None:
    assert a.overlap(b) == pytest.approx(b.overlap(a))
    assert 0 <= a.overlap(b) <= 1 + 1e-9


@given(edges, st.floats(1, 1e4), st.floats(1, 1e4))
def test_a_clipped_box_lies_inside(box: Box, width: float, height: float) -> None:
    inside = box.clipped(width, height)
    assert 0 <= inside.left <= inside.right <= width
    assert 0 <= inside.top <= inside.bottom <= height


def test_a_box_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="top <= bottom"):
        Box(0, 5, 5, 0)


def draw(path: Path) -> NDArray[np.uint8]:
    pixels = np.arange(40 * 30 * 3, dtype=np.uint32).reshape(30, 40, 3).astype(np.uint8)
    Picture.fromarray(pixels).save(path)
    return pixels


def test_a_region_shows_its_pixels_without_a_copy(tmp_path: Path) -> None:
    pixels = draw(tmp_path / "a.png")
    ref = read_image_ref(tmp_path / "a.png")
    region = Image(ref, Box(3.2, 4, 10, 12.6))
    assert np.array_equal(region.pixels, pixels[4:13, 3:10])
    assert np.shares_memory(region.pixels, Image(ref).pixels)
    assert not region.pixels.flags.writeable


@given(edges)
def test_a_region_is_never_empty(box: Box) -> None:
    region = Image(image_of_size(40, 30), box)
    assert region.width >= 1
    assert region.height >= 1


def image_of_size(width: int, height: int) -> ImageRef:
    return ImageRef("0" * 64, "nowhere.png", width, height)


def test_a_picture_is_turned_upright(tmp_path: Path) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6
    Picture.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=exif)
    ref = read_image_ref(tmp_path / "a.jpg")
    assert (ref.width, ref.height) == (30, 40)


def test_a_missing_picture_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"none\.png: cannot be read"):
        read_image_ref(tmp_path / "none.png")


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_an_error_that_names_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(ImageError, match=r"a\.png"):
        read_image_ref(tmp_path / "a.png")


def test_a_cut_picture_is_an_error_that_names_it(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:200])
    with pytest.raises(ImageError, match=r"a\.png: is a broken picture"):
        read_image_ref(tmp_path / "a.png")


def test_a_picture_that_has_changed_is_refused(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    ref = read_image_ref(tmp_path / "a.png")
    Picture.new("RGB", (40, 30)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="has changed"):
        _ = Image(ref).pixels
