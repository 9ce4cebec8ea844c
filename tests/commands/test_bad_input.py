"""What is wrong is said in one line that names it, with an exit code, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings


def vpd(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without keys of providers."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")} | variables
    environment["VPD_CACHE"] = str(cwd / "cache")
    command = [sys.executable, "-m", "vpd.distill.commands", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Picture.new("RGB", (64, 48), "white").save(path)
    return path


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("vpd: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("ask", "Is there a dog?", "missing.png"), r"missing.png: cannot be read (No such file or directory)"),
        (("ask", "Is there a dog?", "broken.png"), "broken.png: is not a picture"),
        (("ask", "  ", "photo.png"), "the question is empty"),
        (("ask", "Is there a dog?", "photo.png", "--toolset", "lit"), "no tool set is called 'lit'; there is: lite"),
        (("ask", "Is there a dog?", "photo.png", "--llm", "local/nothing"), "no language model is called 'local/nothing'"),
        (("ask", "Is there a dog?", "photo.png", "--llm", "openai/gpt-4o-mini"), "OPENAI_API_KEY"),
        (("ask", "Is there a dog?", "photo.png", "--isolation", "strong"), "no level of isolation is called 'strong'"),
        (("ask", "Is there a dog?", "photo.png", "--llm", "replay:none.jsonl"), "none.jsonl"),
        (("judge", "nowhere"), "not a run directory"),
        (("report", "nowhere"), "nowhere"),
        (("sample", "run", "--questions", "none.jsonl"), "none.jsonl"),
        (("data", "check", "gqa", "nowhere"), "nowhere: is not there; name the folder that holds the data set's files"),
        (("data", "import", "own", "none.jsonl", "run"), "none.jsonl: is not there"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], line: str, tmp_path: Path, photo: Path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    done = vpd(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert line in said(done)


def test_wrong_usage_has_its_own_exit_code(tmp_path: Path) -> None:
    assert vpd("ask", "only a question", cwd=tmp_path).returncode == 2
    assert vpd("fly", cwd=tmp_path).returncode == 2


def test_a_run_made_with_other_settings_is_refused(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run", RunSettings(draws=3)):
        pass
    done = vpd("sample", "run", "--draws", "4", cwd=tmp_path)
    assert done.returncode == 1
    assert "draws was 3, now 4" in said(done)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (("--questions", "none.jsonl"), "none.jsonl"),
        (("--llm", "local/nothing"), "no language model is called 'local/nothing'"),
        (("--toolset", "lit"), "no tool set is called 'lit'"),
    ],
)
def test_a_run_that_cannot_begin_leaves_nothing_behind(wrong: tuple[str, str], line: str, tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").touch()
    assert line in said(vpd("sample", "run", "--questions", "questions.jsonl", *wrong, cwd=tmp_path))
    assert not (tmp_path / "run").exists()


def test_a_stage_whose_input_is_missing_names_it(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run", RunSettings()):
        pass
    assert "programs.jsonl is not there; run the stage that writes it first" in said(vpd("run", "run", cwd=tmp_path))


def test_an_interrupted_stage_says_so_and_the_next_run_ends_it(tmp_path: Path) -> None:
    made = ["scenes", "make", "scenes", "--train-images", "1500", "--test-images", "5"]
    heard = "import runpy, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)"  # jobs in the background ignore it
    command = [sys.executable, "-c", f"{heard}\nrunpy.run_module('vpd.distill.commands', run_name='__main__')", *made]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("scenes/images/train-0000*.png")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; what was written stays" in error
    assert "Traceback" not in error
    assert vpd(*made, cwd=tmp_path).returncode == 0
    assert (tmp_path / "scenes" / "questions.jsonl").exists()
