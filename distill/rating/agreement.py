"""How far raters agree beyond chance: Cohen's kappa for two, Fleiss's for any number."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

__all__ = ["cohen_kappa", "fleiss_kappa"]

NOTHING = float("nan")


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Of two raters' categories for the same items in the same order, -1..1; NaN without items or where chance explains all.

    Cohen, A coefficient of agreement for nominal scales (1960).
    """
    if len(first) != len(second):
        message = f"two raters rate the same items, got {len(first)} and {len(second)}"
        raise ValueError(message)
    if not first:
        return NOTHING
    count = len(first)
    agreed = sum(one == other for one, other in zip(first, second, strict=True)) / count
    ones, others = Counter(first), Counter(second)
    chance = sum(ones[category] * others[category] for category in ones) / count**2
    return (agreed - chance) / (1 - chance) if chance < 1 else NOTHING


def fleiss_kappa(items: Sequence[Mapping[str, int]]) -> float:
    """Of each item's number of ratings by category, the same number of ratings for all and at least two.

    NaN without items or where chance explains all. Fleiss, Measuring nominal scale agreement among many raters (1971).
    """
    if not items:
        return NOTHING
    raters = {sum(item.values()) for item in items}
    if len(raters) != 1 or min(raters) < 2:
        message = f"all items need the same number of ratings, at least two, got {sorted(raters)}"
        raise ValueError(message)
    each = raters.pop()
    totals: Counter[str] = Counter()
    for item in items:
        totals.update(item)
    agreed = sum(sum(number * (number - 1) for number in item.values()) / (each * (each - 1)) for item in items) / len(items)
    chance = sum((number / (each * len(items))) ** 2 for number in totals.values())
    return (agreed - chance) / (1 - chance) if chance < 1 else NOTHING
