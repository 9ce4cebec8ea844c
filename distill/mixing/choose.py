"""Balance, weights and limit: which questions stay, by a rank that depends on seed, picture and text alone.

Ranks are digests, so the choice does not depend on the order of reading, and more data does not reshuffle what was there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from statistics import median_low

from vpd.distill.errors import RunError
from vpd.distill.mixing.screen import Asking, Dropped
from vpd.distill.mixing.settings import Balance, MixSettings

__all__ = ["choose", "in_order", "is_validation"]


def choose(askings: Sequence[Asking], settings: MixSettings) -> tuple[list[Asking], dict[int, Counter[Dropped]]]:
    """The questions of the set, and by source the rows that each reason cost.

    Raises `RunError` where a weighted source is empty.
    """
    by_source: dict[int, list[Asking]] = {number: [] for number in range(len(settings.sources))}
    for asking in askings:
        by_source[asking.source].append(asking)
    dropped: dict[int, Counter[Dropped]] = {number: Counter() for number in by_source}

    def keep(number: int, kept: list[Asking], reason: Dropped) -> None:
        staying = {id(asking) for asking in kept}
        dropped[number][reason] += sum(len(asking.rows) for asking in by_source[number] if id(asking) not in staying)
        by_source[number] = kept

    for number, there in list(by_source.items()):
        keep(number, balanced(there, settings.balance, settings.seed), Dropped.BALANCE)
    if settings.sources[0].weight is not None:
        for number, count in weighted_counts([len(each) for each in by_source.values()], settings).items():
            keep(number, first(by_source[number], count, settings.seed), Dropped.WEIGHT)
    elif settings.most is not None:
        staying = {
            id(asking) for asking in first([one for each in by_source.values() for one in each], settings.most, settings.seed)
        }
        for number, there in list(by_source.items()):
            keep(number, [asking for asking in there if id(asking) in staying], Dropped.MOST)
    return [asking for each in by_source.values() for asking in each], dropped


def balanced(askings: list[Asking], balance: Balance, seed: int) -> list[Asking]:
    """One source's questions under a rule of balance."""
    if balance in (Balance.ANSWER, Balance.BOTH):
        askings = [one for group in grouped(askings, "kind").values() for one in by_answer(group, seed)]
    if balance in (Balance.KIND, Balance.BOTH):
        kinds = grouped(askings, "kind")
        limit = median_low([len(group) for group in kinds.values()]) if kinds else 0
        askings = [one for group in kinds.values() for one in first(group, limit, seed)]
    return askings


def by_answer(askings: list[Asking], seed: int) -> list[Asking]:
    """One kind's questions, the most frequent answer cut to the second; all of them where there is one answer only."""
    answers = grouped(askings, "answer")
    if len(answers) < 2:
        return askings
    limit = sorted(len(group) for group in answers.values())[-2]
    return [one for group in answers.values() for one in first(group, limit, seed)]


def grouped(askings: Iterable[Asking], name: str) -> dict[str, list[Asking]]:
    """Questions by their kind or answer, in the order in which each is first met."""
    found: dict[str, list[Asking]] = defaultdict(list)
    for asking in askings:
        found[str(getattr(asking, name))].append(asking)
    return found


def weighted_counts(there: Sequence[int], settings: MixSettings) -> dict[int, int]:
    """How many questions of each source: as many as its share allows with no question twice, by largest remainders."""
    weights = [Fraction(str(source.weight)) for source in settings.sources]
    shares = [weight / sum(weights) for weight in weights]
    for source, count in zip(settings.sources, there):
        if not count:
            message = f"{source.path} has no question left to weigh; leave it out, or look at what its rows were dropped for"
            raise RunError(message)
    total = min(int(count / share) for count, share in zip(there, shares))
    total = min(total, settings.most or total)
    counts = [int(total * share) for share in shares]
    rest = sorted(range(len(shares)), key=lambda number: (counts[number] - total * shares[number], number))
    for number in rest[: total - sum(counts)]:
        counts[number] += 1
    return dict(enumerate(counts))


def first(askings: list[Asking], count: int, seed: int) -> list[Asking]:
    """So many questions of the lowest rank, in the order in which they came."""
    if len(askings) <= count:
        return askings
    staying = {id(asking) for asking in sorted(askings, key=lambda one: rank(seed, one.image, one.asked))[:count]}
    return [asking for asking in askings if id(asking) in staying]


def in_order(askings: Iterable[Asking], seed: int) -> list[Asking]:
    """Pictures in a random order that the seed fixes, the questions of one picture side by side as they came."""
    return sorted(askings, key=lambda one: rank(seed, "order", one.image))


def is_validation(image: str, settings: MixSettings) -> bool:
    """Whether a picture's rows are set aside; all rows of a picture go the same way."""
    return int(rank(settings.seed, "validation", image)[:13], 16) < settings.validation * 16**13


def rank(seed: int, *what: str) -> str:
    """Where something stands in the order that a seed gives."""
    return sha256("\n".join((f"vpd-mix {seed}", *what)).encode()).hexdigest()
