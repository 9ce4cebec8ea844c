"""Faces: how the network's grids are read, and what it finds on photographs; likeness by the classifier's features."""

from collections.abc import Callable

import numpy as np
import pytest

from vpd.tools import Box, Image
from vpd.tools.faces import FaceDetector, face_tools, read_cells
from vpd.tools.features import feature_tools
from vpd.tools.fetch import weights
from vpd.tools.placement import Placement
from vpd.tools.toolsets import open_toolset

Photograph = Callable[[str], Image]


def grids(*faces: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grids of 10 x 12 cells with faces of 4 x 2 cells at some rows and columns, so sure."""
    surety, size = np.zeros((10, 12), np.float32), np.zeros((2, 10, 12), np.float32)
    for row, column, score in faces:
        surety[row, column] = score
        size[:, row, column] = np.log([4.0, 2.0])
    return surety, size, np.zeros_like(size)


def test_a_cell_is_read_as_a_box_around_its_middle() -> None:
    (box,) = read_cells(*grids((5, 6, 0.75)), threshold=0.5)
    assert box.centre == pytest.approx((26, 22))
    assert (box.width, box.height) == pytest.approx((8, 16))
    assert (box.label, box.score) == ("face", 0.75)


def test_cells_that_see_the_same_face_give_one_box() -> None:
    assert [box.score for box in read_cells(*grids((5, 6, 0.75), (5, 7, 0.9)), threshold=0.5)] == [pytest.approx(0.9)]


def test_faces_apart_are_all_told_the_surest_first() -> None:
    boxes = read_cells(*grids((2, 2, 0.6), (2, 9, 0.9), (8, 5, 0.4)), threshold=0.5)
    assert [round(box.score, 2) for box in boxes] == [0.9, 0.6]


def test_both_photograph_sets_have_faces_and_likeness() -> None:
    for name in ("lite", "hub"):
        assert {"find_faces", "similarity"} <= set(open_toolset(name))


@pytest.mark.models
@pytest.mark.parametrize(("name", "faces"), [("astronaut.png", 1), ("camera.png", 1), ("chelsea.png", 0), ("coffee.png", 0)])
def test_faces_of_photographs_are_found_and_none_besides(photograph: Photograph, name: str, faces: int) -> None:
    (find_faces,) = face_tools()
    assert len(find_faces.run(photograph(name))) == faces


@pytest.mark.models
def test_a_face_is_found_where_it_is(photograph: Photograph) -> None:
    (box,) = FaceDetector(0.5, weights, Placement()).detect(photograph("astronaut.png"))
    assert box.overlap(Box(178, 66, 274, 174)) > 0.6


@pytest.mark.models
def test_a_face_is_found_inside_a_region_in_its_pixels(photograph: Photograph) -> None:
    whole, (find_faces,) = photograph("astronaut.png"), face_tools()
    (box,) = find_faces.run(Image(whole.ref, Box(150, 40, 320, 260)))
    assert box.moved(150, 40).overlap(find_faces.run(whole)[0]) > 0.7


@pytest.mark.models
def test_two_halves_of_one_picture_are_more_alike_than_two_pictures(photograph: Photograph) -> None:
    (similarity,) = feature_tools()
    page, cat = photograph("page.png"), photograph("chelsea.png")
    left, right = (Image(page.ref, Box(edge, 0, edge + 192, 191)) for edge in (0, 192))
    alike, unlike, same = similarity.run([left, left, cat], [right, cat, cat])
    assert unlike < alike < same == pytest.approx(1.0, abs=1e-3)
