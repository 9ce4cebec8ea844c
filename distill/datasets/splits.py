"""A picture belongs to one split: whether that holds is looked up by content, over all data sets that are mixed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vpd.distill.datasets.errors import SplitsStraddle
from vpd.engine.records import Question

__all__ = ["SplitWatch", "Straddler", "check_splits"]


@dataclass(frozen=True, slots=True)
class Straddler:
    """A picture in several splits."""

    sha256: str
    splits: tuple[str, ...]
    keys: tuple[str, ...]
    """The first question of each split, by data set and key."""


@dataclass(slots=True)
class SplitWatch:
    """Looks at questions as they come; holds a digest, a split and a name for each picture."""

    places: dict[str, dict[str, str]] = field(default_factory=dict)
    """By digest: split to the first question in it."""

    def add(self, question: Question) -> bool:
        """Whether the question's picture has been in no other split so far."""
        splits = self.places.setdefault(question.image.sha256, {})
        splits.setdefault(question.split, f"{question.source} {question.key}")
        return len(splits) == 1

    def clashes(self, question: Question) -> str | None:
        """The question of another split that has the same picture; the question is not added."""
        splits = self.places.get(question.image.sha256, {})
        return next((f"{name} ({split})" for split, name in splits.items() if split != question.split), None)

    def straddlers(self) -> Iterator[Straddler]:
        """The pictures in several splits, in the order in which they first came."""
        for digest, splits in self.places.items():
            if len(splits) > 1:
                yield Straddler(digest, tuple(splits), tuple(splits.values()))


def check_splits(questions: Iterable[Question]) -> None:
    """Raise `SplitsStraddle` where a picture stands in two splits; the message names the first and counts the others."""
    watch = SplitWatch()
    for question in questions:
        watch.add(question)
    found = list(watch.straddlers())
    if found:
        first = found[0]
        pairs = " and ".join(f"{split} ({key})" for split, key in zip(first.splits, first.keys, strict=True))
        message = f"{len(found)} pictures stand in several splits; the first, {first.sha256[:12]}, in {pairs}"
        raise SplitsStraddle(message)
