"""What a tool says when it gives no value, read off its source; nothing is run."""

import ast
import inspect
import sys
from collections.abc import Iterator

from vpd.tools.tool import Tool

__all__ = ["refusals_of"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def refusals_of(tool: Tool) -> tuple[str, ...]:
    """The texts of every `ToolFailed` in the tool's function and in those of its module that it calls; `…` stands for a value.

    Errors of other modules and of libraries are not seen; empty where the source cannot be read.
    """
    function = inspect.unwrap(tool.run)
    module = sys.modules.get(function.__module__)
    try:
        tree = ast.parse(inspect.getsource(module)) if module is not None else ast.Module([], [])
    except (OSError, SyntaxError):
        return ()
    functions: dict[str, list[Function]] = {}
    for node in ast.walk(tree):
        if isinstance(node, Function):
            functions.setdefault(node.name, []).append(node)
    first = function.__code__.co_firstlineno
    todo = [node for node in functions.get(function.__name__, []) if first in (node.lineno, first_line(node))]
    seen: list[Function] = []
    told: list[str] = []
    while todo:
        node = todo.pop(0)
        if node in seen:
            continue
        seen.append(node)
        told.extend(texts_in(node))
        todo.extend(called for name in names_called(node) for called in functions.get(name, []))
    return tuple(dict.fromkeys(told))


def first_line(node: Function) -> int:
    """The line of the first decorator, which is where Python counts a function from."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def names_called(node: Function) -> Iterator[str]:
    """Functions and methods that a function calls, by their last name."""
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        if isinstance(call.func, ast.Name):
            yield call.func.id
        elif isinstance(call.func, ast.Attribute):
            yield call.func.attr


def texts_in(node: Function) -> Iterator[str]:
    """The messages of the refusals that a function makes."""
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "ToolFailed" and len(call.args) > 1:
            text = written(call.args[1])
            if text.strip("… "):
                yield text


def written(node: ast.expr) -> str:
    """A text as the source has it, with `…` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) for part in node.values)
    return "…"
