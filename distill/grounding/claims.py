"""What a rationale claims, piece by piece, and what each piece rests on."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Claim", "Grounding", "Kind"]


class Kind(StrEnum):
    """What a claim is about."""

    NUMBER = "number"
    PLACE = "place"
    NAME = "name"
    ATTRIBUTE = "attribute"
    RELATION = "relation"
    EXISTENCE = "existence"
    QUOTE = "quote"
    ANSWER = "answer"


@dataclass(frozen=True)
class Claim:
    """One claim of a rationale."""

    kind: Kind
    text: str
    """As the rationale has it."""
    start: int
    end: int
    """Where it stands in the rationale, in characters."""
    source: str | None
    """What it rests on: a call, a step, the question, boxes worked out again; None where nothing was found."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass(frozen=True)
class Grounding:
    """A rationale's claims, in the order in which they were looked at."""

    claims: tuple[Claim, ...]

    @property
    def unfounded(self) -> tuple[Claim, ...]:
        """Those that nothing in the trace or the question bears out."""
        return tuple(claim for claim in self.claims if claim.source is None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The unfounded ones as a `Rationale` holds them."""
        return tuple(dict.fromkeys(str(claim) for claim in self.unfounded))
