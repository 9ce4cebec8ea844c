"""The commands that teach and ask: from a run directory to its predictions."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vpd.distill.commands import evaluation, student
from vpd.distill.records import Prediction, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.distill.student import StudentError
from vpd.engine.records import Question

app = typer.Typer()
app.command()(student.train)
app.command()(evaluation.evaluate)


@pytest.fixture
def run(tmp_path: Path, questions: list[Question], lessons: list[TrainingExample]) -> Path:
    with RunDirectory(tmp_path / "run", RunSettings()) as place:
        with place.journal(Question) as asked:
            for question in questions:
                asked.append(question.model_copy(update={"split": "plain"}))
        with place.journal(TrainingExample) as taught:
            for lesson in lessons:
                taught.append(lesson)
    return tmp_path / "run"


def test_a_run_teaches_a_student_and_asks_it(run: Path, tiny: Path) -> None:
    train = ["train", str(run), "--start", str(tiny), "--name", "one", "--steps", "3"]
    evaluate = ["evaluate", str(run), "--name", "one"]
    for arguments in (train, evaluate, evaluate):
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0
    with RunDirectory(run) as place:
        told = place.read(Prediction)
    assert len(told) == len({one.id for one in told}) == 48
    assert {(one.arm, one.mode) for one in told} == {("one", "answer")}


def test_a_student_that_was_never_taught_is_named(run: Path) -> None:
    with pytest.raises(StudentError, match="no image-text-to-text model"):
        CliRunner().invoke(app, ["evaluate", str(run), "--name", "nobody"], catch_exceptions=False)
