"""The root of every error of the house, and the errors of tools.

VpdError
├── MissingExtra (ImportError)      an optional part is not installed
├── ImageError (ValueError)         a picture cannot be read
├── ToolDefinitionError (TypeError) a function cannot be a tool as it is written
├── ToolClash (ValueError)          two tools of one name
├── ToolSetError (ValueError)       a file of tool sets is not as it should be
├── UnknownName (LookupError)       no tool, tool set, model or data set of that name
├── ToolFailed (RuntimeError)       a tool did not give a value
│   └── ToolMisused (TypeError)     its arguments or its result do not fit its signature
└── WeightsError (OSError)          weights cannot be had, or are not what they should be
"""

from difflib import get_close_matches
from typing import Any

__all__ = [
    "ImageError",
    "MissingExtra",
    "ToolClash",
    "ToolDefinitionError",
    "ToolFailed",
    "ToolMisused",
    "ToolSetError",
    "UnknownName",
    "VpdError",
    "WeightsError",
]


class VpdError(Exception):
    """Anything this package raises on purpose."""


class MissingExtra(VpdError, ImportError):
    """An optional part of the package is needed and not installed."""

    def __init__(self, extra: str, module: str) -> None:
        self.extra, self.module = extra, module
        super().__init__(f"{module} is not installed; install it with: pip install 'visual-program-distillation[{extra}]'")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.module)


class ImageError(VpdError, ValueError):
    """A picture is missing, broken or too large."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.why)


class ToolDefinitionError(VpdError, TypeError):
    """A function cannot become a tool as it is written."""


class ToolClash(VpdError, ValueError):
    """Two tools of one name are registered."""


class ToolSetError(VpdError, ValueError):
    """A file of tool sets is not as it should be, or names what is not there."""


class UnknownName(VpdError, LookupError):
    """Nothing of that kind has that name; the near ones are named."""

    def __init__(self, kind: str, name: str, known: tuple[str, ...]) -> None:
        self.kind, self.name, self.known = kind, name, known
        near = get_close_matches(name, known, n=3) or list(known[:12])
        super().__init__(f"no {kind} is called {name!r}; " + (f"there is: {', '.join(near)}" if near else "there is none"))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.kind, self.name, self.known)


class ToolFailed(VpdError, RuntimeError):
    """A tool did not give a value; the text is shown to the program that called it."""

    def __init__(self, tool: str, message: str, attempts: int = 1) -> None:
        self.tool, self.message, self.attempts = tool, message, attempts
        """How often the call was tried."""
        super().__init__(f"{tool}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.tool, self.message, self.attempts)


class ToolMisused(ToolFailed, TypeError):
    """A tool's arguments or result do not fit its signature."""


class WeightsError(VpdError, OSError):
    """Weights cannot be had, or are not what the catalogue says."""
