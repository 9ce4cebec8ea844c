"""`vpd models` says what there is and where it is, and changes nothing that it does not name."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vpd.distill.commands.downloads import following_downloads
from vpd.distill.commands.models import models_app
from vpd.tools.errors import UnknownName, WeightsError

NAME = "qwen2.5-coder-0.5b"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("VPD_CACHE", str(tmp_path))
    return CliRunner()


def test_the_list_names_every_model_with_its_licence(runner: CliRunner) -> None:
    said = runner.invoke(models_app, ["list"]).stdout
    assert NAME in said
    assert "Apache-2.0" in said


def test_the_path_of_a_model_that_is_not_here_says_how_to_fetch_it(runner: CliRunner) -> None:
    end = runner.invoke(models_app, ["path", NAME])
    assert isinstance(end.exception, WeightsError)
    assert f"vpd models pull {NAME}" in str(end.exception)


@pytest.mark.parametrize("command", ["path", "pull", "remove"])
def test_a_model_that_nobody_knows_is_refused(runner: CliRunner, command: str) -> None:
    assert isinstance(runner.invoke(models_app, [command, "qwen-coder"]).exception, UnknownName)


def test_removing_deletes_the_model_and_leaves_the_others(runner: CliRunner, tmp_path: Path) -> None:
    for name in (NAME, "other"):
        (tmp_path / "weights" / name).mkdir(parents=True)
        (tmp_path / "weights" / name / "file").write_bytes(b"12345")
    end = runner.invoke(models_app, ["remove", NAME])
    assert "5 bytes freed" in end.stderr
    assert [place.name for place in (tmp_path / "weights").iterdir()] == ["other"]


def test_without_a_terminal_a_download_is_told_in_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with following_downloads() as progress:
        progress.said("the hub does not answer; trying the next source")
        for done in range(1001):
            progress.moved("model.bin", done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "the hub does not answer; trying the next source"
    assert lines[-1] == "model.bin: 1,000 of 1,000 bytes"
    assert len(lines) == 11
