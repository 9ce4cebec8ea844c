"""Kappa against worked examples and against what it must be by its meaning."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.rating import cohen_kappa, fleiss_kappa

PAIRS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=1, max_size=30)
FLEISS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip
"""Fourteen raters, ten items, five categories: a textbook's numbers, whose kappa is 0.210."""


def test_cohens_kappa_of_a_textbooks_table() -> None:
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    rows = [pair for pair, number in table.items() for _ in range(number)]
    assert cohen_kappa([one for one, _ in rows], [other for _, other in rows]) == pytest.approx(0.4)


def test_fleiss_kappa_of_a_textbooks_table() -> None:
    items = [{str(category): number for category, number in enumerate(row)} for row in FLEISS]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=0.0005)


def test_raters_who_always_agree_have_kappa_one() -> None:
    assert cohen_kappa("aabb", "aabb") == 1
    assert fleiss_kappa([{"yes": 3}, {"no": 3}]) == 1


def test_raters_who_always_differ_are_below_chance() -> None:
    assert cohen_kappa("abab", "baba") == -1


def test_where_all_say_the_same_of_everything_agreement_cannot_be_told_from_chance() -> None:
    assert math.isnan(cohen_kappa("aaa", "aaa"))
    assert math.isnan(fleiss_kappa([{"yes": 2}, {"yes": 2}]))


def test_without_items_there_is_no_agreement() -> None:
    assert math.isnan(cohen_kappa([], []))
    assert math.isnan(fleiss_kappa([]))


@pytest.mark.parametrize("items", [[{"yes": 2}, {"yes": 3}], [{"yes": 1}]])
def test_fleiss_needs_as_many_ratings_of_every_item(items: list[dict[str, int]]) -> None:
    with pytest.raises(ValueError, match="same number of ratings"):
        fleiss_kappa(items)


@given(PAIRS)
def test_cohens_kappa_is_the_same_whoever_comes_first(pairs: list[tuple[str, str]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    assert cohen_kappa(one, other) == pytest.approx(cohen_kappa(other, one), nan_ok=True)


@given(PAIRS)
def test_kappas_are_at_most_one_and_with_equal_shares_the_same(pairs: list[tuple[str, str]]) -> None:
    mirrored = [*pairs, *((b, a) for a, b in pairs)]
    cohen = cohen_kappa([a for a, _ in mirrored], [b for _, b in mirrored])
    fleiss = fleiss_kappa([Counter(pair) for pair in mirrored])
    assert cohen == pytest.approx(fleiss, nan_ok=True)
    assert math.isnan(cohen) or cohen <= 1
