"""What a student is taught from a mixed set, and the set's folder as the place where the student is kept."""

from pathlib import Path

from vpd.distill.errors import RunError
from vpd.distill.held_folder import HeldFolder
from vpd.distill.mixing.training_set import TRAIN, open_examples
from vpd.distill.records import Teaches, TrainingExample

__all__ = ["SetDirectory", "taught_by"]


class SetDirectory(HeldFolder):
    """A set in which one process at a time teaches. Use it in a `with` statement."""

    instead = "mix another set"

    def __init__(self, path: Path) -> None:
        """Raises `RunError` where the set is not as it was written."""
        self.held = open_examples(path)
        super().__init__(path)


def taught_by(place: SetDirectory, learns: str) -> list[TrainingExample]:
    """The rows of the split train: all of them for the distilled student, the short answers for the control.

    Raises `RunError` for any other student: which traces are told was settled when the set's runs were built.
    """
    if learns not in ("distilled", "control"):
        message = f"a set teaches the distilled student or the control, not {learns!r}; mix one from runs that were built so"
        raise RunError(message)
    rows = (row for row in place.held.examples() if row.split == TRAIN)
    return [row for row in rows if learns == "distilled" or row.teaches is Teaches.ANSWER]
