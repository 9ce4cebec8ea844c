"""Downloads shown: a bar with bytes, rate and ETA for each file, or plain lines where no terminal is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vpd.distill.commands.console import console
from vpd.tools.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

__all__ = ["following_downloads"]

TENTHS = 10
"""Lines a file, where no terminal is."""


class ShownDownloads(Progress):
    """Shows nothing until the first byte moves, so it can stand around work that seldom downloads."""

    def __init__(self) -> None:
        self._screen = console()
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}

    def moved(self, file: str, done: int, size: int) -> None:
        """Move the file's bar."""
        if not self._screen.is_terminal:
            tenth = done * TENTHS // size
            if tenth > self._tenths.get(file, 0):
                self._tenths[file] = tenth
                self._screen.print(f"{file}: {done:,} of {size:,} bytes", markup=False, soft_wrap=True)
            return
        bars = self._opened()
        if file not in self._tasks:
            self._tasks[file] = bars.add_task(file, total=size)
        bars.update(self._tasks[file], completed=done)

    def said(self, line: str) -> None:
        """Print the line above the bars."""
        self._screen.print(line, markup=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the bars as they are."""
        if self._bars is not None:
            self._bars.stop()

    def _opened(self) -> "Bars":
        if self._bars is None:
            # rich's bars load with the first byte, not with --help
            from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
            from rich.progress import Progress as Bars

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
            )
            self._bars = Bars(*columns, console=self._screen)
            self._bars.start()
        return self._bars


@contextmanager
def following_downloads() -> Iterator[Progress]:
    """What to hand to whoever may fetch weights."""
    shown = ShownDownloads()
    try:
        yield shown
    finally:
        shown.close()
