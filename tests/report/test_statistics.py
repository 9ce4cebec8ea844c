"""Intervals against published figures and against what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.statistics import (
    effective_count,
    exact_mcnemar,
    mean_over_seeds,
    paired_difference,
    paired_over_seeds,
    paired_rise,
    student_quantile,
    wilson,
)


def test_wilson_agrees_with_newcombes_example() -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I: 81 of 263, method 3.
    found = wilson(81 / 263, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_wilson_of_none_right_does_not_end_at_nothing() -> None:
    # The same table: 0 of 20 gives 0 to 0.1611.
    found = wilson(0.0, 20)
    assert (found.low, round(found.high, 4)) == (0.0, 0.1611)


def test_nothing_measured_rules_nothing_out() -> None:
    found = wilson(0.0, 0)
    assert (found.low, found.high) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_a_wilson_interval_holds_its_share_and_stays_within_bounds(case: tuple[int, int]) -> None:
    right, count = case
    found = wilson(right / count, count)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@pytest.mark.parametrize(
    ("freedom", "published"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (120, 1.980)],
)
def test_students_quantile_agrees_with_the_printed_table(freedom: int, published: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(published, abs=0.0006)


def test_a_mean_over_seeds_has_students_interval() -> None:
    found = mean_over_seeds([10.0, 12.0, 14.0, 16.0, 18.0])
    half = 2.776 * math.sqrt(10) / math.sqrt(5)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((14.0, 14.0 - half, 14.0 + half), abs=0.001)


def test_one_seed_has_no_interval() -> None:
    assert mean_over_seeds([12.0]) is None


def test_the_t_test_agrees_with_students_sleep_data() -> None:
    # Student (1908), section IX: additional hours of sleep by two drugs on ten patients; t = 4.06, p = 0.0028 on both sides.
    found = paired_over_seeds([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert found is not None
    assert found.p == pytest.approx(0.00283, abs=0.00001)
    assert found.effect == pytest.approx(4.0621 / math.sqrt(10), abs=0.0001)


def test_seeds_that_all_agree_have_no_effect_in_their_spread() -> None:
    gain, nothing = paired_over_seeds([0.25, 0.25, 0.25]), paired_over_seeds([0.0, 0.0])
    assert gain is not None
    assert nothing is not None
    assert (gain.effect, gain.p, nothing.p) == (None, 0.0, 1.0)


@given(st.lists(st.sampled_from([-0.2, -0.1, 0.0, 0.1, 0.3]), min_size=2, max_size=12))
def test_the_t_test_and_its_interval_agree(differences: list[float]) -> None:
    found = paired_over_seeds(differences)
    assert found is not None
    if abs(found.p - 0.05) > 1e-6:
        assert (found.p > 0.05) == found.estimate.holds_zero


def test_an_effect_is_the_share_of_the_differing_questions_less_a_half() -> None:
    found = paired_difference([True, True, True, False, True], [False, False, False, True, True], list("abcde"))
    assert found.effect == 0.25


def test_arms_that_never_differ_have_no_effect() -> None:
    assert paired_difference([True, False], [True, False], ["a", "b"]).effect is None


@pytest.mark.parametrize(("first", "second", "p"), [(0, 0, 1.0), (5, 5, 1.0), (6, 0, 2 / 64), (1, 9, 22 / 1024)])
def test_mcnemar_is_the_two_sided_binomial(first: int, second: int, p: float) -> None:
    assert exact_mcnemar(first, second) == pytest.approx(p)


def test_a_difference_counts_what_only_one_got_right() -> None:
    found = paired_difference([True, True, True, False], [True, False, False, True], ["a", "b", "c", "d"])
    assert (found.only_first, found.only_second, found.estimate.value) == (2, 1, 0.25)


def test_arms_that_answer_alike_differ_by_nothing() -> None:
    found = paired_difference([True, False] * 20, [True, False] * 20, [str(place) for place in range(40)])
    assert (found.estimate.low, found.estimate.high, found.p, found.estimate.holds_zero) == (0.0, 0.0, 1.0, True)


def test_a_difference_is_the_same_for_the_same_seed() -> None:
    first, second, groups = [True, False, True] * 30, [False, False, True] * 30, [str(place) for place in range(90)]
    assert paired_difference(first, second, groups, seed=3) == paired_difference(first, second, groups, seed=3)


def test_questions_of_one_picture_widen_the_interval() -> None:
    rises = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0] * 12
    alone = paired_rise(rises, [str(place) for place in range(96)])
    grouped = paired_rise(rises, [str(place // 4) for place in range(96)])
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_the_bootstrap_agrees_with_the_normal_interval_on_many_questions() -> None:
    rises = [1.0] * 200 + [0.0] * 700 + [-1.0] * 100
    found = paired_rise(rises, [str(place) for place in range(1000)])
    half = 1.96 * math.sqrt((0.3 - 0.1**2) / 1000)
    assert (found.low, found.high) == pytest.approx((0.1 - half, 0.1 + half), abs=0.004)


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=40))
def test_a_sample_is_worth_at_most_its_groups(groups: list[str]) -> None:
    assert 1 - 1e-9 <= effective_count(groups) <= len(set(groups)) + 1e-9
