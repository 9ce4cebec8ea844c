"""A tool set and a question as the turns of a chat that asks for a program."""

import ast
import builtins
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from vpd.tools.errors import UnknownName
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool

__all__ = ["Example", "Turn", "read_examples", "render_tools", "write_program_prompt"]


class Turn(NamedTuple):
    """One turn of a chat."""

    role: str
    content: str


class Example(NamedTuple):
    """A question and a program that answers it."""

    name: str
    question: str
    source: str


def read_examples(kind: str = "") -> tuple[Example, ...]:
    """The few-shot programs that ship with the package, in the order of their names; of a kind, those for such pictures.

    Raises `UnknownName`.
    """
    shipped = files("vpd.prompts") / "few_shot"
    folder = shipped / kind if kind else shipped
    if not folder.is_dir():
        kinds = sorted(each.name for each in shipped.iterdir() if each.is_dir() and not each.name.startswith("_"))
        raise UnknownName("kind of examples", kind, tuple(kinds))
    found = []
    for file in sorted((file for file in folder.iterdir() if file.name.endswith(".py")), key=lambda file: file.name):
        first, _, source = file.read_text("utf-8").partition("\n")
        found.append(Example(file.name.removesuffix(".py"), first.removeprefix("# "), source))
    return tuple(found)


def names_called(source: str) -> set[str]:
    """The functions that a program calls by name."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def render_tools(tools: Iterable[Tool]) -> str:
    """Each tool's signature with its documentation indented below it."""
    parts = []
    for tool in tools:
        indented = "\n".join(f"    {line}".rstrip() for line in tool.doc.splitlines())
        parts.append(f"{tool.signature}\n{indented}")
    return "\n\n".join(parts)


def write_program_prompt(question: str, tools: Mapping[str, Tool], examples: Iterable[Example] | None = None) -> tuple[Turn, ...]:
    """The chat that asks for one program; of the examples, those that call only tools that are there.

    Where no examples are given, the tools' registry says of which kind they are. All but the last turn are the same for every
    question, so a server that keeps its prompt cache reads them once.
    """
    shown = {name: tool for name, tool in tools.items() if tool.shown}
    template = (files("vpd.prompts") / "program.md").read_text("utf-8")
    turns = [Turn("system", template.replace("{tools}", render_tools(shown.values())))]
    plain_python = set(dir(builtins))
    if examples is None:
        examples = read_examples(tools.examples if isinstance(tools, Registry) else "")
    for example in examples:
        if names_called(example.source) <= shown.keys() | plain_python:
            turns.append(Turn("user", example.question))
            turns.append(Turn("assistant", f"```python\n{example.source.strip()}\n```"))
    turns.append(Turn("user", question))
    return tuple(turns)
