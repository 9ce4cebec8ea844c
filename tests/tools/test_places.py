"""A set's placement table: budget, devices, precision; and the list of what stands where."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vpd.distill.commands.tools import tools_app
from vpd.tools import Image, ImageRef, Registry, resource, tool
from vpd.tools.errors import ToolSetError
from vpd.tools.memory import ModelState, models_of
from vpd.tools.placement import Placement
from vpd.tools.toolsets import open_toolset

WHOLE = Image(ImageRef("0" * 64, "a.png", 64, 48))
HUB = """
[mine]
about = "x"
plugins = false
placement = { %s }
tools = [
    { from = "vpd.tools.shelf.matching:matching_tools", settings = { model = "nobody/matcher" } },
    { from = "vpd.tools.geometry" },
    { from = "vpd.tools.shelf.depth:depth_tools", settings = { model = "nobody/depth" } },
    { from = "vpd.tools.shelf.features:feature_tools", settings = { model = "nobody/looks", device = "cpu", dtype = "float32" } },
    { from = "vpd.tools.classifier:classifier_tools" },
]
"""


def opened(folder: Path, placement: str) -> Registry:
    (folder / "mine.toml").write_text(HUB % placement)
    return open_toolset(folder / "mine.toml")


def devices(tools: Registry) -> dict[str, str]:
    return {state.tools[0]: state.device for state in models_of(tools.values())}


def test_without_a_table_each_entry_stands_where_it_says(tmp_path: Path) -> None:
    assert devices(opened(tmp_path, "")) == {
        "best_text_match": "auto",
        "compute_depth": "auto",
        "similarity": "cpu",
        "classify": "cpu",
    }


def test_one_device_is_for_all_entries_that_state_none(tmp_path: Path) -> None:
    found = devices(opened(tmp_path, 'device = "cuda:1"'))
    assert found == {"best_text_match": "cuda:1", "compute_depth": "cuda:1", "similarity": "cpu", "classify": "cuda:1"}


def test_several_devices_are_taken_in_turn(tmp_path: Path) -> None:
    found = devices(opened(tmp_path, 'device = ["cuda:0", "cuda:1"]'))
    assert found == {"best_text_match": "cuda:0", "compute_depth": "cuda:1", "similarity": "cpu", "classify": "cuda:0"}


def test_the_precision_is_for_all_entries_that_state_none_and_have_one(tmp_path: Path) -> None:
    tools = opened(tmp_path, 'dtype = "bfloat16"')
    assert tools["best_text_match"].version.endswith("bfloat16")
    assert tools["similarity"].version.endswith("float32")


def test_a_budget_gives_the_set_a_placement_of_its_own(tmp_path: Path) -> None:
    tools = opened(tmp_path, "budget_mib = 100")
    placements = {used.placement for tool in tools.values() for used in tool.resources}
    assert {placement.budget for placement in placements} == {100 * 1024 * 1024}
    assert len(placements) == 1


def test_a_placement_that_is_handed_in_comes_first(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(HUB % "budget_mib = 100")
    mine = Placement()
    tools = open_toolset(tmp_path / "mine.toml", placement=mine)
    assert {used.placement for tool in tools.values() for used in tool.resources} == {mine}


def test_tools_whose_module_knows_no_placement_stand_in_the_sets_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain_tools.py").write_text(
        "from vpd.tools import hookimpl, resource, tool\n\n@resource(size=1)\ndef model():\n    yield 1\n\n"
        '@tool(resource=model)\ndef ask(model, text: str) -> str:\n    """Ask."""\n    return text\n\n'
        "@hookimpl\ndef vpd_tools():\n    return [ask]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mine.toml").write_text(
        '[mine]\nabout = "x"\nplacement = { budget_mib = 1 }\ntools = [{ from = "plain_tools" }]\n'
    )
    (used,) = open_toolset(tmp_path / "mine.toml")["ask"].resources
    assert used.placement.budget == 1024 * 1024


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("budget = 1", "placement has no setting 'budget'"),
        ("budget_mib = 0", "budget_mib must be a whole number above 0, got 0"),
        ("budget_mib = true", "budget_mib must be a whole number above 0, got True"),
        ('device = "gpu"', "device must be auto, cpu, cuda"),
        ("device = [1]", "device must be auto, cpu, cuda"),
        ('dtype = "half"', "dtype must be one of auto, float32, float16, bfloat16, got 'half'"),
    ],
)
def test_a_wrong_table_is_answered_in_one_line(tmp_path: Path, table: str, says: str) -> None:
    with pytest.raises(ToolSetError, match=says) as caught:
        opened(tmp_path, table)
    assert "\n" not in str(caught.value)


def test_a_list_tells_each_model_once_and_whether_it_is_loaded() -> None:
    model = resource(name="eye", size=5_000_000)(lambda: "eye")
    model.place(Placement())

    @tool(resource=model)
    def one(eye: str, image: Image) -> str:
        """One."""
        return eye

    @tool(resource=model)
    def other(eye: str, image: Image) -> str:
        """Other."""
        return eye

    assert models_of([one, other]) == [ModelState("eye", "cpu", False, 5_000_000, ("one", "other"))]
    one.run(WHOLE)
    assert [str(state) for state in models_of([one, other])] == ["eye: loaded, cpu, 5 MB; one, other"]


def test_the_command_lists_models_with_their_place_and_size() -> None:
    said = CliRunner().invoke(tools_app, ["list", "--set", "lite"]).stdout
    assert "SSD MobileNet v2 COCO: not loaded, cpu, 70 MB; find, exists" in said


def test_a_caption_and_the_detector_share_one_network_where_the_set_stands(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[mine]\nabout = "x"\nplugins = false\nplacement = { budget_mib = 100 }\ntools = [\n'
        '    { from = "vpd.tools.detector:detector_tools" },\n    { from = "vpd.tools.listing_caption:caption_tools" },\n]\n'
    )
    tools = open_toolset(tmp_path / "mine.toml")
    assert [state.tools for state in models_of(tools.values())] == [("find", "exists", "image_caption")]
    assert {used.placement.budget for tool in tools.values() for used in tool.resources} == {100 * 1024 * 1024}


def test_the_command_tells_a_tools_model() -> None:
    said = CliRunner().invoke(tools_app, ["show", "compute_depth", "--set", "hub"]).stdout
    assert "not loaded, auto, size known once loaded; compute_depth" in said


def test_a_checkpoint_in_a_folder_tells_its_size_before_it_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "matcher"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(2_000_000))
    (tmp_path / "mine.toml").write_text(HUB.replace("nobody/matcher", str(folder)) % "")
    assert models_of(open_toolset(tmp_path / "mine.toml").values())[0].size == 2_000_000
