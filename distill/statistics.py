"""How sure a number is: intervals for shares, for paired differences and for means over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

__all__ = [
    "Difference",
    "Estimate",
    "SeedMean",
    "effective_count",
    "exact_mcnemar",
    "mean_over_seeds",
    "paired_difference",
    "paired_over_seeds",
    "paired_rise",
    "student_quantile",
    "wilson",
]

BOOTSTRAP_ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number between two bounds."""

    value: float
    low: float
    high: float
    count: int
    """How many things it was measured on."""

    @property
    def holds_zero(self) -> bool:
        """Whether nothing at all is among the values that are not ruled out."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more often the first is right than the second, on the same questions."""

    estimate: Estimate
    """First minus second, as a share of the questions, in -1..1."""
    only_first: int
    """Questions that the first alone got right."""
    only_second: int
    p: float
    """Exact McNemar, two-sided."""

    @property
    def effect(self) -> float | None:
        """Cohen's g, in -0.5..0.5: of the questions on which they differ, the share that the first won, less a half.

        Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), chapter 5: 0.05 is small, 0.15 medium, 0.25 large.
        None where they never differ.
        """
        differing = self.only_first + self.only_second
        return self.only_first / differing - 0.5 if differing else None


@dataclass(frozen=True, slots=True)
class SeedMean:
    """The mean of a difference over seeds, and how sure it is that it is not nothing."""

    estimate: Estimate
    """With Student's t interval; `count` is the number of seeds."""
    effect: float | None
    """Cohen's d of paired differences: the mean in standard deviations of the seeds (the same book, chapter 2). None where all
    seeds agree to the last place."""
    p: float
    """Paired t test, two-sided."""


def wilson(share: float, count: float, level: float = 0.95) -> Estimate:
    """Score interval of a share in 0..1 that was measured on `count` independent things; 0..1 where there are none.

    Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if count <= 0:
        return Estimate(share, 0.0, 1.0, 0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    weight = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / weight
    half = z / weight * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Estimate(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)), round(count))


def effective_count(groups: Sequence[str]) -> float:
    """How many independent things a sample is worth whose members of one group all say the same.

    Kish, Survey Sampling (1965), section 8.2, at its most cautious: full likeness within a group.
    """
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    return len(groups) ** 2 / sum(size * size for size in sizes.values()) if groups else 0.0


def exact_mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p that both are right equally often, from the questions on which they differ; 1 where they never do.

    McNemar, Note on the sampling error of the difference between correlated proportions (1947), with the exact binomial.
    """
    differing = only_first + only_second
    tail = sum(math.comb(differing, k) for k in range(min(only_first, only_second) + 1))
    return float(min(1.0, 2 * tail / 2**differing))


def paired_difference(first: Sequence[bool], second: Sequence[bool], groups: Sequence[str], *, seed: int = 0) -> Difference:
    """First minus second on the same questions in the same order; `groups` names each question's picture."""
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    rises = [float(a) - float(b) for a, b in zip(first, second, strict=True)]
    return Difference(paired_rise(rises, groups, seed=seed), only_first, only_second, exact_mcnemar(only_first, only_second))


def paired_rise(rises: Sequence[float], groups: Sequence[str], *, seed: int = 0, level: float = 0.95) -> Estimate:
    """Mean of differences with a percentile interval; whole groups are drawn again, since their members are alike.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. Without width where all differences are equal.
    """
    import numpy as np  # takes longer to load than the rest of this package

    if not rises:
        return Estimate(0.0, 0.0, 0.0, 0)
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    members = np.array([places[group] for group in groups])
    sums = np.bincount(members, weights=np.asarray(rises), minlength=len(places)).round(9)
    sizes = np.bincount(members, minlength=len(places))
    # Groups of the same sum and size are the same to a mean, so it is enough to draw how many there are of each sort.
    sorts, counts = np.unique(np.stack([sums, sizes], axis=1), axis=0, return_counts=True)
    times = np.random.default_rng(seed).multinomial(len(places), counts / len(places), size=BOOTSTRAP_ROUNDS)
    means = (times @ sorts[:, 0]) / (times @ sorts[:, 1])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(fmean(rises), float(low), float(high), len(rises))


def mean_over_seeds(values: Sequence[float], level: float = 0.95) -> Estimate | None:
    """Mean with Student's t interval, the seeds being the sample; None under two seeds, where nothing is known of their spread.

    Student, The probable error of a mean (1908).
    """
    if len(values) < 2:
        return None
    mean = fmean(values)
    half = student_quantile((1 + level) / 2, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return Estimate(mean, mean - half, mean + half, len(values))


def paired_over_seeds(differences: Sequence[float]) -> SeedMean | None:
    """Mean, interval, effect and paired t test of one difference for each seed; None under two seeds."""
    estimate = mean_over_seeds(differences)
    if estimate is None:
        return None
    spread = stdev(differences)
    if spread == 0:
        return SeedMean(estimate, None, 1.0 if estimate.value == 0 else 0.0)
    effect = estimate.value / spread
    t = abs(effect) * math.sqrt(len(differences))
    return SeedMean(estimate, effect, 2 * (1 - student_below(t, len(differences) - 1)))


def student_quantile(probability: float, freedom: int) -> float:
    """The t that a share `probability` (over 0.5) of Student's distribution lies below; `freedom` is a whole number."""
    low, high = 0.0, 1.0
    while student_below(high, freedom) < probability:
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_below(middle, freedom) < probability else (low, middle)
    return (low + high) / 2


def student_below(t: float, freedom: int) -> float:
    """Share of Student's distribution below t >= 0: the finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    inside = 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
    return (1 + inside) / 2
