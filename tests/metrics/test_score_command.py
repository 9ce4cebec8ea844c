"""`vpd score`, as somebody calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef

PICTURE = ImageRef("0" * 64, "a.png", 64, 64)
QUESTIONS = [
    Question(
        key=str(number),
        text="Is there a dog?",
        image=PICTURE,
        kind="random",
        answer_kind=AnswerKind.YES_NO,
        answers=(answer,),
        source="POPE (coco, random)",
        split="random",
        details={"setting": "random", "label": answer},
    )
    for number, answer in enumerate(("yes", "yes", "no", "no"), 1)
]
ANSWERS = ("Yes", "No.", "yes there is", "no")


def vpd(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vpd.distill.commands", "score", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a run of four questions, two students' predictions, and a file of the first one's."""
    with RunDirectory(tmp_path / "run", RunSettings()) as run, run.journal(Question) as asked, run.journal(Prediction) as told:
        for question, answer in zip(QUESTIONS, ANSWERS):
            asked.append(question)
            for arm, said in (("distilled", answer), ("control", "no")):
                told.append(
                    Prediction(
                        question=question.id,
                        kind=question.kind,
                        split=question.split,
                        arm=arm,
                        mode="answer",
                        text=said,
                        answer=said,
                        expected=question.answers,
                        outcome=Outcome.RIGHT,
                    )
                )
    (tmp_path / "said.jsonl").write_text("".join(json.dumps({"question": "", "answer": answer}) + "\n" for answer in ANSWERS))
    return tmp_path


def test_a_file_is_scored_by_every_variant_and_the_official_one_comes_first(place: Path) -> None:
    done = vpd("pope", "run/questions.jsonl", "said.jsonl", "--json", "scores.jsonl", cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "pope, 4 questions, by pope_official (share)"
    assert "by pope_strict: f1 mean over settings" in done.stdout
    lines = [json.loads(line) for line in (place / "scores.jsonl").read_text().splitlines()]
    assert [(line["variant"], line["values"]["accuracy"]) for line in lines] == [("pope_official", 0.5), ("pope_strict", 0.5)]


def test_a_runs_student_is_scored_and_its_predictions_written(place: Path) -> None:
    done = vpd("pope", "run", "--arm", "control", "--write", "out.jsonl", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "accuracy: 0.5000" in done.stdout
    assert [json.loads(line)["answer"] for line in (place / "out.jsonl").read_text().splitlines()] == ["no"] * 4


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("pop", "run"), "no benchmark is called 'pop'; there is: pope"),
        (("pope", "run"), "run has predictions of control, distilled here, asked in mode answer; name one as --arm"),
        (("pope", "run", "said.jsonl", "--variant", "vqa_official"), "no variant of pope is called 'vqa_official'"),
        (("pope", "run", "none.jsonl"), "none.jsonl cannot be read (No such file or directory)"),
        (("pope", "run", "--split", "test"), "has no such questions; it has: 'POPE (coco, random)' split 'random'"),
        (("pope", "nowhere.jsonl", "said.jsonl"), "nowhere.jsonl: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], line: str, place: Path) -> None:
    done = vpd(*arguments, cwd=place)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
