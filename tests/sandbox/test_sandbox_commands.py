"""`vpd doctor` names the level and every layer; `vpd replay` tells whether stored traces come out the same."""

from pathlib import Path
from typing import Any

import pytest
import typer

from vpd.distill.commands.doctor import doctor
from vpd.distill.commands.replay import replay
from vpd.engine.journal import Journal
from vpd.engine.records import Trace
from vpd.engine.sandbox import Sandbox
from vpd.tools.toolsets import open_toolset


@pytest.fixture
def stored(tmp_path: Path, sandbox: Sandbox, scene: dict[str, Any]) -> Path:
    """A file with one trace of a program that calls no tool."""
    source, ref, tools = "answer = 1 + 1\nprint(answer)", scene["image"].ref, open_toolset("scenes")
    done = sandbox.run(source, scene["image"], tools, scene["answer"])
    trace = Trace(
        program="0" * 64, source=source, image=ref, image_sha256=ref.sha256, tools=tools.pins, isolation=done.isolation,
        calls=done.calls, steps=done.steps, printed=done.printed, answer=done.answer, failure=done.failure, seconds=done.seconds,
    )  # fmt: skip
    with Journal(tmp_path / "traces.jsonl", Trace) as journal:
        journal.append(trace)
    return tmp_path / "traces.jsonl"


def test_doctor_names_the_level_and_every_layer(capsys: pytest.CaptureFixture[str], sandbox: Sandbox) -> None:
    doctor()
    said = capsys.readouterr().out
    assert f"isolation    {sandbox.isolation}" in said
    assert all(layer in said for layer in sandbox.layers)
    assert "to make a socket: refused" in said or sandbox.isolation == "process"


def test_replay_counts_traces_that_are_the_same(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replay(stored)
    assert capsys.readouterr().out == "1 traces gave the same again, 0 did not\n"


def test_replay_shows_a_difference_and_ends_with_one(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored.write_text(stored.read_text().replace('"answer":2,"failure"', '"answer":3,"failure"'))
    with pytest.raises(typer.Exit) as ended:
        replay(stored)
    assert ended.value.exit_code == 1
    said = capsys.readouterr().out
    assert '- "answer": 3' in said
    assert '+ "answer": 2' in said


def test_replay_takes_the_first_digits_of_an_id(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replay(stored, ["zzzz"])
    assert capsys.readouterr().out == "0 traces gave the same again, 0 did not\n"
