"""Asking a student: batches change nothing, answers are found in what it says, and predictions say what was asked."""

from pathlib import Path

import pytest

from vpd.distill.records import Outcome, TrainingExample
from vpd.distill.student import Form, Mode, TrainSettings, answer_of, predict, train_student
from vpd.engine.records import Question


def judge(question: Question, answer: str) -> Outcome:
    return Outcome.RIGHT if answer in question.answers else Outcome.WRONG


@pytest.fixture(scope="module")
def taught(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    settings = TrainSettings(steps=60, pictures=8, warmup=5, learning_rate=4e-3, muon_learning_rate=0.03)
    train_student(tiny, lessons, folder, settings)
    return folder / "student"


@pytest.mark.parametrize("mode", list(Mode))
def test_batches_change_no_prediction(taught: Path, questions: list[Question], mode: Mode) -> None:
    together = list(predict(taught, questions[:9], mode, judge, arm="student", batch=9))
    alone = list(predict(taught, questions[:9], mode, judge, arm="student", batch=1))
    assert [one.digest for one in together] == [one.digest for one in alone]


def test_a_taught_student_answers(taught: Path, questions: list[Question]) -> None:
    told = list(predict(taught, questions, Mode.ANSWER, judge, arm="student"))
    assert [one.question for one in told] == [question.id for question in questions]
    assert sum(one.outcome is Outcome.RIGHT for one in told) > len(told) / 2
    assert {one.mode for one in told} == {"answer"}


def test_a_rationale_ends_in_its_answer(taught: Path, questions: list[Question]) -> None:
    told = next(predict(taught, questions[:1], Mode.EXPLAIN, judge, arm="student"))
    assert told.text.startswith("there is")
    assert told.text.endswith(f"answer is {told.answer}.")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("there are 2 circles : at x1 y2. so the answer is 2.", "2"),
        ("the answer is 1. no, the answer is not red.", "not red"),
        ("there are 2 circles : at x1", ""),
    ],
)
def test_the_answer_of_a_rationale_is_what_follows_the_last_answer_is(text: str, answer: str) -> None:
    assert answer_of(text, Mode.EXPLAIN) == answer


def test_an_answer_that_comes_first_is_the_first_sentence() -> None:
    assert answer_of("red. there is 1 red square. so the answer is red.", Mode.ANSWER_FIRST) == "red"


def test_a_student_of_both_in_one_is_asked_for_both(
    tiny: Path, lessons: list[TrainingExample], questions: list[Question], tmp_path: Path
) -> None:
    settings = TrainSettings(steps=60, pictures=8, warmup=5, learning_rate=4e-3, muon_learning_rate=0.03)
    train_student(tiny, lessons, tmp_path, settings.model_copy(update={"form": Form.ANSWER_THEN_RATIONALE}))
    told = list(predict(tmp_path / "student", questions, Mode.ANSWER_FIRST, judge, arm="student"))
    both = [one for one in told if one.text.startswith(f"{one.answer}. there is")]
    assert len(both) > len(told) / 2
    assert {one.answer for one in both} <= {"red", "green", "blue", "left", "right"}


def test_a_short_answer_is_all_that_is_said_short_of_its_full_stop() -> None:
    assert answer_of(" yes. ", Mode.ANSWER) == "yes"
