"""The distinct question texts of a split: few enough to sample programs for, and an even cover of what can be asked."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Generic, TypeVar

from vpd.distill.scenes.questions import DIRECTIONS, Ask, Direction, Noun, Place, all_pairs
from vpd.distill.scenes.scene import COLORS, SHAPES, SceneError, Split

__all__ = ["HELD_OUT", "make_pool"]

HELD_OUT = (("red", "cross"), ("green", "circle"), ("blue", "triangle"), ("yellow", "square"), ("purple", "circle"))
"""Colours and shapes that no training question names together."""

SHARES: dict[Split, dict[str, int]] = {
    Split.TRAIN: {"exist": 15, "count": 24, "count_relation": 20, "attribute": 12, "relation": 13, "compare": 12},
    Split.UNSEEN_PAIRS: {"exist": 5, "count": 5, "count_relation": 8, "attribute": 7, "relation": 7},
    Split.DEEPER: {"count_two_relations": 9, "attribute_chain": 8, "exist_relation": 7},
}
"""How a split's texts are spread over the kinds."""
WHOLE: dict[Split, dict[str, int]] = {Split.TRAIN: {"exist": 15, "count": 24}, Split.UNSEEN_PAIRS: {"exist": 5, "count": 5}}
"""How many texts these kinds have; all are asked where they make up at most 5/8 of a split's texts."""

T = TypeVar("T")
Pair = tuple[str, str]


class Deck(Generic[T]):
    """Cards dealt in shuffled order, then shuffled again: every card comes up equally often."""

    def __init__(self, cards: Iterable[T], rng: Random) -> None:
        self._cards, self._rng, self._left = list(cards), rng, list[T]()

    def deal(self) -> T:
        """The next card."""
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()

    def deal_other(self, met: T) -> T:
        """The next card that is not the one met."""
        card = self.deal()
        while card == met:
            card = self.deal()
        return card


class Asker:
    """Writes questions one at a time, spreading anchors, directions and what is asked for evenly."""

    def __init__(self, pairs: Sequence[Pair], others: Sequence[Pair], rng: Random) -> None:
        singles = [*((color, None) for color in COLORS), *((None, shape) for shape in SHAPES)]
        self.rng = rng
        self.pair = Deck[Pair](pairs, rng)
        self.other = Deck[Pair](others, rng)
        self.single = Deck[tuple[str | None, str | None]](singles, rng)
        self.counted = Deck[tuple[str | None, str | None]]([*singles, (None, None)], rng)
        self.direction = Deck[Direction](DIRECTIONS, rng)
        self.across = Deck[Direction](DIRECTIONS[:2], rng)
        self.down = Deck[Direction](DIRECTIONS[2:], rng)
        self.form = Deck[bool]((True, False), rng)
        self.shape = Deck[str](SHAPES, rng)
        self.color = Deck[str](COLORS, rng)
        self.plain = Deck[Noun]([Noun(*look) for look in [*pairs, *(singles if pairs == others else ())]], rng)

    def exist(self) -> Ask:
        """ "Is there a red circle?"."""
        return Ask("exist", "exist", Noun(*self.pair.deal()))

    def count(self) -> Ask:
        """ "How many circles are there?", of a colour, a shape or both."""
        return Ask("count", "count", self.plain.deal())

    def count_relation(self) -> Ask:
        """ "How many circles are to the left of the red square?"."""
        place = Place(self.direction.deal(), Noun(*self.pair.deal()))
        return Ask("count_relation", "count", Noun(*self.counted.deal(), (place,)))

    def attribute(self) -> Ask:
        """ "What color is the circle to the left of the red square?", or what shape the red object is."""
        places = (Place(self.direction.deal(), Noun(*self.pair.deal())),)
        if self.form.deal():
            return Ask("attribute", "color", Noun(None, self.shape.deal(), places))
        return Ask("attribute", "shape", Noun(self.color.deal(), None, places))

    def relation(self) -> Ask:
        """ "Is the red circle above the blue square?"; either may be the one of the split's own pairs."""
        one = self.pair.deal()
        two = self.other.deal_other(one)
        first, second = (one, two) if self.form.deal() else (two, one)
        return Ask("relation", "relation", Noun(*first, (Place(self.direction.deal(), Noun(*second)),)))

    def compare(self) -> Ask:
        """ "Are there more red shapes than circles?"."""
        one = self.single.deal()
        return Ask("compare", "compare", Noun(*one), Noun(*self.single.deal_other(one)))

    def count_two_relations(self) -> Ask:
        """ "How many circles are to the left of the blue square and above the green cross?"."""
        one = self.pair.deal()
        two = self.other.deal_other(one)
        places = (Place(self.across.deal(), Noun(*one)), Place(self.down.deal(), Noun(*two)))
        return Ask("count_two_relations", "count", Noun(*self.counted.deal(), places))

    def attribute_chain(self) -> Ask:
        """ "What color is the shape to the left of the circle above the red square?"."""
        middle = Noun(None, self.shape.deal(), (Place(self.direction.deal(), Noun(*self.pair.deal())),))
        place = Place(self.direction.deal(), middle)
        if self.form.deal():
            return Ask("attribute_chain", "color", Noun(None, None, (place,)))
        return Ask("attribute_chain", "shape", Noun(None, None, (place,)))

    def exist_relation(self) -> Ask:
        """ "Is there a circle to the left of the red square?"."""
        place = Place(self.direction.deal(), Noun(*self.pair.deal()))
        return Ask("exist_relation", "exist", Noun(*self.single.deal(), (place,)))


def make_pool(split: Split, size: int, seed: int) -> tuple[Ask, ...]:
    """So many questions with distinct texts. Raises `SceneError` where a kind has too few."""
    rng = Random(f"vpd scenes-1 pool {split} {seed}")  # noqa: S311  drawing lots, not secrecy
    seen = [pair for pair in all_pairs() if pair not in HELD_OUT]
    asker = Asker(HELD_OUT, all_pairs(), rng) if split is Split.UNSEEN_PAIRS else Asker(seen, seen, rng)
    pool: dict[str, Ask] = {}
    for kind, count in spread(SHARES[split], size, split).items():
        take(getattr(asker, kind), count, pool, kind)
    return tuple(pool.values())


def take(write: Callable[[], Ask], count: int, pool: dict[str, Ask], kind: str) -> None:
    """Add so many new texts to the pool."""
    wanted, tries = len(pool) + count, 0
    while len(pool) < wanted:
        ask = write()
        pool.setdefault(ask.text, ask)
        tries += 1
        if tries > 200 * (count + 5):
            message = f"there are fewer than {count} different questions of kind {kind}; ask for fewer texts"
            raise SceneError(message)


def spread(shares: dict[str, int], size: int, split: Split) -> dict[str, int]:
    """The size divided in proportion to the shares; whole numbers that add up to it."""
    whole = WHOLE.get(split, {})
    if sum(whole.values()) > size * 5 / 8:
        whole = {}
    rest = {kind: share for kind, share in shares.items() if kind not in whole}
    left, total = size - sum(whole.values()), sum(rest.values())
    counts = {kind: whole.get(kind, left * share // total if kind in rest else 0) for kind, share in shares.items()}
    by_remainder = sorted(rest, key=lambda kind: -(left * rest[kind] % total))
    for kind in by_remainder[: size - sum(counts.values())]:
        counts[kind] += 1
    return counts
