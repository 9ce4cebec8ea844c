"""A row of training data is walked back to its program, from a run, from a set, and from a set of sets."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vpd.distill.errors import RunError
from vpd.distill.mixing import MixSettings, mix, open_examples
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.report.origin_view import render_origin, tell_origin
from vpd.distill.trace_back import find_origin

MakeRun = Callable[..., Path]


def mixed(out: Path, *runs: Path, **more: object) -> Path:
    mix(out, MixSettings.checked(sources=[{"path": str(run)} for run in runs], **more))
    return out


def row_of(source: Path, teaches: Teaches) -> TrainingExample:
    return next(row for row in open_examples(source).examples() if row.teaches is teaches)


def test_a_rationale_row_leads_to_its_program_and_verdict(make_run: MakeRun) -> None:
    run = make_run("run")
    row = row_of(run, Teaches.RATIONALE)
    origin = find_origin(row.id[:12], run)
    assert origin.trace is not None
    assert origin.draws[0].source == origin.trace.source
    assert origin.rationale is not None
    assert origin.rationale.text == row.messages[-1].content
    assert origin.verdict is not None
    assert origin.verdict.outcome == "right"


def test_every_row_of_a_set_of_sets_leads_to_its_run(make_run: MakeRun, tmp_path: Path) -> None:
    first = mixed(tmp_path / "first", make_run("run"))
    second = mixed(tmp_path / "second", first, make_run("more", range(20, 23), source="other-1"))
    for row in open_examples(second).examples():
        origin = find_origin(row.id, second)
        assert origin.run.resolve().name == row.provenance["run"]
        assert origin.question is not None
        assert origin.question.image.sha256 == row.image.sha256


def test_the_text_shows_every_stage(make_run: MakeRun, tmp_path: Path) -> None:
    source = mixed(tmp_path / "set", make_run("run"))
    text = tell_origin(find_origin(row_of(source, Teaches.RATIONALE).id, source))
    for heading in ("ROW", "IMAGE", "QUESTION", "PROMPT", "DRAW 0 of local/drawn", "PROGRAM", "TRACE", "VERDICT", "RATIONALE"):
        assert f"\n{heading}" in f"\n{text}"
    assert "#0 line 2: look(" in text


def test_an_answer_row_says_what_became_of_its_programs(make_run: MakeRun) -> None:
    run = make_run("run", wrong=range(8))
    text = tell_origin(find_origin(row_of(run, Teaches.ANSWER).id, run))
    assert "it teaches what people answered" in text
    assert "all verdicts on this question: 1 wrong" in text


def test_a_label_that_a_program_gave_leads_to_that_program(make_run: MakeRun, tmp_path: Path) -> None:
    source = mixed(tmp_path / "set", make_run("run"), unlabelled=True)
    assert find_origin(row_of(source, Teaches.ANSWER).id, source).trace is not None


def test_an_answer_that_stands_in_for_a_label_leads_to_its_program(make_run: MakeRun) -> None:
    run = make_run("run", asked=[("Is it red?", "existence", "")])
    text = tell_origin(find_origin(row_of(run, Teaches.ANSWER).id, run))
    assert "people answered" not in text
    assert "\nTRACE" in text


def test_control_signs_in_records_do_not_reach_the_terminal(make_run: MakeRun) -> None:
    run = make_run("run", [1], [("Is it \x1b[2Jred?", "existence", "yes")])
    assert "\x1b" not in tell_origin(find_origin(row_of(run, Teaches.ANSWER).id, run))


def test_the_page_holds_the_picture_and_the_program(make_run: MakeRun, tmp_path: Path) -> None:
    source = mixed(tmp_path / "set", make_run("run"))
    page = render_origin(find_origin(row_of(source, Teaches.RATIONALE).id, source))
    assert "data:image/png;base64," in page
    assert "answer = look(image)" in page


@pytest.mark.parametrize(("start", "what"), [("zz", "no examples"), ("", "no examples")])
def test_an_id_that_no_row_has_is_refused(make_run: MakeRun, start: str, what: str) -> None:
    with pytest.raises(RunError, match=what):
        find_origin(start, make_run("run"))


def test_a_run_that_was_moved_away_is_named(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    source = mixed(tmp_path / "set", run)
    row = row_of(source, Teaches.ANSWER)
    shutil.move(run, tmp_path / "elsewhere")
    with pytest.raises(RunError, match="the run 'run' is not where"):
        find_origin(row.id, source)


def test_a_set_and_its_runs_can_be_moved_together(make_run: MakeRun, tmp_path: Path) -> None:
    source = mixed(tmp_path / "there" / "set", make_run("there/run"))
    row = row_of(source, Teaches.RATIONALE)
    shutil.move(tmp_path / "there", tmp_path / "here")
    origin = find_origin(row.id, tmp_path / "here" / "set")
    assert origin.question is not None
    assert Path(origin.question.image.path).name == Path(row.image.path).name
    assert json.loads((tmp_path / "here" / "set" / "mix.json").read_text())["sources"][0]["path"] == "../run"
