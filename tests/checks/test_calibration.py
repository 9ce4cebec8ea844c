"""A vote's share as a probability: the curve that is fitted, how it is measured, and how a policy uses it."""

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.checks.calibration import Calibration, fit, isotonic, read_calibration
from vpd.distill.checks.coverage import Voted, calibration_error, cross_fitted, curve, reliability, unanimous
from vpd.distill.checks.policy import Limits, read_policy
from vpd.distill.errors import RunError

WEIGHTED = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=8)
TOLD = st.lists(st.tuples(st.sampled_from([0.2, 0.4, 0.6, 0.8, 1.0]), st.booleans()), min_size=1, max_size=60)


def apart(fitted: list[float], values: list[float], weights: list[int]) -> float:
    """The sum that the regression makes least."""
    return sum(weight * (one - other) ** 2 for one, other, weight in zip(fitted, values, weights, strict=True))


def least_squares(values: list[float], weights: list[int]) -> list[float]:
    """The same by a formula of its own: the largest over starts of the smallest over ends of the means between."""

    def mean(first: int, last: int) -> float:
        part = range(first, last + 1)
        return sum(values[i] * weights[i] for i in part) / sum(weights[i] for i in part)

    places = range(len(values))
    return [max(min(mean(first, last) for last in places[at:]) for first in places[: at + 1]) for at in places]


@given(WEIGHTED)
def test_the_fitted_sequence_never_falls(rows: list[tuple[float, int]]) -> None:
    fitted = isotonic([value for value, _ in rows], [weight for _, weight in rows])
    assert fitted == sorted(fitted)


@given(WEIGHTED)
def test_the_fitted_sequence_is_the_exact_least_squares(rows: list[tuple[float, int]]) -> None:
    values, weights = [value for value, _ in rows], [weight for _, weight in rows]
    assert isotonic(values, weights) == pytest.approx(least_squares(values, weights), abs=1e-9)


@given(WEIGHTED, st.lists(st.floats(0, 0.3), min_size=8, max_size=8))
def test_no_other_rising_sequence_is_nearer(rows: list[tuple[float, int]], steps: list[float]) -> None:
    values, weights = [value for value, _ in rows], [weight for _, weight in rows]
    other = list(accumulate(steps))[: len(values)]
    assert apart(isotonic(values, weights), values, weights) <= apart(other, values, weights) + 1e-9


def test_a_rising_sequence_is_left_as_it_is() -> None:
    assert isotonic([0.1, 0.2, 0.9], [1, 5, 2]) == [0.1, 0.2, 0.9]


@given(TOLD, st.floats(0, 1), st.floats(0, 1))
def test_more_of_the_vote_is_never_less_probable(told: list[tuple[float, bool]], one: float, other: float) -> None:
    fitted = fit(told)
    low, high = sorted((one, other))
    assert 0 <= fitted.chance(low) <= fitted.chance(high) <= 1


@given(TOLD)
def test_the_curve_keeps_the_share_of_right_votes(told: list[tuple[float, bool]]) -> None:
    fitted = fit(told)
    assert sum(fitted.chance(share) for share, _ in told) == pytest.approx(sum(right for _, right in told), abs=1e-6)


def test_between_two_shares_the_probability_lies_on_a_line() -> None:
    fitted = Calibration(shares=(0.2, 0.6), chances=(0.1, 0.9), questions=10)
    assert fitted.chance(0.4) == pytest.approx(0.5)
    assert (fitted.chance(0.0), fitted.chance(1.0)) == (0.1, 0.9)


def test_nothing_to_fit_is_said() -> None:
    with pytest.raises(RunError, match="nothing to calibrate by"):
        fit([])


def votes(*rows: tuple[float, int, int]) -> list[Voted]:
    """Of each share, so many right and so many wrong, every question with a picture of its own."""
    told = [(share, number < right) for share, right, wrong in rows for number in range(right + wrong)]
    return [Voted(f"q{number}", f"p{number}", share, right) for number, (share, right) in enumerate(told)]


def test_coverage_grows_from_the_most_agreed_votes_on() -> None:
    points = curve([*votes((1.0, 9, 1), (0.5, 5, 5)), Voted("s", "s", -1.0, right=False)])
    assert [(point.least, point.kept, round(point.coverage, 3), point.precision.value) for point in points] == [
        (1.0, 10, 0.476, 0.9),
        (0.5, 20, 0.952, 0.7),
    ]
    assert points[0].precision.low < 0.9 < points[0].precision.high


def test_votes_of_one_share_are_taken_together() -> None:
    assert len(curve(votes((0.6, 3, 3)))) == 1


def test_questions_of_one_picture_make_an_interval_wider() -> None:
    apart_ones = votes((1.0, 9, 1))
    together = [Voted(each.question, "one", each.confidence, each.right) for each in apart_ones]
    assert curve(together)[0].precision.low < curve(apart_ones)[0].precision.low


def test_full_votes_are_told_by_whether_several_structures_stand_behind_them() -> None:
    lone = votes((1.0, 2, 2), (0.8, 5, 0))
    backed = [Voted(f"b{number}", f"b{number}", 1.0, right=True, structures=2) for number in range(3)]
    assert {name: share.value for name, share in unanimous([*lone, *backed]).items()} == {
        "one structure": 0.5,
        "several structures": 1.0,
    }
    assert unanimous(votes((0.8, 1, 0))) == {}


def test_votes_that_are_right_as_often_as_they_say_have_no_calibration_error() -> None:
    assert calibration_error(reliability(votes((0.9, 9, 1), (0.5, 5, 5)))) == pytest.approx(0)


def test_calibration_error_is_the_mean_distance_between_confidence_and_truth() -> None:
    assert calibration_error(reliability(votes((0.95, 5, 5), (0.55, 10, 0)))) == pytest.approx(0.45)


def test_calibrated_confidences_err_less_on_pictures_that_they_were_not_fitted_on() -> None:
    boastful = votes((1.0, 60, 40), (0.6, 30, 70))
    calibrated = cross_fitted(boastful)
    assert len(calibrated) == len(boastful)
    assert calibration_error(reliability(calibrated)) < calibration_error(reliability(boastful)) / 2


def test_no_vote_is_calibrated_by_its_own_picture() -> None:
    alone = [Voted("a", "p", 1.0, right=True), Voted("b", "p", 1.0, right=False)]
    assert cross_fitted(alone) == []


@pytest.fixture
def written(tmp_path: Path) -> Path:
    fitted = fit([(0.5, True), (0.5, False), (1.0, True)])
    (tmp_path / "curve.json").write_text(fitted.model_dump_json())
    (tmp_path / "own.toml").write_text(
        'name = "own"\nanswer = "any"\none_of = [["agreed"]]\n[limits]\ncalibration = "curve.json"\nconfidence = 0.9\n'
    )
    return tmp_path / "own.toml"


def test_a_policy_names_the_file_of_its_calibration(written: Path) -> None:
    limits = read_policy(str(written)).limits
    assert limits.calibration is not None
    assert limits.calibration.chance(0.5) == 0.5
    assert limits.calibration == read_calibration(written.with_name("curve.json"))


@pytest.mark.parametrize("text", ["{", "[]", '{"shares": [0.5], "chances": [2], "questions": 1}', '{"shares": []}'])
def test_a_file_that_is_no_calibration_is_refused_in_one_line(written: Path, text: str) -> None:
    written.with_name("curve.json").write_text(text)
    with pytest.raises(RunError, match=r"curve\.json is no calibration") as caught:
        read_policy(str(written))
    assert "\n" not in str(caught.value)


def test_a_calibration_that_is_not_there_is_named(written: Path) -> None:
    written.with_name("curve.json").unlink()
    with pytest.raises(RunError, match=r"curve\.json cannot be read"):
        read_policy(str(written))


def test_without_a_calibration_the_limits_are_what_they_were() -> None:
    assert Limits().calibration is None
