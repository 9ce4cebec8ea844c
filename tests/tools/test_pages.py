"""A page for each tool: up to date, with examples that fit, and with what the tool refuses."""

import ast
from pathlib import Path

import pytest

from vpd.distill.commands.tools import opened
from vpd.tools import Image, Registry, Tool, ToolFailed, tool
from vpd.tools.pages import example_of, tool_pages, write_pages
from vpd.tools.refusals import refusals_of
from vpd.tools.toolsets import read_toolsets
from vpd.tools.weights import Catalogue

FOLDER = Path(__file__).parents[2] / "docs" / "tools"
SETS = {name: opened(name, plugins=False) for name in read_toolsets()}
TOOLS = [pytest.param(tool, id=f"{name}-{tool.name}") for name, tools in SETS.items() for tool in tools.values()]


@tool(version="7", batch=3, retry=(ConnectionError,), attempts=5, aliases=("nearest",), weights=("centerface",))
def pick(image: list[Image], among: list[str | None], much: list[bool] = True) -> list[list[str]]:  # type: ignore[assignment]
    """Pick one.

    And another.
    """
    if not among:
        raise ToolFailed("pick", f"nothing to pick {among[0]} from")
    return [[complain(one)] for one in image]


def complain(image: Image) -> str:
    if image.width > 9:
        raise ToolFailed("pick", "the image is too wide")
    return more(image)


def more(image: Image) -> str:
    complain(image)
    raise ToolFailed("pick", str(image))


def page(*tools: Tool) -> str:
    return tool_pages({"mine": Registry(tools)}, Catalogue.read())["pick.md"]


def test_the_pages_in_the_documentation_are_what_the_tools_say_now() -> None:
    pages = tool_pages(SETS, Catalogue.read())
    stale = sorted(name for name, text in pages.items() if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text)
    left_over = sorted(path.name for path in FOLDER.glob("*.md") if path.name not in pages)
    assert (stale, left_over) == ([], []), "run: vpd tools docs docs/tools"


@pytest.mark.parametrize("tool", TOOLS)
def test_an_example_is_a_call_that_fits_the_signature(tool: Tool) -> None:
    call = ast.parse(example_of(tool), mode="eval").body
    assert isinstance(call, ast.Call)
    names = [parameter.name for parameter in tool.parameters]
    given = {*names[: len(call.args)], *(keyword.arg for keyword in call.keywords)}
    assert len(call.args) <= len(names)
    assert {parameter.name for parameter in tool.parameters if parameter.required} <= given <= set(names)


def test_a_page_has_all_that_is_declared() -> None:
    text = page(pick)
    for part in (
        "pick(image: Image, among: str | None, much: bool = True) -> list[str]",
        "Pick one.\n\nAnd another.",
        "| `among` | `str \\| None` | must be given |",
        "| `much` | `bool` | `True` |",
        "It gives `list[str]`.",
        "Version `7`",
        "at most 3 requests at a time",
        "Tried again after ConnectionError, 5 attempts in all",
        "Shown in the prompts of `mine`",
        "Answers to `nearest` too",
        "Weights `centerface`, 7 MB",
        "MIT",
    ):
        assert part in text


def test_refusals_are_read_off_the_function_and_those_it_calls() -> None:
    assert refusals_of(pick) == ("nothing to pick … from", "the image is too wide")


def test_a_function_without_a_source_has_no_refusals_to_tell() -> None:
    names: dict[str, Tool] = {}
    code = 'from vpd.tools import tool\n@tool\ndef ask(text: str) -> str:\n    """Ask."""\n    return text\n'
    exec(compile(code, "nowhere", "exec"), {"__name__": "nowhere"}, names)
    assert refusals_of(names["ask"]) == ()


def test_tools_of_one_name_share_a_page() -> None:
    pages = tool_pages(SETS, Catalogue.read())
    assert pages["find.md"].count("\n## In ") == 3
    assert "`scenes`" in pages["README.md"]


def test_pages_are_brought_up_to_date_and_ones_own_are_left_alone(tmp_path: Path) -> None:
    catalogue = Catalogue.read()
    assert write_pages(tool_pages({"mine": Registry([pick])}, catalogue), tmp_path) == ["pick.md", "README.md"]
    (tmp_path / "notes.md").write_text("My notes\n")
    assert write_pages(tool_pages({"mine": Registry([pick])}, catalogue), tmp_path) == []
    assert write_pages(tool_pages({"mine": Registry([])}, catalogue), tmp_path) == ["README.md", "pick.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "notes.md"]
