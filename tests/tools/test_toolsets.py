"""Named sets of tools: the ones that ship, one's own, and what a plug-in adds."""

import logging
from pathlib import Path

import pytest

from vpd.tools import Box, Image, ImageRef, Registry
from vpd.tools.errors import ToolSetError, UnknownName
from vpd.tools.knowledge import Knowledge
from vpd.tools.toolsets import open_toolset, plugin_tools, read_toolsets, weights_of

SILENT = Knowledge("nobody", lambda question: f" heard: {question} ")


def shown(tools: Registry) -> set[str]:
    return {name for name, tool in tools.items() if tool.shown}


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", sorted(read_toolsets()))
def test_every_set_that_ships_can_be_opened(name: str) -> None:
    assert len(open_toolset(name, knowledge=SILENT)) > 0


def test_a_prompt_for_scenes_shows_few_tools() -> None:
    assert shown(open_toolset("scenes")) == {"find", "exists", "color_of", "shape_of"}


def test_scenes_need_no_weights_and_photographs_do() -> None:
    assert weights_of(open_toolset("scenes").values()) == ()
    assert weights_of(open_toolset("lite").values()) == (
        "ssd-mobilenet-v2-coco",
        "easyocr-english",
        "efficientnet-lite0",
        "centerface",
        "minilm-l6-v2",
    )


def test_names_of_both_papers_are_answered() -> None:
    lite = open_toolset("lite", knowledge=SILENT)
    vipergpt = {"find", "exists", "crop", "overlaps_with", "distance", "bool_to_yesno", "coerce_to_numeric", "llm_query"}
    vipergpt |= {"best_text_match", "best_image_match", "verify_property"}
    vpd = {"overlaps", "expand_patch_with_surrounding", "dist", "formatting_answer", "language_question_answering"}
    assert all(name in lite for name in vipergpt | vpd)


def test_no_tool_is_there_that_nothing_stands_behind() -> None:
    lite = open_toolset("lite", knowledge=SILENT)
    assert not {"simple_query", "image_caption", "compute_depth"} & set(lite)


def test_knowledge_is_there_only_with_a_language_model() -> None:
    assert "llm_query" not in open_toolset("lite")
    assert (
        open_toolset("lite", knowledge=SILENT)["llm_query"]
        .run("Who?", long_answer=False)
        .startswith("heard: Who?\nAnswer in one")
    )


def test_an_unknown_set_names_those_that_are_there() -> None:
    with pytest.raises(UnknownName, match="no tool set is called 'scene'; there is: scenes"):
        open_toolset("scene")


def test_ones_own_file_chooses_tools_settings_and_what_is_shown(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [mine]
        about = "two tools"
        tools = [
            { from = "vpd.tools.detector:detector_tools", only = ["find"], settings = { threshold = 0.25 } },
            { from = "vpd.tools.geometry", only = ["dist", "crop"], show = ["dist"] },
        ]
        """,
    )
    mine = open_toolset(path)
    assert set(mine) == {"find", "dist", "crop"}
    assert shown(mine) == {"find", "dist"}
    assert mine["find"].version.endswith("0.25")


def test_one_of_several_sets_in_a_file_is_named_after_a_colon(tmp_path: Path) -> None:
    entry = 'about = "x"\ntools = [{ from = "vpd.tools.conversions" }]\n'
    path = written(tmp_path, f"[one]\n{entry}[two]\n{entry}")
    assert len(open_toolset(f"{path}:two")) == 3
    with pytest.raises(UnknownName, match=r"mine\.toml:one"):
        open_toolset(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[mine", "not a file of tool sets"),
        ("[mine]\ntools = []", "'about' is missing"),
        ("[mine]\nabout = ''\ntools = [{ only = [] }]", "'from' is missing"),
        ("[mine]\nabout = ''\ntool = []\ntools = []", "no setting 'tool'"),
        ("[mine]\nabout = ''\ntools = [{ from = 'vpd.tools.geometry', shown = [] }]", "no setting 'shown'"),
        ("[mine]\nabout = ''\ntools = [{ from = 'vpd.tools.nowhere' }]", "No module named"),
        ("[mine]\nabout = ''\ntools = [{ from = 'vpd.tools.box' }]", "no attribute 'vpd_tools'"),
        ("[mine]\nabout = ''\ntools = [{ from = 'vpd.tools.geometry', only = ['find'] }]", "gives no tool 'find'"),
        ("[mine]\nabout = ''\ntools = [{ from = 'vpd.tools.colour', settings = { hue = 1 } }]", "no setting 'hue'"),
    ],
)
def test_a_wrong_file_is_answered_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ToolSetError, match=says) as caught:
        open_toolset(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolSetError, match=r"none\.toml: cannot be read"):
        open_toolset(tmp_path / "none.toml")


def test_without_plugins_installed_there_is_nothing_to_add(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert plugin_tools([], strict=True) == []


def test_a_region_of_a_set_is_measured_by_its_tools() -> None:
    picture = ImageRef("0" * 64, "nowhere.png", 200, 100)
    one, other = (Image(picture, Box(left, 0, left + 10, 10)) for left in (0, 50))
    assert open_toolset("scenes")["distance"].run(one, other) == 40
