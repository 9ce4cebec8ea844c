"""`vpd tools` as a person sees it."""

import json
from pathlib import Path

import pytest
from PIL import Image as Picture
from typer.testing import CliRunner, Result

from vpd.distill.commands.tools import tools_app
from vpd.tools.errors import ToolFailed, ToolMisused, UnknownName


def vpd_tools(*arguments: str) -> Result:
    return CliRunner().invoke(tools_app, list(arguments))


@pytest.fixture
def picture(tmp_path: Path) -> str:
    Picture.new("RGB", (100, 50), "red").save(tmp_path / "red.png")
    return str(tmp_path / "red.png")


def test_a_list_tells_what_a_prompt_shows_and_what_weights_are_needed() -> None:
    said = vpd_tools("list").stdout
    shown, besides = said.split("can be called besides:")
    assert "find(image: Image, object_name: str) -> list[Box]" in shown
    assert "bool_to_yesno(value: bool) -> str" in besides
    assert "ssd-mobilenet-v2-coco  70 MB" in besides


def test_a_tool_is_shown_under_any_of_its_names_with_the_licence_of_its_weights() -> None:
    said = vpd_tools("show", "ocr").stdout
    assert said.startswith("read_text(image: Image) -> str")
    assert "Apache-2.0" in said


def test_a_tool_is_called_on_a_region_of_a_picture(picture: str) -> None:
    assert json.loads(vpd_tools("run", "color_of", picture, "--region", "0,0,10,10").stdout) == "red"


def test_boxes_are_told_in_pixels_of_the_whole_picture(picture: str) -> None:
    told = json.loads(
        vpd_tools("run", "crop", picture, "left=0", "top=0", "right=5", "bottom=5", "--region", "10,20,40,40").stdout
    )
    assert told["region"] == [10, 20, 15, 25]


def test_a_region_is_an_argument_too(picture: str) -> None:
    assert json.loads(vpd_tools("run", "distance", picture, "first=0,0,10,10", "second=25,0,30,10").stdout) == 15


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["size=2"], "'size=2' is no argument of expand"),
        (["factor"], "write name=value"),
        (["factor=large"], "factor must be float, got 'large'"),
        (["--region", "1,2"], "a region is left,top,right,bottom"),
        (["--region", "9,0,1,1"], "a region is left,top,right,bottom"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(picture: str, arguments: list[str], says: str) -> None:
    error = vpd_tools("run", "expand", picture, *arguments).exception
    assert isinstance(error, ToolMisused)
    assert says in str(error)


def test_a_missing_argument_is_named(picture: str) -> None:
    error = vpd_tools("run", "distance", picture).exception
    assert isinstance(error, ToolMisused)
    assert "needs second" in str(error)


def test_an_unknown_tool_is_answered_with_near_names() -> None:
    error = vpd_tools("show", "fnd").exception
    assert isinstance(error, UnknownName)
    assert "there is: find" in str(error)


def test_a_tool_that_needs_a_language_model_says_so(picture: str) -> None:
    assert isinstance(vpd_tools("run", "language_question_answering", picture, "question=Who?").exception, ToolFailed)


def test_checking_ends_well_where_no_fault_is_found() -> None:
    done = vpd_tools("check", "dist", "bool_to_yesno", "--set", "scenes", "--examples", "5")
    assert done.exit_code == 0
    assert done.stdout.count("no fault found") == 2


def test_checking_ends_with_an_error_where_a_fault_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "faulty_tools.py").write_text(
        'from vpd.tools import hookimpl, tool\n\n@tool\ndef half(number: int) -> int:\n    """Half."""\n    return number / 2\n\n'
        "@hookimpl\ndef vpd_tools():\n    return [half]\n"
    )
    (tmp_path / "mine.toml").write_text('[mine]\nabout = "x"\ntools = [{ from = "faulty_tools" }]\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    done = vpd_tools("check", "--set", str(tmp_path / "mine.toml"))
    assert done.exit_code == 1
    assert "half: " in done.stdout
    assert "FAULT: its result must be int, got float 0.5, called with number=1" in done.stdout


def test_a_new_package_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    done = vpd_tools("new", "count-faces", str(tmp_path))
    assert Path(done.stdout.strip()) == tmp_path / "vpd-count-faces"
    assert (tmp_path / "vpd-count-faces" / "vpd_count_faces" / "__init__.py").exists()
