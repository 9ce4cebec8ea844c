"""What a student is taught from a mixed set, and the set's folder as the place where the student is kept."""

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from vpd.distill.errors import RunBusy, RunError
from vpd.distill.mixing.training_set import TRAIN, open_examples
from vpd.distill.records import Teaches, TrainingExample

__all__ = ["SetDirectory", "taught_by"]


class SetDirectory:
    """A set in which one process at a time teaches. Use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        """Raises `RunError` where the set is not as it was written."""
        self.path, self.held = path, open_examples(path)
        self._lock = FileLock(path / ".lock", timeout=0)

    def __enter__(self) -> Self:
        try:
            self._lock.acquire()
        except Timeout:
            message = f"{self.path} is in use by another process; wait for it or mix another set"
            raise RunBusy(message) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()


def taught_by(place: SetDirectory, learns: str) -> list[TrainingExample]:
    """The rows of the split train: all of them for the distilled student, the short answers for the control.

    Raises `RunError` for any other student: which traces are told was settled when the set's runs were built.
    """
    if learns not in ("distilled", "control"):
        message = f"a set teaches the distilled student or the control, not {learns!r}; mix one from runs that were built so"
        raise RunError(message)
    rows = (row for row in place.held.examples() if row.split == TRAIN)
    return [row for row in rows if learns == "distilled" or row.teaches is Teaches.ANSWER]
