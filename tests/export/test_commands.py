"""`vpd mix`, `vpd export` and `vpd trace-back` as a user calls them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vpd.distill.commands.console import ended_by
from vpd.distill.commands.main import app
from vpd.distill.export import FORMATS
from vpd.distill.mixing import open_examples

MakeRun = Callable[..., Path]


def vpd(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line in which a command says what is wrong."""
    code = ended_by(lambda: app([str(argument) for argument in arguments], standalone_mode=False))
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("vpd: ")]
    assert code == 1
    assert len(lines) == 1
    return lines[0]


def test_from_runs_to_a_checked_export_and_back(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    out = tmp_path / "set"
    assert vpd("mix", out, "--from", f"{run}:1", "--balance", "answer", "--licence", "squares-1=CC0-1.0").exit_code == 0
    assert "CC0-1.0" in (out / "card.md").read_text()
    assert vpd("export", out, "swift", tmp_path / "swift").exit_code == 0
    assert vpd("export", out, "swift", tmp_path / "swift", "--check").exit_code == 0
    shown = vpd("trace-back", "2", "--set", out, "--file", tmp_path / "swift" / "train.jsonl", "--html", tmp_path / "row.html")
    assert shown.exit_code == 0
    row = json.loads((tmp_path / "swift" / "train.jsonl").read_text().splitlines()[1])
    assert f"ROW {row['id']}" in shown.stdout
    assert row["id"] in (tmp_path / "row.html").read_text()


def test_a_student_is_taught_from_a_set_and_keeps_it_from_being_replaced(
    mixed: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = mixed.parent / "run", tmp_path / "set"
    assert vpd("mix", out, "--from", run).exit_code == 0
    assert vpd("train", out, "--start", tiny, "--steps", 2).exit_code == 0
    assert (out / "students" / "distilled" / "student" / "config.json").is_file()
    assert "holds students" in told(capsys, "mix", out, "--from", run, "--most", 3, "--force")


def test_a_set_teaches_no_student_of_unfiltered_rationales(mixed: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not 'unfiltered'" in told(capsys, "train", mixed, "--start", tiny, "--learns", "unfiltered")


def test_a_row_is_found_by_the_start_of_its_id(run: Path) -> None:
    row = next(open_examples(run).examples())
    assert f"ROW {row.id}" in vpd("trace-back", row.id[:10], "--run", run).stdout


def test_help_names_every_format() -> None:
    shown = " ".join(vpd("export", "--help").stdout.replace("│", " ").split())
    assert [name for name in FORMATS if name not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("mix", "{out}", "--from", "{run}:0.5", "--from", "{run}2"), "give every source a weight, or none"),
        (("mix", "{out}", "--from", "{run}:much"), "a source is RUN or RUN:WEIGHT"),
        (("mix", "{out}", "--from", "{run}:-1"), "weight above 0"),
        (("mix", "{out}", "--from", "{run}:nan"), "weight above 0"),
        (("mix", "{out}", "--from", "nowhere"), "nowhere holds no training examples"),
        (("mix", "{out}", "--from", "{run}", "--validation", "1.5"), "validation: "),
        (("mix", "{out}", "--from", "{run}", "--most", "0"), "most: "),
        (("mix", "{out}", "--from", "{run}", "--licence", "CC0"), "write DATA_SET=TEXT"),
        (("mix", "{out}", "--from", "{run}", "--exclude-images", "{run}/settings.json"), "settings.json, line 1"),
        (("export", "{run}", "parquet", "{out}"), "no export format is called 'parquet'"),
        (("export", "{run}", "llava", "{out}", "--split", "test"), "holds no row of the split test"),
        (("export", "{run}", "llava", "{out}", "--rationale-weight", "0"), "--rationale-weight"),
        (("export", "{run}", "llava", "{out}", "--link", "--image-root", "{run}"), "give one of the two"),
        (("export", "{run}", "llava", "{run}"), "is there already"),
        (("export", "{run}", "llava", "{out}", "--check"), "{out}"),
        (("export", "{run}", "hf-prompt", "{out}", "--push", "not a name"), "not a name is not pushed"),
        (("trace-back", "zz", "--run", "{run}"), "no examples whose id starts with 'zz'"),
        (("trace-back", "7", "--run", "{run}", "--file", "{run}/questions.jsonl"), "holds no row 7 with an id"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: tuple[str, ...], line: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"run": run, "out": tmp_path / "out"}
    assert line.format(**names) in told(capsys, *(argument.format(**names) for argument in arguments))
    assert not (tmp_path / "out").exists()


@pytest.fixture
def no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Nobody is logged in."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))


@pytest.mark.usefixtures("no_token")
def test_a_push_without_a_token_is_refused_before_anything_is_written(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = told(capsys, "export", run, "hf-prompt", tmp_path / "out", "--push", "someone/squares")
    assert "no token for the hub" in line
    assert not (tmp_path / "out").exists()
