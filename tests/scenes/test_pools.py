"""The distinct texts of each split."""

from collections import Counter

import pytest

from vpd.distill.scenes.pools import HELD_OUT, make_pool
from vpd.distill.scenes.questions import Ask, all_pairs
from vpd.distill.scenes.scene import SceneError, Split


@pytest.fixture(scope="module")
def train() -> tuple[Ask, ...]:
    return make_pool(Split.TRAIN, 96, 0)


@pytest.mark.parametrize("size", [12, 40, 96, 200])
def test_a_pool_has_as_many_different_texts_as_were_asked_for(size: int) -> None:
    assert len({ask.text for ask in make_pool(Split.TRAIN, size, 3)}) == size


def test_training_asks_for_every_allowed_pair_and_counts_every_colour_and_shape(train: tuple[Ask, ...]) -> None:
    allowed = set(all_pairs()) - set(HELD_OUT)
    asked = {kind: {(ask.noun.color, ask.noun.shape) for ask in train if ask.kind == kind} for kind in ("exist", "count")}
    assert asked["exist"] == allowed
    assert allowed < asked["count"]
    assert len(asked["count"] - allowed) == 9


def test_no_training_question_names_a_held_out_pair(train: tuple[Ask, ...]) -> None:
    assert not set(HELD_OUT) & {pair for ask in train for pair in ask.pairs()}


def test_every_unseen_pair_question_names_a_held_out_pair() -> None:
    pool = make_pool(Split.UNSEEN_PAIRS, 32, 0)
    assert all(ask.pairs() & set(HELD_OUT) for ask in pool)
    assert set(HELD_OUT) <= {pair for ask in pool for pair in ask.pairs()}


def test_deeper_questions_are_of_kinds_that_training_has_not(train: tuple[Ask, ...]) -> None:
    pool = make_pool(Split.DEEPER, 24, 0)
    assert not {ask.kind for ask in pool} & {ask.kind for ask in train}
    assert not set(HELD_OUT) & {pair for ask in pool for pair in ask.pairs()}


def test_directions_and_anchors_are_spread_evenly(train: tuple[Ask, ...]) -> None:
    places = [place for ask in train for noun in ask.nouns() for place in noun.places]
    directions = Counter(place.direction for place in places)
    anchors = Counter((place.anchor.color, place.anchor.shape) for place in places)
    assert max(directions.values()) - min(directions.values()) <= 3
    assert len(anchors) == 15
    assert max(anchors.values()) <= 2 * min(anchors.values()) + 1


def test_another_seed_asks_other_texts() -> None:
    one, two = ({ask.text for ask in make_pool(Split.TRAIN, 96, seed)} for seed in (0, 1))
    assert one != two


def test_a_pool_larger_than_there_are_texts_is_refused() -> None:
    with pytest.raises(SceneError, match="fewer than"):
        make_pool(Split.TRAIN, 2000, 0)
