"""Geometry of regions: ViperGPT's and VPD's rules, and what holds for any boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.tools import Box, Image, ImageRef, ToolFailed
from vpd.tools.geometry import geometry_tools

PICTURE = ImageRef("0" * 64, "nowhere.png", 200, 100)
TOOLS = {tool.name: tool.run for tool in geometry_tools()}


def region(left: float, top: float, right: float, bottom: float) -> Image:
    return Image(PICTURE, Box(left, top, right, bottom))


@st.composite
def regions(draw: st.DrawFn) -> Image:
    left, right = sorted(draw(st.lists(st.integers(0, 200), min_size=2, max_size=2, unique=True)))
    top, bottom = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True)))
    return region(left, top, right, bottom)


def test_a_crop_by_name_counts_from_the_top_left() -> None:
    assert TOOLS["crop"](Image(PICTURE), left=10, top=20, right=60, bottom=70) == Box(10, 20, 60, 70)


def test_a_crop_by_place_is_vipergpts_and_counts_heights_from_the_bottom() -> None:
    assert TOOLS["crop"](Image(PICTURE), 10, 20, 60, 70) == Box(10, 30, 60, 80)


def test_a_crop_counts_from_the_regions_own_corner() -> None:
    assert TOOLS["crop"](region(50, 50, 90, 90), left=0, top=0, right=20, bottom=20) == Box(0, 0, 20, 20)


def test_an_edge_that_is_not_given_is_the_images_own() -> None:
    assert TOOLS["crop"](Image(PICTURE), right=100) == Box(0, 0, 100, 100)


def test_a_crop_beyond_the_picture_ends_at_its_edge() -> None:
    assert TOOLS["crop"](Image(PICTURE), left=150, top=0, right=900, bottom=50) == Box(150, 0, 200, 50)


@pytest.mark.parametrize(
    "edges",
    [
        {"left": 50, "right": 50},
        {"left": 60, "right": 50},
        {"left": 300, "right": 400},
        {"top": 1, "upper": 9},
        {"bottom": 1, "lower": 9},
    ],
)
def test_a_crop_with_nothing_in_it_fails(edges: dict[str, float]) -> None:
    with pytest.raises(ToolFailed, match="crop"):
        TOOLS["crop"](Image(PICTURE), **edges)


def test_an_expanded_region_is_twice_as_large_about_the_same_middle() -> None:
    assert TOOLS["expand"](region(50, 40, 70, 60)) == Box(-10, -10, 30, 30)


@given(regions(), st.floats(1, 5))
def test_an_expanded_region_holds_the_region_and_stays_in_the_picture(image: Image, factor: float) -> None:
    wide = TOOLS["expand"](image, factor).moved(image.frame.left, image.frame.top)
    assert wide == wide.clipped(200, 100)
    assert all(outer <= inner for outer, inner in zip(wide.corners[:2], image.frame.corners[:2]))
    assert all(outer >= inner for outer, inner in zip(wide.corners[2:], image.frame.corners[2:]))


def test_an_expansion_by_nothing_fails() -> None:
    with pytest.raises(ToolFailed, match="factor"):
        TOOLS["expand"](region(0, 0, 10, 10), 0)


@given(regions(), regions())
def test_distance_and_overlap_are_the_same_both_ways(one: Image, other: Image) -> None:
    for name in ("distance", "dist", "overlaps", "overlaps_with"):
        assert TOOLS[name](one, other) == TOOLS[name](other, one)


@given(regions(), regions())
def test_a_distance_is_below_zero_just_where_regions_overlap(one: Image, other: Image) -> None:
    assert (TOOLS["distance"](one, other) < 0) == TOOLS["overlaps"](one, other)


@given(regions(), regions())
def test_a_region_lies_on_one_side_at_most(one: Image, other: Image) -> None:
    for here, there in (("left_of", "right_of"), ("above", "below")):
        assert not (TOOLS[here](one, other) and TOOLS[there](one, other))
        assert TOOLS[here](one, other) == TOOLS[there](other, one)


def test_a_distance_lies_between_the_nearest_edges() -> None:
    assert TOOLS["distance"](region(0, 0, 10, 10), region(13, 14, 20, 20)) == 5


def test_an_overlap_is_a_distance_of_minus_intersection_over_union() -> None:
    assert TOOLS["distance"](region(0, 0, 10, 10), region(0, 0, 10, 5)) == -0.5


def test_a_distance_of_numbers_is_their_difference() -> None:
    assert TOOLS["distance"](3, 7.5) == 4.5


def test_a_distance_of_a_region_and_a_number_fails() -> None:
    with pytest.raises(ToolFailed, match="two regions or two numbers"):
        TOOLS["distance"](region(0, 0, 1, 1), 3)


def test_vpds_distance_lies_between_the_middles() -> None:
    assert TOOLS["dist"](region(0, 0, 10, 10), region(30, 40, 40, 50)) == 50


def test_four_numbers_overlap_as_in_vipergpt_with_heights_from_the_bottom() -> None:
    low = region(0, 80, 50, 100)
    assert TOOLS["overlaps_with"](low, 0, 0, 50, 20)
    assert not TOOLS["overlaps_with"](low, 0, 50, 50, 100)


def test_three_of_four_numbers_are_not_enough() -> None:
    with pytest.raises(ToolFailed, match="all four"):
        TOOLS["overlaps_with"](region(0, 0, 1, 1), 1, 2, 3)


def test_regions_of_two_pictures_have_no_distance() -> None:
    elsewhere = Image(ImageRef("1" * 64, "other.png", 200, 100))
    with pytest.raises(ToolFailed, match="different pictures"):
        TOOLS["distance"](Image(PICTURE), elsewhere)
