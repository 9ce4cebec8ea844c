"""What a rule finds."""

from typing import NamedTuple

__all__ = ["Judged"]


class Judged(NamedTuple):
    """One answer against the labels."""

    rule: str
    """Name and version, with the settings that differ from the defaults."""
    read: str | None
    """The answer as the rule read it."""
    right: bool | None
    """None where the rule cannot tell."""
    score: float
    """In 0..1; 1 is right."""
