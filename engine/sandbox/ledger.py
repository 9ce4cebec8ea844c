"""The calls of one run, written by the host: bound, answered, numbered, with the calls whose results they use."""

import re
from collections.abc import Mapping
from time import perf_counter
from typing import Any, NamedTuple

from vpd.engine.characters import clean
from vpd.engine.records import Failure, FailureStage, ToolCall
from vpd.engine.sandbox.binding import bind, name_arguments, typed
from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.execution import Answer, Answered, RecordedFailure
from vpd.engine.sandbox.sizes import size_of
from vpd.engine.sandbox.table import Issue, Table
from vpd.tools.errors import ToolFailed, ToolMisused
from vpd.tools.image import Image
from vpd.tools.tool import Tool
from vpd.tools.values import fit

__all__ = ["Ledger", "Opened", "callable_names"]

LONGEST_MESSAGE = 2_000
WORTH_FINDING = 4
"""Characters of a result that is looked for inside of a longer text."""


def callable_names(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """Every name that a program can call, aliases too."""
    return {name: tool for tool in tools.values() for name in (tool.name, *tool.aliases)}


class Opened(NamedTuple):
    """A call that is not answered yet."""

    tool: Tool
    call: wire.Call
    number: int
    arguments: dict[str, Any]
    """Plain JSON, as the record holds them."""
    uses: tuple[int, ...]

    def record(
        self,
        *,
        result: Any = None,
        cached: bool = False,
        failure: Failure | None = None,
        seconds: float = 0.0,
        attempts: int = 1,
    ) -> ToolCall:
        """The call as it ended."""
        return ToolCall(
            number=self.number,
            line=self.call.line or None,
            tool=self.tool.name,
            arguments=self.arguments,
            result=result,
            uses=self.uses,
            cached=cached,
            failure=failure,
            seconds=seconds,
            attempts=attempts,
        )


class Ledger:
    """What the program called, and what it holds because of it."""

    def __init__(self, image: Image, tools: Mapping[str, Tool], answer: Answer) -> None:
        self.table = Table(image)
        self.tools = tools
        self.answer = answer
        self.calls: list[ToolCall] = []
        self.recorded = 0
        """Bytes of JSON that arguments and results take."""
        self.said: dict[str, int] = {}
        """Texts that tools gave, and the latest call that gave each."""

    def open(self, call: wire.Call) -> Opened:
        """The call as it came, not answered yet. Raises `wire.WireError` for what no honest child sends."""
        tool = self.tools.get(call.tool)
        if tool is None:
            message = f"a call of {call.tool[:60]!r}, which is no tool"
            raise wire.WireError(message)
        given = name_arguments(tool, call)
        plain = self.table.plain(given)
        self.recorded += size_of(plain)
        uses = self.table.origins(given) | self.quoted(plain)
        return Opened(tool, call, len(self.calls), plain, tuple(sorted(uses)))

    def work_out(self, opened: Opened) -> tuple[ToolCall, bytes]:
        """The finished record, and the frame that answers the child; a tool that fails is a record with a failure."""
        tool = opened.tool
        start = perf_counter()
        try:
            arguments, frame = typed(tool, bind(tool, opened.call), self.table)
            answered: Answered = self.answer(tool, arguments)
            result = answered.value
            if type(result) is not tool.returns:
                result = fit(result, tool.returns, "its result")
            value, recorded = Issue(self.table, opened.number, frame).value(result)
            data = wire.encode(value)
        except (wire.WireError, TypeError, ValueError, OverflowError) as error:
            wrong = error if isinstance(error, ToolFailed) else ToolMisused(tool.name, f"{error}")
            return failed(opened, wrong, perf_counter() - start)
        except Exception as error:  # noqa: BLE001  where a tool ends: whatever it raised is its failure
            return failed(opened, error, perf_counter() - start)
        self.recorded += size_of(recorded)
        for text in texts_of(recorded):
            self.said[text] = opened.number
        seconds = answered.seconds or perf_counter() - start
        return opened.record(result=recorded, cached=answered.cached, seconds=seconds, attempts=answered.attempts), data

    def quoted(self, arguments: Any) -> set[int]:
        """Calls whose text stands in an argument: as all of it, or as words of a longer one."""
        found = set()
        for text in texts_of(arguments):
            if text in self.said:
                found.add(self.said[text])
            elif len(self.said) <= 200:
                found |= {number for said, number in self.said.items() if len(said) >= WORTH_FINDING and stands_in(said, text)}
        return found


def failed(opened: Opened, error: Exception, seconds: float) -> tuple[ToolCall, bytes]:
    """The record and the frame of a call that gave nothing."""
    tool, line = opened.tool.name, opened.call.line or None
    text = str(error) if isinstance(error, ToolFailed) else f"{tool}: {type(error).__name__}: {error}"
    message = clean(text[:LONGEST_MESSAGE])
    kind = error.kind if isinstance(error, RecordedFailure) else type(error).__name__
    failure = Failure(stage=FailureStage.TOOL, kind=kind, message=message, line=line)
    attempts = error.attempts if isinstance(error, ToolFailed) else 1
    record = opened.record(failure=failure, seconds=seconds, attempts=attempts)
    return record, wire.encode(wire.Stop(kind, message, opened.number))


def stands_in(words: str, text: str) -> bool:
    """Whether the words stand in a text, not as a part of longer words."""
    return words in text and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def texts_of(value: Any, most: int = 50) -> list[str]:
    """The texts in a plain value, but for labels of regions; a bounded number."""
    found: list[str] = []
    todo = [value]
    while todo and len(found) < most:
        item = todo.pop()
        if isinstance(item, str):
            if item and len(item) <= 4_000:
                found.append(item)
        elif isinstance(item, list):
            todo.extend(item[:most])
        elif isinstance(item, dict) and "region" not in item:
            todo.extend(list(item.values())[:most])
    return found
