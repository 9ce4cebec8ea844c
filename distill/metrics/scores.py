"""What a metric gives, with the variant it is named by and the questions it counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from vpd.distill.errors import MetricError
from vpd.engine.record import Record
from vpd.engine.records import Question

__all__ = ["Found", "Pair", "Scores", "Share", "mean", "said_text", "shares"]


class Share(Record):
    """A mean over the questions of a group."""

    value: float
    count: int
    """How many questions it is of."""


class Scores(Record):
    """A metric of one benchmark's questions."""

    ASKED: ClassVar = ("benchmark", "variant")

    benchmark: str
    variant: str
    """Which of the scorers in use, as `METRICS` names it."""
    unit: str
    """`percent`, 0 to 100, or `share`, 0 to 1, as the official code gives it; what is neither says so in its name."""
    headline: str
    """The name of the value that papers report."""
    values: dict[str, float | None]
    """None where the questions do not say what the value needs, or where nothing is left to divide by."""
    groups: dict[str, dict[str, Share]] = {}
    """By what the questions are grouped by, then by group."""
    asked: int
    """Questions that the metric was taken over."""
    missing: int = 0
    """Those without a prediction, counted as wrong."""
    unanswered: int = 0
    """Questions left out since nobody knows their answer."""


class Pair(NamedTuple):
    """A question and what was predicted."""

    question: Question
    said: Any
    """Text as a rule; None where there is no prediction."""

    def detail(self, name: str) -> Any:
        """What the data set says under a name. Raises `MetricError` that names question and detail."""
        if name not in self.question.details:
            message = f"question {self.question.key} of {self.question.source} lacks {name!r}, which the metric needs"
            raise MetricError(message)
        return self.question.details[name]


@dataclass(frozen=True)
class Found:
    """What a metric's function found; the table adds what it is called."""

    headline: str
    values: dict[str, float | None]
    groups: dict[str, dict[str, Share]] = field(default_factory=dict)


def mean(scores: Sequence[float], scale: float = 1.0, after: float = 1.0) -> float | None:
    """The mean, scaled before or after the division as the official code does it, so that no digit differs; None of nothing."""
    return scale * float(sum(scores)) / len(scores) * after if scores else None


def shares(
    scored: Iterable[tuple[str, float]], scale: float = 1.0, after: float = 1.0, *, digits: int | None = None
) -> dict[str, Share]:
    """The mean of each group, scaled as `mean` does, in the order of the groups' names."""
    found: dict[str, list[float]] = {}
    for group, score in scored:
        found.setdefault(group, []).append(score)
    means = {group: (scale * float(sum(each)) / len(each) * after, len(each)) for group, each in sorted(found.items())}
    return {group: Share(value=value if digits is None else round(value, digits), count=n) for group, (value, n) in means.items()}


def said_text(said: Any) -> str:
    """A prediction as text; nothing is the empty text, which no label is. Raises `MetricError` for what is no single value."""
    if isinstance(said, str):
        return said
    if said is None:
        return ""
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, int | float):
        return str(said)
    message = f"a prediction is a text or a number here, got {type(said).__name__}"
    raise MetricError(message)
