"""The code of docs/tools.md runs."""

import re
from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.tools import Image, Registry, read_image_ref
from vpd.tools.cases import read_cases
from vpd.tools.toolsets import open_toolset, read_toolsets

PAGE = (Path(__file__).parents[2] / "docs" / "tools.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_tools_of_the_page_can_be_called(tmp_path: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "docs/tools.md", "exec", dont_inherit=True), names)
    Picture.new("RGB", (4, 4), "white").save(tmp_path / "white.png")
    white = Image(read_image_ref(tmp_path / "white.png"))
    tools = Registry([names["brightness"], names["score"]])  # type: ignore[list-item]  # out of the page's own code
    assert tools["brightness"].run(white) == 1.0
    assert tools["score"].run(white) == 127.5


def test_the_tool_sets_of_the_page_can_be_opened(tmp_path: Path) -> None:
    mine, remote, two = blocks("toml")
    (tmp_path / "two.toml").write_text(two)
    assert len(open_toolset(tmp_path / "two.toml")) == 5
    (tmp_path / "mine.toml").write_text(mine)
    (tmp_path / "remote.toml").write_text(remote)
    assert {"find", "simple_query", "crop"} <= set(open_toolset(tmp_path / "mine.toml"))
    assert {"find", "simple_query", "image_caption"} <= set(open_toolset(tmp_path / "remote.toml"))


def test_every_set_that_ships_is_on_the_page() -> None:
    assert all(f"| `{name}` |" in PAGE for name in read_toolsets())


@pytest.mark.parametrize("name", sorted({name for known in ("lite", "hub", "scenes") for name in open_toolset(known)}))
def test_every_tool_of_the_photograph_sets_is_on_the_page(name: str) -> None:
    known_by_the_dots = {"right_of", "above", "below", "overlaps_with", "shape_of"}
    assert f"`{name}`" in PAGE or name in known_by_the_dots


def test_the_cases_of_the_page_can_be_read(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    (block,) = blocks("json")
    (tmp_path / "cases.jsonl").write_text(block)
    Picture.new("RGB", (100, 100), "white").save(tmp_path / "photo.jpg")
    assert [case.tool for case in read_cases(tmp_path / "cases.jsonl")] == ["find", "color_of", "find"]


def test_commands_of_the_page_are_commands() -> None:
    from vpd.distill.commands.tools import tools_app

    known = {
        command.name or command.callback.__name__ for command in tools_app.registered_commands if command.callback is not None
    }
    assert set(re.findall(r"vpd tools (\w+)", PAGE)) <= known
