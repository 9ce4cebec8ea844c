"""What one check says of one trace."""

from vpd.distill.records import State

__all__ = ["Found"]

Found = tuple[State, float]
"""The state, and the number that the check went by, whose meaning the check tells."""
