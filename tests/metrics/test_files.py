"""Files of predictions in each benchmark's own format."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from vpd.distill.errors import MetricError
from vpd.distill.metrics.files import FORMATS, read_predictions, write_predictions
from vpd.engine.records import AnswerKind, Question
from vpd.tools.errors import UnknownName
from vpd.tools.image import ImageRef

PICTURE = ImageRef("0" * 64, "a.png", 64, 64)


def asked(*keys: str, source: str = "test", **details: Any) -> list[Question]:
    return [
        Question(
            key=key,
            text=f"What is {key}?",
            image=PICTURE,
            kind="k",
            answer_kind=AnswerKind.TEXT,
            answers=("yes",),
            source=source,
            split="val",
            details=details,
        )
        for key in keys
    ]


@pytest.mark.parametrize("benchmark", sorted(FORMATS))
def test_what_is_written_is_read_again(benchmark: str, tmp_path: Path) -> None:
    questions = asked("7", "8", "9", options={"A": "red", "B": "a\nb"}, category="ocr")
    said = {question.id: 0.25 if benchmark == "hateful-memes" else 'a "b",\tc' for question in questions}
    assert write_predictions(benchmark, tmp_path / "said", questions, said) == 3
    read = read_predictions(benchmark, tmp_path / "said", questions)
    assert {key: type(said[key])(value) for key, value in read.items()} == said


@pytest.mark.parametrize(
    ("benchmark", "text"),
    [
        ("vqav2", '[{"question_id": 42, "answer": "red"}]'),
        ("textvqa", '[{"question_id": 42, "image_id": "ab", "answer": "red", "pred_source": []}]'),
        ("gqa", '[{"questionId": "42", "prediction": "red"}]'),
        ("aokvqa-choice", '{"42": {"multiple_choice": "red", "direct_answer": "blue"}}'),
        ("aokvqa-direct", '{"42": {"multiple_choice": "blue", "direct_answer": "red"}}'),
        ("aokvqa-direct", '{"42": "red"}'),
        ("pope", '{"question": "Is it?", "answer": "red"}\n'),
        ("mmbench", "index\tquestion\tprediction\n42\twhat\tred\n"),
        ("hateful-memes", "id,proba,label\n00042,red,1\n"),
    ],
)
def test_an_official_file_is_read(benchmark: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "said").write_text(text, "utf-8")
    question = asked("42")[0]
    assert read_predictions(benchmark, tmp_path / "said", [question]) == {question.id: "red"}


def test_a_submission_of_memes_has_three_columns(tmp_path: Path) -> None:
    questions = asked("1", "2")
    write_predictions("hateful-memes", tmp_path / "said", questions, {questions[0].id: 0.75, questions[1].id: 0.5})
    assert list(csv.reader((tmp_path / "said").read_text().splitlines())) == [
        ["id", "proba", "label"],
        ["1", "0.75", "1"],
        ["2", "0.5", "0"],
    ]


def test_numbers_of_questions_are_written_as_numbers(tmp_path: Path) -> None:
    questions = asked("42")
    write_predictions("vqav2", tmp_path / "said", questions, {questions[0].id: "red"})
    assert json.loads((tmp_path / "said").read_text()) == [{"question_id": 42, "answer": "red"}]


def test_predictions_of_other_questions_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "said").write_text('[{"question_id": 1, "answer": "a"}, {"question_id": 2, "answer": "b"}]')
    questions = asked("2")
    assert read_predictions("vqav2", tmp_path / "said", questions) == {questions[0].id: "b"}


def test_zeros_before_a_number_matter_only_where_two_keys_differ_by_them(tmp_path: Path) -> None:
    (tmp_path / "said").write_text('[{"questionId": "07", "prediction": "a"}, {"questionId": "7", "prediction": "b"}]')
    questions = asked("7", "07", "8")
    assert read_predictions("gqa", tmp_path / "said", questions) == {questions[0].id: "b", questions[1].id: "a"}


def test_a_file_without_keys_goes_by_order(tmp_path: Path) -> None:
    (tmp_path / "said").write_text('{"answer": "a"}\n{"answer": "b"}\n')
    questions = asked("1", source="one") + asked("1", source="two")
    assert list(read_predictions("pope", tmp_path / "said", questions).values()) == ["a", "b"]


@pytest.mark.parametrize(
    ("benchmark", "text", "why"),
    [
        ("vqav2", "[", "is not JSON"),
        ("vqav2", "{}", "expected a JSON array"),
        ("vqav2", "3", "expected a JSON array"),
        ("vqav2", '[{"question_id": 1}]', "record 1: has no 'answer'"),
        ("vqav2", '[{"answer": "a"}]', "record 1: has no 'question_id'"),
        ("vqav2", "[7]", "record 1: has no 'answer'"),
        (
            "vqav2",
            '[{"question_id": 1, "answer": "a"}, {"question_id": 1, "answer": "b"}]',
            "record 2: question 1 has a prediction",
        ),
        ("aokvqa-direct", "[]", "expected a JSON object"),
        ("pope", '{"answer": "a"}\n{"answer"\n', "line 2: is not JSON"),
        ("pope", '{"answer": "a"}\n{"answer": "b"}\n', "2 predictions for 1 questions"),
        ("hateful-memes", "id,label\n1,1\n", "record 1: has no 'proba'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(benchmark: str, text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "said").write_text(text)
    with pytest.raises(MetricError, match=why):
        read_predictions(benchmark, tmp_path / "said", asked("1"))


def test_an_order_that_names_another_question_is_refused(tmp_path: Path) -> None:
    (tmp_path / "said").write_text('{"question_id": 1, "answer": "a"}\n{"question_id": 3, "answer": "b"}\n')
    with pytest.raises(MetricError, match="record 2: is of question 3, but question 1 is next"):
        read_predictions("pope", tmp_path / "said", asked("1", source="one") + asked("1", source="two"))


def test_an_unknown_benchmark_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="vqav2"):
        read_predictions("vqav3", tmp_path / "said", [])
