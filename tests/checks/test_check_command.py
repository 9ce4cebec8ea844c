"""`vpd check` on a small run that is written by hand: precision against coverage, hidden labels, a calibration to keep."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vpd.distill.checks.calibration import read_calibration
from vpd.distill.commands.main import app
from vpd.distill.errors import RunError
from vpd.distill.judging import judge_trace
from vpd.distill.records import Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.records import AnswerKind, Isolation, Program, Question, ToolCall, Trace
from vpd.tools.image import ImageRef

SOURCES = (
    'def execute_command(image):\n    return exists(image, "dog")',
    'def execute_command(image):\n    return len(find(image, "dog")) > 0',
    'def execute_command(image):\n    return len(find(image, "cat")) == 0',
)
TEXT = "Is there a dog?"


def question(number: int, label: str | None) -> Question:
    return Question(
        key=str(number), text=TEXT, image=ImageRef(f"{number:064x}", f"{number}.png", 10, 10), kind="exist",
        answer_kind=AnswerKind.YES_NO, answers=(label,) if label else (), source="test", split="train",
    )  # fmt: skip


def write_run(folder: Path, *, labelled: bool, policy: str = "agreed") -> list[Question]:
    """Ten pictures: two programs agree on each and are right on eight, the third says the other thing. Gives the labels."""
    known = [question(number, "yes" if number < 8 else "no") for number in range(10)]
    with RunDirectory(folder, RunSettings(policy=policy)) as run:
        with run.journal(Question) as questions, run.journal(Program) as programs:
            for each in known:
                questions.append(each if labelled else question(int(each.key), None))
            for draw, source in enumerate(SOURCES):
                programs.append(
                    Program(
                        question=TEXT, prompt_sha256="0" * 64, model="m", sampling={}, draw=draw, completion=source, source=source
                    )
                )
        drawn = run.read(Program)
        with run.journal(Trace) as traces, run.journal(Verdict) as verdicts:
            for each in run.read(Question):
                for program, answer in zip(drawn, ("yes", "yes", "no"), strict=True):
                    call = ToolCall(number=0, line=2, tool="find", arguments={"object_name": "dog"}, result=[])
                    trace = Trace(
                        program=program.source_sha256, source=program.source, image=each.image, image_sha256=each.image.sha256,
                        tools=(), isolation=Isolation.PROCESS, calls=(call,), answer=answer,
                    )  # fmt: skip
                    traces.append(trace)
                    verdicts.append(judge_trace(each, trace))
    return known


def check(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["check", *arguments], catch_exceptions=False, env={"COLUMNS": "160"})
    assert done.exit_code == 0
    return done.output


def test_precision_against_coverage_is_shown_where_labels_are_known(tmp_path: Path) -> None:
    write_run(tmp_path / "run", labelled=True)
    said = check(str(tmp_path / "run"))
    row = next(line for line in said.splitlines() if "0.67" in line and "100.0 %" in line)
    assert "80.0 %" in row
    assert "calibration error: 0.133" in said


def test_without_labels_nothing_is_said_of_precision(tmp_path: Path) -> None:
    write_run(tmp_path / "run", labelled=False)
    assert "covered" not in check(str(tmp_path / "run"))


def test_labels_that_the_run_does_not_see_come_from_a_file(tmp_path: Path) -> None:
    known = write_run(tmp_path / "run", labelled=False)
    (tmp_path / "labels.jsonl").write_text("".join(f"{each.to_line()}\n" for each in known))
    assert "80.0 %" in check(str(tmp_path / "run"), "--labels", str(tmp_path / "labels.jsonl"))


def test_answers_in_a_labels_place_are_counted_and_held_against_labels_that_are_given(tmp_path: Path) -> None:
    known = write_run(tmp_path / "run", labelled=False)
    (tmp_path / "labels.jsonl").write_text("".join(f"{each.to_line()}\n" for each in known))
    said = check(str(tmp_path / "run"), "--policy", "none", "--labels", str(tmp_path / "labels.jsonl"))
    assert "a program's answer taught in its place: 10 questions" in said
    assert "of these right by the labels given: 80.0 %" in said
    assert "taught in its place" not in check(str(tmp_path / "run"), "--policy", "paper")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("none", "by the policy none: 10 of 10 without a label\n"),
        ("reasons", "by the policy reasons: 0 of 10 without a label; the policies proven and agreed give one\n"),
    ],
)
def test_building_tells_how_many_answers_stand_in_for_labels(tmp_path: Path, policy: str, said: str) -> None:
    write_run(tmp_path / "run", labelled=False, policy=policy)
    for stage in ("explain", "build"):
        done = CliRunner().invoke(app, [stage, str(tmp_path / "run")], catch_exceptions=False, env={"COLUMNS": "160"})
    assert said in done.output


def test_a_calibration_that_was_written_can_be_used_by_a_policy(tmp_path: Path) -> None:
    write_run(tmp_path / "run", labelled=True)
    check(str(tmp_path / "run"), "--calibrate", str(tmp_path / "curve.json"))
    assert read_calibration(tmp_path / "curve.json").chance(2 / 3) == pytest.approx(0.8)
    for confidence, taught in ((0.75, "taught: 20 traces"), (0.85, "taught: 0 traces")):
        (tmp_path / "own.toml").write_text(
            'name = "own"\nanswer = "any"\none_of = [["agreed"]]\n'
            f'[limits]\ncalibration = "curve.json"\nconfidence = {confidence}\n'
        )
        assert taught in check(str(tmp_path / "run"), "--policy", str(tmp_path / "own.toml"))


def test_a_file_of_labels_that_is_not_there_is_named_before_anything_runs(tmp_path: Path) -> None:
    write_run(tmp_path / "run", labelled=False)
    done = CliRunner().invoke(app, ["check", str(tmp_path / "run"), "--look", "--labels", str(tmp_path / "none.jsonl")])
    assert isinstance(done.exception, FileNotFoundError)
    assert not (tmp_path / "run" / "findings.jsonl").exists()


def test_without_labels_there_is_nothing_to_calibrate_by(tmp_path: Path) -> None:
    write_run(tmp_path / "run", labelled=False)
    done = CliRunner().invoke(app, ["check", str(tmp_path / "run"), "--calibrate", str(tmp_path / "curve.json")])
    assert isinstance(done.exception, RunError)
    assert not (tmp_path / "curve.json").exists()
