"""`vpd scenes`."""

from pathlib import Path

from typer.testing import CliRunner

from vpd.distill.commands.scenes import scenes_app
from vpd.distill.scenes import read_questions
from vpd.distill.scenes.scene import SceneError, SettingsDiffer

FEW = ["--train-images", "4", "--test-images", "2", "--side", "64"]


def test_make_writes_a_data_set_and_names_its_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(scenes_app, ["make", str(tmp_path), *FEW])
    assert result.exit_code == 0
    assert result.stdout.strip().endswith("questions.jsonl")
    assert len(read_questions(tmp_path)) >= 20


def test_make_refuses_a_folder_of_other_settings(tmp_path: Path) -> None:
    CliRunner().invoke(scenes_app, ["make", str(tmp_path), *FEW])
    result = CliRunner().invoke(scenes_app, ["make", str(tmp_path), *FEW, "--seed", "1"])
    assert isinstance(result.exception, SettingsDiffer)


def test_make_refuses_a_smallest_radius_above_the_largest(tmp_path: Path) -> None:
    result = CliRunner().invoke(scenes_app, ["make", str(tmp_path), "--smallest", "0.08", "--largest", "0.03"])
    assert isinstance(result.exception, SceneError)


def test_measure_prints_a_table() -> None:
    result = CliRunner().invoke(scenes_app, ["measure", "--pictures", "2"])
    assert result.stdout.startswith("| pictures | found |")
    assert "| overlap up to 0.4 |" in result.stdout
