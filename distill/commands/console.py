"""What all commands share: how errors end them, and how progress is shown."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vpd.engine.characters import plain_text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "ended_by", "following", "following_lessons", "results", "say"]

WIDE = 120
"""Columns of a table that goes to a file or a pipe, unless COLUMNS says otherwise."""
INTERRUPTED = 130
"""The exit code that typer makes of Ctrl-C."""


def console() -> "Console":
    """The terminal's error stream: progress and notices go there, results to standard output."""
    from rich.console import Console  # rich loads with the first command that shows something, not with --help

    return Console(stderr=True, highlight=False)


def results() -> "Console":
    """Standard output, for tables: as wide as the terminal or COLUMNS says, or as a page of text where neither does."""
    from rich.console import Console  # as above

    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE)


def say(text: str) -> None:
    """One line of notice."""
    console().print(plain_text(text), markup=False)


def ended_by(run: Callable[[], object]) -> int:
    """Run a command and give its exit code: 0 done, 1 an error said in one line, 130 interrupted."""
    try:
        run()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            sys.stderr.write("vpd: interrupted; what was written stays, the next run goes on from there\n")
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        return 0
    except Exception as error:
        from vpd.tools.errors import VpdError  # the tools' package is too much for --help

        if isinstance(error, VpdError):
            sys.stderr.write(f"vpd: {plain_text(error)}\n")
        elif isinstance(error, OSError):
            sys.stderr.write(f"vpd: {error.filename or 'the system'}: {error.strerror or error}\n")
        else:
            raise
        return 1
    return 0


@contextmanager
def following(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """A progress bar with rate, ETA and outcome counts; the function it gives takes each item's outcome."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counts: Counter[str] = Counter()
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[outcomes]}"),
    )
    screen = console()
    with Progress(*columns, console=screen, transient=False, disable=not screen.is_terminal) as bar:
        task = bar.add_task(title, total=total, rate="", outcomes="")

        def advance(outcome: str) -> None:
            counts[outcome] += 1
            speed = bar.tasks[task].speed
            shown = " ".join(f"{name} {count}" for name, count in counts.most_common(5) if name)
            bar.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "", outcomes=shown)

        yield advance
    if not screen.is_terminal:
        shown = " ".join(f"{name} {count}" for name, count in counts.most_common() if name)
        say(f"{title}: {counts.total()} done {shown}".rstrip())


@contextmanager
def following_lessons() -> Iterator[Callable[[str, int, int, float | None], None]]:
    """One progress bar for each student as it is taught and tested; bars come up as lessons are heard of."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    screen = console()
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as shown:

        def tell(name: str, done: int, total: int, loss: float | None) -> None:
            if name not in bars:
                bars[name] = shown.add_task(name, total=total, loss="")
                if not screen.is_terminal:
                    say(f"{name}: {total} to do")
            shown.update(bars[name], completed=done, loss="" if loss is None else f"loss {loss:.3f}")

        yield tell
