"""What a run gives, and what answers a program's calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vpd.engine.records import Failure, Isolation, Step, ToolCall
from vpd.tools.errors import ToolFailed
from vpd.tools.tool import Tool

__all__ = ["Answer", "Answered", "Execution", "RecordedFailure"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A tool's value, typed as the tool gave it."""

    value: Any
    cached: bool = False
    seconds: float = 0.0
    attempts: int = 1
    """How often the tool was run for it."""


Answer = Callable[[Tool, dict[str, Any]], Answered]
"""Answers a call whose arguments are bound to the tool's parameters and fit their types. May raise `ToolFailed`.

It is called from a thread of the sandbox, from several at once where several programs run.
"""


class RecordedFailure(ToolFailed):
    """A failure that was recorded, and is to be recorded again in the same words."""

    def __init__(self, tool: str, message: str, kind: str) -> None:
        super().__init__(tool, message)
        self.kind = kind
        """The name of the error that the tool raised."""

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.tool, self.message, self.kind)


@dataclass(frozen=True, slots=True)
class Execution:
    """Everything one program did to one picture."""

    calls: tuple[ToolCall, ...]
    steps: tuple[Step, ...]
    """The child's own word: shown, never trusted."""
    printed: str
    """The child's own word."""
    answer: Any
    """Plain JSON; None where the run failed or gave none."""
    failure: Failure | None
    seconds: float
    """Wall clock from the start of the program to its end."""
    isolation: Isolation
