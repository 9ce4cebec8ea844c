"""One page of documentation for each tool, made from its signature, docstring, settings and source."""

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

from vpd.tools.box import Box
from vpd.tools.image import Image
from vpd.tools.memory import models_of
from vpd.tools.refusals import refusals_of
from vpd.tools.registry import Registry
from vpd.tools.tool import Parameter, Tool
from vpd.tools.values import describe_type
from vpd.tools.weights import Catalogue

__all__ = ["example_of", "tool_pages", "write_pages"]

MADE = "<!-- made by `vpd tools docs`; change the tool's docstring and run it again -->"
NAMED = {
    "name": '"red circle"',
    "object_name": '"dog"',
    "property": '"red"',
    "question": '"What is this?"',
    "option_list": '["a cat", "a dog"]',
    "content": '["a dog"]',
    "text": '"two dogs"',
    "facts": '["words: two dogs"]',
    "answer": "True",
    "image": "image",
    "list_patches": 'find(image, "dog")',
    "first": 'find(image, "dog")[0]',
}
"""Arguments as programs write them, by the names that parameters have."""
ABOUT = (
    "Every tool of the sets that ship. In all of them arguments that do not fit the signature fail the call with `ToolMisused`,\n"
    "a call that takes too long with `ToolFailed`, any other error under its own name. How to write one: [tools](../tools.md)."
)
TYPED: dict[Any, str] = {str: '"text"', bool: "True", int: "1", float: "0.5", Image: 'find(image, "table")[0]'}


class Kind(NamedTuple):
    """One of the tools of a name, the sets that have it, and those that show it in prompts."""

    tool: Tool
    sets: list[str]
    shown: list[str]


def tool_pages(sets: Mapping[str, Registry], catalogue: Catalogue) -> dict[str, str]:
    """The pages by file name, one a tool and `README.md` for all; tools of one name that differ share a page."""
    found: dict[str, dict[tuple[str, ...], Kind]] = {}
    for set_name, tools in sets.items():
        for tool in tools.values():
            same = (tool.signature, tool.doc, tool.version, tool.source)
            kind = found.setdefault(tool.name, {}).setdefault(same, Kind(tool, [], []))
            kind.sets.append(set_name)
            if tool.shown:
                kind.shown.append(set_name)
    pages = {f"{name}.md": page_of(name, list(kinds.values()), catalogue) for name, kinds in found.items()}
    rows = [index_row(name, list(kinds.values())) for name, kinds in sorted(found.items())]
    head = [MADE, "# The tools", "", ABOUT, "", "| tool | sets | |", "| --- | --- | --- |"]
    pages["README.md"] = "\n".join([*head, *rows, ""])
    return pages


def index_row(name: str, kinds: list[Kind]) -> str:
    """A tool in the table of all."""
    sets = as_code(sorted(each for kind in kinds for each in kind.sets))
    first = one_line(kinds[0].tool.doc.split("\n\n")[0]).replace("|", "\\|")
    return f"| [{name}]({name}.md) | {sets} | {first} |"


def page_of(name: str, kinds: list[Kind], catalogue: Catalogue) -> str:
    """One page."""
    lines = [MADE, f"# {name}", ""]
    if len(kinds) > 1:
        lines += [f"{len(kinds)} tools have this name, each in sets of its own.", ""]
    for kind in kinds:
        lines += [f"## In {as_code(kind.sets)}", "", *section_of(kind, catalogue)]
    return "\n".join(lines)


def as_code(names: Iterable[str]) -> str:
    """Names one after the other, each as code."""
    return ", ".join(f"`{name}`" for name in names)


def section_of(kind: Kind, catalogue: Catalogue) -> Iterator[str]:
    """What is known of one tool."""
    tool = kind.tool
    yield from ("```text", tool.signature, "```", "", tool.doc, "")
    yield from ("A program calls it so:", "", "```text", example_of(tool), "```", "")
    if tool.parameters:
        yield from ("| argument | type | if left out |", "| --- | --- | --- |")
        yield from map(row_of, tool.parameters)
        yield ""
    yield f"It gives `{describe_type(tool.returns)}`."
    for record in records_in(tool.returns):
        fields = as_code(f"{name}: {describe_type(declared)}" for name, declared in get_type_hints(record).items())
        yield f"A `{record.__name__}` has {fields}: {one_line(inspect.getdoc(record) or '')}"
    yield ""
    yield from facts_of(tool, kind.shown)
    refusals = refusals_of(tool)
    if refusals:
        yield from ("It gives no value, and says so to the program, with:", "")
        yield from (f"- {one_line(text)}" for text in refusals)
        yield ""
    for entry in (catalogue[name] for name in tool.weights):
        yield f"Weights `{entry.name}`, {entry.size / 1e6:,.0f} MB: {entry.about}. {entry.licence}."
        yield f"Not verified: {one_line(entry.unverified)}"
        yield ""


def facts_of(tool: Tool, shown: list[str]) -> Iterator[str]:
    """Its settings, one a line, and the sets whose prompts show it."""
    batch = f"at most {tool.batch} requests at a time" if tool.batch else "one request at a time"
    yield f"- Version `{tool.version}`; results are {'kept in the cache' if tool.cacheable else 'not cached'}."
    yield f"- Runs {batch}; a call is given up after {tool.timeout:g} s."
    if tool.retry:
        yield f"- Tried again after {', '.join(error.__name__ for error in tool.retry)}, {tool.attempts} attempts in all."
    yield f"- Shown in the prompts of {as_code(shown)}." if shown else "- Shown in no prompt, but there to be called."
    if tool.aliases:
        yield f"- Answers to {as_code(tool.aliases)} too."
    for model in models_of([tool]):
        size = f", about {model.size / 1e6:,.0f} MB" if model.size else ""
        yield f"- Loads `{model.name}` on first use, on `{model.device}`{size}."
    yield f"- From `{tool.source}`."
    yield ""


def row_of(parameter: Parameter) -> str:
    """One argument as a row of a table."""
    kind = describe_type(parameter.type).replace("|", "\\|")
    return f"| `{parameter.name}` | `{kind}` | {'must be given' if parameter.required else f'`{parameter.default!r}`'} |"


def records_in(declared: Any) -> list[type]:
    """The records among the parts of a type, but for boxes and images."""
    if isinstance(declared, type) and dataclasses.is_dataclass(declared):
        return [] if declared in (Box, Image) else [declared]
    return [record for part in get_args(declared) for record in records_in(part)]


def example_of(tool: Tool) -> str:
    """A call as a program writes it: the docstring's own where it has one, else made from the parameters."""
    for match in re.finditer(rf"\b{re.escape(tool.name)}\(", tool.doc):
        for end in (at.end() for at in re.finditer(r"\)", tool.doc[match.start() :])):
            call = one_line(tool.doc[match.start() : match.start() + end])
            try:
                ast.parse(call, mode="eval")
            except SyntaxError:
                continue
            return call
    given = [argument_of(parameter) for parameter in tool.parameters if parameter.required]
    if not given:
        given = [f"{parameter.name}={argument_of(parameter)}" for parameter in tool.parameters if parameter.name in NAMED][-1:]
    return f"{tool.name}({', '.join(given)})"


def argument_of(parameter: Parameter) -> str:
    """What is given for a parameter."""
    kinds = (parameter.type, *get_args(parameter.type))
    return NAMED.get(parameter.name) or next((TYPED[kind] for kind in kinds if kind in TYPED), "None")


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def write_pages(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Write the pages that changed, and remove those made here earlier whose tool is gone; gives the names of both."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(name)
    for path in sorted(folder.glob("*.md")):
        if path.name not in pages and path.read_text("utf-8").startswith(MADE):
            path.unlink()
            changed.append(path.name)
    return changed
