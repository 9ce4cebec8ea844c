"""Where objects stand."""

from itertools import combinations
from math import hypot
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vpd.distill.scenes.layout import SceneSettings, covered_share, distance_at, order_margin, place_things

LOOKS = st.builds(
    SceneSettings,
    side=st.sampled_from((96, 192, 384)),
    objects=st.sampled_from(((1, 3), (3, 6), (8, 8))),
    radius=st.sampled_from(((1 / 16, 1 / 12), (0.02, 0.085))),
    overlap=st.sampled_from((0.0, 0.2, 0.6)),
)


@given(LOOKS, st.integers(0, 10_000))
def test_any_two_objects_differ_by_the_margin_along_both_axes(look: SceneSettings, seed: int) -> None:
    for one, two in combinations(place_things(look, Random(seed)), 2):
        assert min(abs(one.x - two.x), abs(one.y - two.y)) >= order_margin(look) - 0.02


@given(LOOKS, st.integers(0, 10_000))
def test_objects_lie_inside_the_picture_and_come_from_left_to_right(look: SceneSettings, seed: int) -> None:
    things = place_things(look, Random(seed))
    assert all(box.left >= 0 and box.top >= 0 and max(box.right, box.bottom) <= look.side for box in (one.box for one in things))
    assert [one.x for one in things] == sorted(one.x for one in things)
    assert look.objects[0] <= len(things) <= look.objects[1]


@given(LOOKS, st.integers(0, 10_000))
def test_no_object_is_covered_more_than_is_allowed(look: SceneSettings, seed: int) -> None:
    for one, two in combinations(place_things(look, Random(seed)), 2):
        assert covered_share(hypot(one.x - two.x, one.y - two.y), one.radius, two.radius) <= look.overlap + 0.01


def test_overlap_brings_objects_together() -> None:
    look = SceneSettings(overlap=0.4)
    scenes = [place_things(look, Random(seed)) for seed in range(50)]
    shares = [
        covered_share(hypot(one.x - two.x, one.y - two.y), one.radius, two.radius)
        for things in scenes
        for one, two in combinations(things, 2)
    ]
    assert sum(share > 0.05 for share in shares) > 20


def test_wanted_objects_are_there() -> None:
    for seed in range(30):
        things = place_things(SceneSettings(), Random(seed), [("red", "cross"), ("blue", None)])
        assert any((one.color, one.shape) == ("red", "cross") for one in things)
        assert any(one.color == "blue" for one in things)


def test_a_margin_of_18_pixels_holds_at_the_defaults() -> None:
    assert order_margin(SceneSettings()) == pytest.approx(18)
    assert order_margin(SceneSettings(overlap=0.1)) == pytest.approx(6)


@given(st.floats(0.02, 0.95), st.floats(4, 20), st.floats(4, 20))
def test_a_share_and_its_distance_belong_together(share: float, one: float, two: float) -> None:
    assert covered_share(distance_at(share, one, two), one, two) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    "wrong", [{"objects": (5, 3)}, {"objects": (3, 9)}, {"radius": (0.01, 0.05)}, {"side": 10}, {"colour": 1}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SceneSettings.model_validate(wrong)
