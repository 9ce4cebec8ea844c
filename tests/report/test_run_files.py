"""Reading a run directory, whole or half written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vpd.distill.run_files import RunRecords, read_run
from vpd.engine.errors import JournalError


def test_a_folder_without_questions_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="holds no run"):
        read_run(tmp_path)


def test_stages_that_have_not_written_are_empty(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    for name in ("traces", "verdicts", "rationales", "predictions"):
        (run.folder / f"{name}.jsonl").unlink()
    (run.folder / "manifest.json").unlink()
    found = read_run(run.folder)
    assert (found.traces, found.predictions, found.manifest, found.seed) == ((), (), {}, "not noted")
    assert all(draw.trace is None for asked in found.asked for draw in asked.draws)


def test_a_half_last_line_is_left_out(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    with (run.folder / "traces.jsonl").open("a") as file:
        file.write('{"program": "ab')
    assert len(read_run(run.folder).traces) == len(run.traces)


def test_a_manifest_that_is_no_json_is_named(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    (run.folder / "manifest.json").write_text("{")
    with pytest.raises(JournalError, match=r"manifest\.json is not JSON"):
        read_run(run.folder)


def test_draws_come_in_their_order_with_trace_and_verdict(drawn_run: RunRecords) -> None:
    for asked in drawn_run.asked:
        assert [draw.program.draw for draw in asked.draws] == [0, 1, 2, 3, 4]
        for draw in asked.draws:
            assert draw.trace is not None
            assert draw.verdict is not None
            assert draw.trace.program == draw.program.source_sha256
            assert (draw.verdict.question, draw.verdict.trace) == (asked.question.id, draw.trace.id)
