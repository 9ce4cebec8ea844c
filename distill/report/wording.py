"""How a report writes shares, differences, times and names."""

from vpd.distill.statistics import Estimate
from vpd.distill.yields import ALL_KINDS

__all__ = ["figure", "interval", "kind_name", "percent", "plain_name", "points", "seconds", "signed"]


def percent(share: float) -> str:
    """A share of 0..1 in percent, without the sign."""
    return f"{100 * share:.1f}"


def signed(difference: float) -> str:
    """A difference of shares in points, with a proper minus."""
    shown = f"{100 * difference:+.1f}"
    return "+0.0" if shown == "-0.0" else shown.replace("-", "−")


def interval(estimate: Estimate) -> str:
    """The bounds of a difference, in points."""
    return f"{signed(estimate.low)} to {signed(estimate.high)}"


def points(estimate: Estimate) -> str:
    """A difference with its interval, in points."""
    return f"{signed(estimate.value)} ({interval(estimate)})"


def seconds(value: float) -> str:
    """A time in the unit that fits it."""
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def figure(times: float) -> str:
    """A ratio, with a place after the point where it is small."""
    return f"{times:,.0f}" if times >= 10 else f"{times:.1f}"


def kind_name(kind: str) -> str:
    """The name of a kind, or of all kinds together."""
    return "all kinds" if kind == ALL_KINDS else plain_name(kind)


def plain_name(name: str) -> str:
    """The name of a split or of a kind as a reader says it."""
    return name.replace("_", " ")
