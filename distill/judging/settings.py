"""What the rules leave open: how near is near enough."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["JudgeSettings"]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Thresholds of the rules; one that differs from its default stands in the rule's name, so its verdicts are apart."""

    soft_right: float = 0.5
    """Least VQA soft accuracy, in 0..1, that is right. 0.5 asks for two of ten people: one gives 0.3, two 0.6, three 0.9."""
    number_tolerance: Decimal = Decimal(0)
    """How far a number may be from its label, in the label's own unit, at least 0."""
    number_relative: Decimal = Decimal(0)
    """How far a number may be from its label as a share of the label, at least 0; the wider of the two holds."""
    box_overlap: float = 0.5
    """Least intersection over union with a label, in 0..1."""

    def __post_init__(self) -> None:
        for name in ("soft_right", "box_overlap"):
            if not 0 < getattr(self, name) <= 1:
                message = f"{name} lies above 0 and up to 1, got {getattr(self, name)}"
                raise ValueError(message)
        if not (self.number_tolerance >= 0 and self.number_relative >= 0):
            message = f"a tolerance is at least 0, got {self.number_tolerance} and {self.number_relative}"
            raise ValueError(message)
