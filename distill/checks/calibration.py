"""From the share of a vote to the probability of being right, learnt where labels are known: isotonic regression."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from vpd.distill.errors import RunError
from vpd.engine.record import sha256_of

__all__ = ["Calibration", "fit", "isotonic", "read_calibration"]


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence that is nearest to `values` in weighted squares; weights are above 0.

    By pooling adjacent violators: Ayer, Brunk, Ewing, Reid and Silverman, An empirical distribution function for sampling with
    incomplete information (1955).
    """
    blocks: list[tuple[float, float, int]] = []
    """Of values that share one level: their mean, their weight, their number."""
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = float(value), float(weight), 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = total + heavy, count + many
        blocks.append((mean, total, count))
    return [mean for mean, _, count in blocks for _ in range(count)]


class Calibration(BaseModel):
    """A rising curve from a vote's share to how often votes of that share were right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shares: tuple[float, ...]
    """Rising, each in 0..1."""
    chances: tuple[float, ...]
    """Of each share, the probability of being right; never falling, each in 0..1."""
    questions: int
    """Labelled questions behind the curve."""

    @model_validator(mode="after")
    def _is_a_curve(self) -> "Calibration":
        if not self.shares or len(self.shares) != len(self.chances):
            message = "a calibration has at least one share, and a chance for each"
            raise ValueError(message)
        if any(not 0 <= each <= 1 for each in (*self.shares, *self.chances)):
            message = "shares and chances lie in 0..1"
            raise ValueError(message)
        if sorted(set(self.shares)) != list(self.shares) or sorted(self.chances) != list(self.chances):
            message = "shares rise and chances do not fall"
            raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """Eight hex digits of the curve, as findings name it."""
        return sha256_of([self.shares, self.chances])[:8]

    def chance(self, share: float) -> float:
        """The probability of being right at a share: between two known shares on a straight line, beyond them the nearest's."""
        place = bisect_left(self.shares, share)
        if place == 0:
            return self.chances[0]
        if place == len(self.shares):
            return self.chances[-1]
        (left, right), (low, high) = self.shares[place - 1 : place + 1], self.chances[place - 1 : place + 1]
        return min(high, max(low, low + (high - low) * ((share - left) / (right - left))))


def fit(told: Iterable[tuple[float, bool]]) -> Calibration:
    """The curve through pairs of a share and whether the vote was right. Raises `RunError` where there is none."""
    rows = sorted(told)
    groups = [(share, [right for _, right in pairs]) for share, pairs in groupby(rows, key=lambda pair: pair[0])]
    if not groups:
        message = "there is nothing to calibrate by: no question has both a label and a vote"
        raise RunError(message)
    counts = [len(rights) for _, rights in groups]
    levels = isotonic([sum(rights) / len(rights) for _, rights in groups], counts)
    chances = tuple(min(1.0, max(0.0, level)) for level in levels)
    return Calibration(shares=tuple(share for share, _ in groups), chances=chances, questions=len(rows))


def read_calibration(path: Path) -> Calibration:
    """The curve that `vpd check --calibrate` wrote. Raises `RunError` that names the file."""
    try:
        return Calibration(**json.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error})"
        raise RunError(message) from error
    except (ValidationError, ValueError, TypeError) as error:
        said = str(error).splitlines()
        why = said[2].strip() if isinstance(error, ValidationError) else said[0]
        message = f"{path} is no calibration ({why}); vpd check RUN --calibrate FILE writes one"
        raise RunError(message) from error
