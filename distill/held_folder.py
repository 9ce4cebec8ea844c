"""A folder in which one process at a time works."""

from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from filelock import FileLock, Timeout

from vpd.distill.errors import RunBusy

__all__ = ["HeldFolder"]


class HeldFolder:
    """Held inside a `with` statement. Raises `RunBusy` there while another process holds it."""

    instead: ClassVar[str]
    """What to do rather than wait."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / ".lock", timeout=0)

    def __enter__(self) -> Self:
        try:
            self._lock.acquire()
        except Timeout:
            message = f"{self.path} is in use by another process; wait for it or {self.instead}"
            raise RunBusy(message) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()
