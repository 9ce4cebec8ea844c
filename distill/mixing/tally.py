"""Counts of a set's rows, taken as they are written."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vpd.distill.mixing.screen import Dropped
from vpd.distill.records import Teaches, TrainingExample

__all__ = ["Mixed", "Tally"]


@dataclass(slots=True)
class Tally:
    """What a set holds."""

    rows: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """By source, kind, split and what is taught."""
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    """By kind, of the short answers of the split train."""
    labels: Counter[str] = field(default_factory=Counter)
    """Where the short answers' targets come from."""
    data_sets: Counter[str] = field(default_factory=Counter)
    """Rows by data set and release."""
    images: set[str] = field(default_factory=set)
    taught: dict[str, set[Teaches]] = field(default_factory=dict)
    """By question of the set, what it teaches."""
    rationales: list[tuple[str, str, str]] = field(default_factory=list)
    """Source, question and trace of each rationale row, as the source names them."""
    characters: int = 0
    """Of all targets."""

    def add(self, example: TrainingExample) -> None:
        """Count one row."""
        held = example.provenance
        source = str(held.get("run", ""))
        self.rows[source, example.kind, example.split, example.teaches.value] += 1
        self.images.add(example.image.sha256)
        self.data_sets[str(held.get("data_set", ""))] += 1
        self.characters += len(example.messages[-1].content)
        if example.teaches is not Teaches.DESCRIPTION:
            # Answer and rationale of one question may come from two sources, under two ids.
            self.taught.setdefault(f"{example.image.sha256} {held.get('asked', example.question)}", set()).add(example.teaches)
        if example.teaches is Teaches.ANSWER:
            self.labels[str(held.get("label", "people"))] += 1
            if example.split == "train":
                self.answers.setdefault(example.kind, Counter())[str(held.get("answer", "")).strip().casefold()] += 1
        elif example.teaches is Teaches.RATIONALE:
            self.rationales.append((source, str(held.get("question", "")), str(held.get("trace", ""))))

    def by(self, *axes: str) -> dict[tuple[str, ...], int]:
        """Rows summed over all but these of `source`, `kind`, `split` and `teaches`, sorted."""
        places = [("source", "kind", "split", "teaches").index(axis) for axis in axes]
        found: Counter[tuple[str, ...]] = Counter()
        for key, count in self.rows.items():
            found[tuple(key[place] for place in places)] += count
        return dict(sorted(found.items()))

    @property
    def answer_only(self) -> int:
        """Questions that keep their label alone, since no trace was told."""
        return sum(taught == {Teaches.ANSWER} for taught in self.taught.values())

    def as_counts(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "rows": self.rows.total(),
            "questions": len(self.taught),
            "pictures": len(self.images),
            "answer only": self.answer_only,
            **{
                f"by {axis}": {key[0]: count for key, count in self.by(axis).items()}
                for axis in ("source", "split", "teaches", "kind")
            },
        }


@dataclass(frozen=True, slots=True)
class Mixed:
    """What became of a mixing."""

    folder: Path
    tally: Tally
    dropped: dict[str, Counter[Dropped]]
    """By the source's name, rows."""
    contradictions: int
    """Short answers that were dropped as said before, and said something else."""
    made: bool = True
    """Whether it was written now; else it was there, of the same settings and sources."""
