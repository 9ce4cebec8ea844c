"""Questions of one's own and of Hugging Face, by the usual names of columns or by a layout."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpd.distill.datasets import Columns, read_columns
from vpd.distill.datasets.errors import BadFile, BadRecord, DatasetError, FileMissing
from vpd.engine.records import AnswerKind, Question


@pytest.fixture
def folder(shelf: Any, tmp_path: Path) -> Path:
    """A folder with two pictures."""
    place = tmp_path / "mine"
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        shelf.put_picture(place / "images" / name, colour)
    return place


def test_json_lines_with_the_usual_names_need_no_layout(shelf: Any, folder: Path) -> None:
    rows = [
        {"id": 7, "question": "How many?", "image": "images/a.png", "answer": 3, "hint": "look", "extra": {"deep": [1, None]}},
        {"question": "Which?", "image": "b.png", "answers": ["cat"] * 3 + ["dog"], "split": "test", "kind": "animals"},
        {"question": "Is it?", "image": "a.png", "answer": True},
        {"question": "Which one?", "image": "a.png", "options": ["x", "y"], "answer": "y"},
        {"question": "What?", "image": "a.png"},
    ]
    shelf.put_lines(folder / "birds.jsonl", rows)
    first, second, third, fourth, fifth = shelf.read("own", folder=folder)
    assert (first.key, first.answers, first.answer_kind, first.split) == ("7", ("3",), AnswerKind.NUMBER, "train")
    assert first.details == {"hint": "look", "extra": {"deep": [1, None]}}
    assert (second.split, second.kind, second.answer_kind) == ("test", "animals", AnswerKind.SOFT)
    assert (third.answers, third.answer_kind, third.key) == (("yes",), AnswerKind.YES_NO, "birds-3")
    assert (fourth.choices, fourth.answer_kind) == (("x", "y"), AnswerKind.CHOICE)
    assert (fifth.answers, fifth.source) == ((), "birds")


@pytest.mark.parametrize(("name", "delimiter"), [("val.csv", ","), ("val.tsv", "\t")])
def test_a_table_may_hold_lists_as_json_and_newlines_in_quotes(name: str, delimiter: str, shelf: Any, folder: Path) -> None:
    rows = [["question", "image", "answers"], ['"What\nis it?"', "a.png", '"[""cat"", ""dog""]"'], ["None?", "b.png", "NA"]]
    (folder / name).write_text("\ufeff" + "".join(delimiter.join(row) + "\r\n" for row in rows), "utf-8", newline="")
    first, second = shelf.read("own", folder=folder)
    assert (first.text, first.answers, first.split) == ("What\nis it?", ("cat", "dog"), "val")
    assert (second.text, second.answers) == ("None?", ("NA",))


def test_one_file_can_be_named_instead_of_its_folder(shelf: Any, folder: Path) -> None:
    shelf.put_json(folder / "test.json", [{"question": "What?", "image": "images/a.png"}])
    (folder / "other.csv").write_text("not a table of questions")
    assert [question.split for question in shelf.read("own", folder=folder / "test.json")] == ["test"]


def test_a_split_picks_its_rows(shelf: Any, folder: Path) -> None:
    rows = [{"question": f"{split}?", "image": "a.png", "split": split} for split in ("train", "test")]
    shelf.put_lines(folder / "all.jsonl", rows)
    assert [question.text for question in shelf.read("own", "test", folder=folder)] == ["test?"]


LAYOUT = """
source = "Birds 2.0"
split = "dev"
answers_are = "letter"
keep = ["level"]
[columns]
question = "prompt"
image = "file"
answers = "gold"
choices = "opts"
"""


def test_a_layout_says_which_column_is_what(shelf: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "layout.toml").write_text(LAYOUT)
    shelf.put_lines(
        folder / "a.jsonl", [{"prompt": "Which?", "file": "a.png", "opts": ["x", "y"], "gold": "B", "level": 2, "junk": 1}]
    )
    (question,) = shelf.read("own", folder=folder, columns=read_columns(tmp_path / "layout.toml"))
    assert (question.source, question.split, question.answers, question.details) == ("Birds 2.0", "dev", ("y",), {"level": 2})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[columns", "is not TOML"),
        ("colour = 1", "has no setting 'colour'"),
        ("[columns]\nbird = 'x'", "columns is a table from key, question"),
        ("keep = 'x'", "keep is a list"),
        ("source = 1", "are texts"),
        ("answer_kind = 'bird'", "answer_kind is one of yes_no, number"),
        ("answers_are = 'bird'", "answers_are is one of text, index, letter"),
    ],
)
def test_a_layout_that_is_wrong_is_told_in_one_line(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "layout.toml").write_text(text)
    with pytest.raises(BadFile, match=why):
        read_columns(tmp_path / "layout.toml")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"image": "a.png"}, "has no question"),
        ({"question": 7, "image": "a.png"}, "its question is no text"),
        ({"question": "What?"}, "has no picture"),
        ({"question": "What?", "image": 7}, "its picture is a int"),
        ({"question": "What?", "image": "../a.png"}, "is no name of a picture inside"),
        ({"question": "What?", "image": "c.png"}, "its picture c.png is not in"),
        ({"question": "What?", "image": "a.png", "answer": {"a": 1}}, "holds a dict where a text belongs"),
        ({"question": "What?", "image": "a.png", "answer_kind": "bird"}, "'bird' is not a valid AnswerKind"),
        (["question"], "Expected `object`, got `array`"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: Any, why: str, shelf: Any, folder: Path) -> None:
    shelf.put_lines(folder / "a.jsonl", [{"question": "Fine?", "image": "a.png"}, row])
    with pytest.raises(BadRecord, match=why) as caught:
        shelf.read("own", folder=folder)
    assert caught.value.record == 2


@pytest.mark.parametrize(("are", "said"), [("index", 2), ("index", "x"), ("letter", "C"), ("letter", "AB"), ("letter", "")])
def test_an_answer_that_is_no_choice_is_named(are: str, said: Any, shelf: Any, folder: Path) -> None:
    shelf.put_lines(folder / "a.jsonl", [{"question": "Which?", "image": "a.png", "choices": ["x", "y"], "answers": [said]}])
    with pytest.raises(BadRecord, match="record 1: "):
        shelf.read("own", folder=folder, columns=Columns(answers_are=are))  # type: ignore[arg-type]  # both are among its words


def test_a_column_that_the_layout_names_must_be_there(shelf: Any, folder: Path) -> None:
    shelf.put_lines(folder / "a.jsonl", [{"question": "Which?", "image": "a.png"}])
    with pytest.raises(BadRecord, match="has no column 'gold', which is to be the answers; it has 'question', 'image'"):
        shelf.read("own", folder=folder, columns=Columns(columns={"answers": "gold"}))


def test_a_folder_without_questions_says_which_files_it_looked_for(shelf: Any, folder: Path) -> None:
    with pytest.raises(FileMissing, match=r"a file of questions \(\.jsonl, \.json, \.csv, \.tsv\)"):
        shelf.read("own", folder=folder)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["question", "image", "answers", "choices", "kind", "answer_kind", "split", "id", "other"])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(NAMES, VALUES), max_size=2), good=st.booleans())
def test_any_rows_give_questions_or_one_clean_error(rows: list[dict[str, Any]], good: bool, shelf: Any, folder: Path) -> None:
    given = [row | ({"question": "What?", "image": "a.png"} if good else {}) for row in rows]
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given), "utf-8")
    try:
        for question in shelf.stream("own", folder):
            assert Question.from_line(question.to_line()).digest == question.digest
    except DatasetError as error:
        assert "\n" not in str(error)  # noqa: PT017  either outcome is right, but an error must be one line


def rows_for_hugging_face(shelf: Any) -> list[dict[str, Any]]:
    picture = {"bytes": shelf.picture_bytes("red"), "path": None}
    return [
        {"question_id": 1, "question": "What?", "image": picture, "answers": ["cat"] * 10, "tags": ["a", "b"]},
        {"question_id": 2, "question": "Which?", "image": picture, "answers": ["dog"] * 10, "tags": []},
    ]


def test_parquet_files_are_read_batch_by_batch_with_their_pictures(shelf: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    place = tmp_path / "hf" / "data"
    place.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows_for_hugging_face(shelf)), place / "validation-00000-of-00001.parquet")
    first, second = shelf.read("hf", folder=tmp_path / "hf")
    assert (first.key, first.split, first.answers, first.source) == ("1", "validation", ("cat",) * 10, "hf")
    assert first.details == {"tags": ["a", "b"]}
    assert Path(first.image.path).read_bytes() == shelf.picture_bytes("red")
    assert second.image == first.image


def test_a_cut_parquet_file_is_named(shelf: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "train.parquet"
    pq.write_table(pa.Table.from_pylist(rows_for_hugging_face(shelf)), file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BadFile, match=r"train\.parquet: is not a whole parquet file"):
        shelf.read("hf", folder=file)


def test_what_save_to_disk_wrote_is_read_without_decoding_its_pictures(shelf: Any, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"question": datasets.Value("string"), "picture": datasets.Image(), "answer": datasets.ClassLabel(names=["cat", "dog"])}
    )
    rows = {"question": ["What?"], "picture": [{"bytes": shelf.picture_bytes("red"), "path": None}], "answer": [1]}
    made = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"test": made, "train": made}).save_to_disk(str(tmp_path / "saved"))
    question, other = shelf.read("hf", folder=tmp_path / "saved")
    assert (question.key, question.split, question.answers) == ("test-1", "test", ("dog",))
    assert other.key == "train-1"
    assert Path(question.image.path).read_bytes() == shelf.picture_bytes("red")


STREAM = """
import sys
from vpd.distill.datasets import Columns
from vpd.distill.datasets.hub import read_hub
(entry,) = read_hub("hub:" + sys.argv[1], Columns())
print(entry.key, entry.split, entry.answers, type(entry.picture.data).__name__)
"""


@pytest.mark.slow
def test_rows_are_streamed_as_from_the_hub(shelf: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "set").mkdir()
    pq.write_table(pa.Table.from_pylist(rows_for_hugging_face(shelf)[:1]), tmp_path / "set" / "test-00000-of-00001.parquet")
    command = [sys.executable, "-c", STREAM, str(tmp_path / "set")]
    environment = os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["1", "test", *str(("cat",) * 10).split(), "bytes"]


def test_a_folder_that_is_no_data_set_of_hugging_face_is_told(shelf: Any, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="holds neither parquet files nor a data set"):
        shelf.read("hf", folder=tmp_path)
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(BadFile, match="cannot be read as a data set"):
        shelf.read("hf", folder=tmp_path)


def test_a_picture_may_stand_in_a_row_as_a_data_url(shelf: Any, folder: Path) -> None:
    text = base64.b64encode(shelf.picture_bytes("green")).decode()
    shelf.put_lines(folder / "a.jsonl", [{"question": "What?", "image": f"data:image/png;base64,{text}"}])
    (question,) = shelf.read("own", folder=folder)
    assert Path(question.image.path).read_bytes() == shelf.picture_bytes("green")
