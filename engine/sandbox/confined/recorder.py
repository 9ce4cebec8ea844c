"""What a program did between calls, noted by the hooks of `tracing`, flattened and under a budget; and what it printed."""

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from vpd.engine.sandbox.confined.plain import Flattener, TooLarge
from vpd.engine.sandbox.confined.tracing import Site
from vpd.engine.sandbox.confined.wire import StepNote

__all__ = ["Breach", "Printer", "Recorder"]

MOST_PER_SITE = 20
"""Notes of one place; later ones are left out."""
SHOWN_ITEMS = 8
"""Items of a list that a note shows, and of those that passed a test."""
NOTE_PARTS, NOTE_CHARACTERS = 120, 4_000
"""Of the values in one note."""
WAITING = 48_000
"""Characters of all notes that wait to be sent, a part counted as ten."""

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda item, row: item in row, "not in": lambda item, row: item not in row,
    "is": operator.is_, "is not": operator.is_not,
}  # fmt: skip


class Breach(BaseException):
    """A limit that the child itself counts; a program cannot catch it."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind, self.message = kind, message
        super().__init__(message)


class Tally:
    """One run of a comprehension."""

    __slots__ = ("item", "items", "kept", "of", "passed")

    def __init__(self) -> None:
        self.of = self.kept = 0
        self.passed: list[int] = []
        self.items: list[Any] = []
        self.item: Any = None


class Recorder:
    """The hooks, with what they noted since the last call."""

    def __init__(self, sites: list[Site], most: int) -> None:
        self.sites = sites
        self.left = most
        self.notes: list[StepNote] = []
        self.waiting = 0
        self.seen = [0] * len(sites)
        self.rounds: dict[int, int] = {}
        self.tallies: dict[int, Tally] = {}
        self.compared: dict[int, dict[str, Any]] = {}
        self.returned: Any = None
        self.called = False
        """Whether the program called its own `execute_command`."""

    def hooks(self) -> dict[str, Any]:
        """Under the names that only the rewriting can write."""
        return {
            " bind": self.bind, " give": self.give, " test": self.test, " compare": self.compare, " loop": self.loop,
            " round": self.round, " ended": self.ended, " sift": self.sift, " keep": self.keep, " main": self.main,
        }  # fmt: skip

    def take(self) -> list[StepNote]:
        """The notes since last time."""
        notes, self.notes = self.notes, []
        self.waiting = 0
        return notes

    def note(self, number: int, names: dict[str, Any]) -> None:
        """Keep one step, if there is room for it."""
        if self.left <= 0 or self.seen[number] >= MOST_PER_SITE:
            return
        self.left -= 1
        self.seen[number] += 1
        site = self.sites[number]
        flattener = Flattener(NOTE_PARTS, 4, NOTE_CHARACTERS, cut=SHOWN_ITEMS * 3)
        made = {}
        for name, value in names.items():
            try:
                made[name] = flattener.flat(value)
            except TooLarge:
                made[name] = "…"
        used = NOTE_CHARACTERS - max(flattener.size, 0) + 10 * (NOTE_PARTS - max(flattener.nodes, 0))
        self.waiting += used + len(site.source) + sum(map(len, made))
        if self.waiting > WAITING:
            return
        self.notes.append(StepNote(site.line, site.kind, made, site.source))  # type: ignore[arg-type]  # sites of comparisons are never noted

    def bind(self, number: int, value: Any) -> Any:
        """A value gets a name, or several."""
        if self.left > 0 and self.seen[number] < MOST_PER_SITE:
            names = self.sites[number].names
            if len(names) == 1:
                self.note(number, {names[0]: value})
            elif type(value) in (list, tuple) and len(value) == len(names):
                self.note(number, dict(zip(names, value)))
            else:
                self.note(number, {", ".join(names)[:200]: value})
        return value

    def give(self, number: int, value: Any) -> Any:
        """A value is returned."""
        self.note(number, {"value": value})
        return value

    def test(self, number: int, value: Any) -> bool:
        """A branch is taken or not."""
        taken = bool(value)
        values = self.compared.pop(number, None)
        if self.left > 0:
            self.note(number, {"taken": taken} if values is None else {"taken": taken, "values": values})
        return taken

    def compare(self, number: int, left: Any, right: Any) -> Any:
        """Both sides of a comparison that a test is made of."""
        site = self.sites[number]
        if self.left > 0:
            shown = self.compared.setdefault(site.parent, {})
            for name, value in zip(site.names, (left, right)):
                if name:
                    shown[name] = value
        return COMPARE[site.operator](left, right)

    def loop(self, number: int, row: Iterable[Any]) -> Iterable[Any]:
        """A `for` loop begins."""
        return self.counted(number, row) if self.left > 0 else row

    def counted(self, number: int, row: Iterable[Any]) -> Iterator[Any]:
        """The same items, counted; noted when the loop is left, however it is left."""
        rounds = 0
        try:
            for item in row:
                rounds += 1
                yield item
        finally:
            self.note(number, {"rounds": rounds})

    def round(self, number: int, value: Any) -> Any:
        """A `while` loop asks whether to go on."""
        self.rounds[number] = self.rounds.get(number, 0) + (1 if value else 0)
        return value

    def ended(self, number: int) -> None:
        """A `while` loop has ended."""
        self.note(number, {"rounds": self.rounds.pop(number, 0)})

    def sift(self, number: int, row: Iterable[Any]) -> Iterable[Any]:
        """A comprehension with a condition begins."""
        return self.sifted(number, row) if self.left > 0 else row

    def sifted(self, number: int, row: Iterable[Any]) -> Iterator[Any]:
        """The same items, with a tally of those that pass."""
        tally, around = Tally(), self.tallies.get(number)
        try:
            for item in row:
                tally.of += 1
                tally.item = item
                self.tallies[number] = tally
                yield item
        finally:
            if around is None:
                self.tallies.pop(number, None)
            else:  # the condition called the function that the comprehension stands in
                self.tallies[number] = around
            names = {
                "test": self.sites[number].names[0],
                "kept": tally.kept,
                "of": tally.of,
                "passed": tally.passed,
                "items": tally.items,
            }
            self.note(number, names)

    def keep(self, number: int, value: Any) -> Any:
        """One item passes, or does not."""
        tally = self.tallies.get(number)
        if tally is not None and value:
            tally.kept += 1
            if tally.kept <= SHOWN_ITEMS:
                tally.passed.append(tally.of - 1)
                tally.items.append(tally.item)
        return value

    def main(self, function: Any, *arguments: Any, **keywords: Any) -> Any:
        """The program calls its own `execute_command`."""
        self.returned = function(*arguments, **keywords)
        self.called = True
        return self.returned


class Printer:
    """What a program prints, up to so many characters."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.parts: list[str] = []
        self.breach: Breach | None = None

    def show(self, *values: Any, sep: Any = None, end: Any = None, file: object = None, flush: object = None) -> None:  # noqa: ARG002
        """What `print` does."""
        blank, last = " " if sep is None else sep, "\n" if end is None else end
        if type(blank) is not str or type(last) is not str:
            message = "sep and end must be text or None"
            raise TypeError(message)
        text = blank.join([value if type(value) is str else str(value) for value in values]) + last
        size = len(text.encode(errors="replace"))
        if size > self.left:
            self.breach = Breach("printed", "the program printed more than is allowed: print less")
            raise self.breach
        self.left -= size
        self.parts.append(text)

    def take(self) -> str:
        """What was printed since last time."""
        text = "".join(self.parts)
        self.parts.clear()
        return text if text.isascii() else text.encode(errors="replace").decode()
