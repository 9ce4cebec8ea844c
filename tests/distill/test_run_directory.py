"""The directory of one run."""

from pathlib import Path

import pytest

from vpd.distill.errors import RunBusy, RunError
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.records import Question


def test_settings_come_back_from_the_directory(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run", RunSettings(draws=3)):
        pass
    assert RunDirectory(tmp_path / "run").settings.draws == 3


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    RunDirectory(tmp_path, RunSettings(draws=3))
    with pytest.raises(RunError, match="draws was 3, now 4"):
        RunDirectory(tmp_path, RunSettings(draws=4))


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run directory"):
        RunDirectory(tmp_path)


def test_broken_settings_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(RunError, match=r"settings\.json cannot be read"):
        RunDirectory(tmp_path)


def test_a_second_user_of_the_directory_is_refused(tmp_path: Path) -> None:
    with RunDirectory(tmp_path, RunSettings()), pytest.raises(RunBusy, match="in use"), RunDirectory(tmp_path):
        pass


def test_the_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with RunDirectory(tmp_path, RunSettings()):
            pass


def test_a_stage_that_has_not_run_is_named(tmp_path: Path) -> None:
    with RunDirectory(tmp_path, RunSettings()) as run, pytest.raises(RunError, match=r"questions\.jsonl is not there"):
        run.read(Question)


def test_a_path_below_a_file_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        RunDirectory(tmp_path / "file" / "run", RunSettings())
