"""A file that is not whole is told in one line that names it and the record; nothing else ever comes out."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpd.distill.datasets.errors import BadFile, BadRecord, DatasetError, FileMissing
from vpd.engine.records import Question
from vpd.tools.errors import UnknownName

FILES = {
    "gqa": "testdev_balanced_questions.json",
    "vqav2": "v2_mscoco_val2014_annotations.json",
    "okvqa": "OpenEnded_mscoco_val2014_questions.json",
    "aokvqa-choice": "aokvqa_v1p0_val.json",
    "aokvqa-direct": "aokvqa_v1p0_test.json",
    "tallyqa": "test.json",
    "textvqa": "TextVQA_0.5.1_val.json",
    "ocrvqa": "dataset.json",
    "pope": "coco_pope_popular.json",
    "mmbench": "mmbench_dev_20230712.tsv",
    "mmbench-circular": "mmbench_dev_20230712.tsv",
    "hateful-memes": "dev_seen.jsonl",
}
LINES = {"pope", "hateful-memes"}


def told(error: DatasetError, file: Path) -> None:
    """One line that names the file."""
    assert len(str(error).splitlines()) == 1
    assert str(file) in str(error)


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("mmbench")])
def test_a_cut_file_names_the_record_in_which_it_ends(name: str, shelf: Any) -> None:
    file = shelf.make(name) / FILES[name]
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 9 // 10])
    with pytest.raises(BadRecord, match=r"record \d+: ") as caught:
        shelf.read(name)
    told(caught.value, file)


def test_the_record_in_which_a_file_breaks_is_counted_right(shelf: Any, tmp_path: Path) -> None:
    rows = json.loads((shelf.make("tallyqa") / "test.json").read_text())
    text = json.dumps([*rows, *rows, *rows])
    for count in range(6):
        place = -1
        for _ in range(count + 1):
            place = text.index('"answer"', place + 1)
        (tmp_path / "test.json").write_text(text[:place] + "?" + text[place:])
        with pytest.raises(BadRecord) as caught:
            shelf.read("tallyqa", "test", folder=tmp_path)
        assert caught.value.record == count + 1


def test_a_record_of_another_shape_is_named_with_its_field(shelf: Any) -> None:
    file = shelf.make("tallyqa") / "test.json"
    rows = json.loads(file.read_text())
    rows[1]["answer"] = "four"
    file.write_text(json.dumps(rows))
    with pytest.raises(BadRecord, match=r"test\.json, record 2: Expected `int`, got `str` - at `\$\.answer`"):
        shelf.read("tallyqa", "test")


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("aokvqa-choice", {"correct_choice_idx": 4}, "record 1: correct_choice_idx is 4 of 4 choices"),
        ("aokvqa-choice", {"question": None}, r"record 1: Expected `str`, got `null` - at `\$\.question`"),
    ],
)
def test_a_value_out_of_its_range_is_named(name: str, change: dict[str, Any], why: str, shelf: Any) -> None:
    file = shelf.make(name) / FILES[name]
    file.write_text(json.dumps([json.loads(file.read_text())[0] | change]))
    with pytest.raises(BadRecord, match=why):
        shelf.read(name, "val")


def test_a_question_without_an_annotation_is_named(shelf: Any) -> None:
    file = shelf.make("vqav2") / FILES["vqav2"]
    held = json.loads(file.read_text())
    held["annotations"] = held["annotations"][:1]
    file.write_text(json.dumps(held))
    with pytest.raises(BadRecord, match=r"record 1: question_id 42000 has no annotation in v2_mscoco_val2014_annotations\.json"):
        shelf.read("vqav2", "val")


@pytest.mark.parametrize(
    ("change", "why"),
    [({"image_id": 1}, "image_id 1 is not that of the question, 7"), ({"question_id": 42000}, "is that of record 1 too")],
)
def test_annotations_that_do_not_fit_their_questions_are_named(change: dict[str, int], why: str, shelf: Any) -> None:
    file = shelf.make("vqav2") / FILES["vqav2"]
    held = json.loads(file.read_text())
    held["annotations"] = [held["annotations"][1], held["annotations"][0] | change]
    file.write_text(json.dumps(held))
    with pytest.raises(BadRecord, match=why):
        shelf.read("vqav2", "val")


def test_a_file_without_the_list_it_should_have_says_what_it_has(shelf: Any) -> None:
    file = shelf.make("textvqa") / FILES["textvqa"]
    file.write_text('{"questions": [], "info": {}}')
    with pytest.raises(BadFile, match="has no 'data' at its top level; it has 'questions', 'info'"):
        shelf.read("textvqa", "val")


def test_answers_and_questions_of_a_cover_must_be_as_many(shelf: Any) -> None:
    file = shelf.make("ocrvqa") / FILES["ocrvqa"]
    held = json.loads(file.read_text())
    held["0007131860"]["answers"].pop()
    file.write_text(json.dumps(held))
    with pytest.raises(BadRecord, match="record 2: 2 questions, 1 answers"):
        shelf.read("ocrvqa", "train")


def test_a_row_with_too_few_cells_is_named(shelf: Any, tmp_path: Path) -> None:
    shelf.put_table(tmp_path / "dev.tsv", [shelf.mmbench_row(1, shelf.encoded("red"), "a b c d", "A"), ["2", "Which?"]])
    with pytest.raises(BadRecord, match="record 2: 2 cells, the head names 14"):
        shelf.read("mmbench", folder=tmp_path)


def test_a_missing_file_says_what_was_looked_for(shelf: Any, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"aokvqa_v1p0_val\.json is not there"):
        shelf.read("aokvqa-choice", "val", folder=tmp_path)
    with pytest.raises(DatasetError, match="no split of A-OKVQA, multiple choice is there whole; expected are train: aokvqa"):
        shelf.read("aokvqa-choice", folder=tmp_path)
    with pytest.raises(BadFile, match="is not there; name the folder"):
        shelf.read("gqa", folder=tmp_path / "nowhere")


def test_unknown_names_are_told_with_those_that_are_near(shelf: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="no data set is called 'okvga'; there is: okvqa"):
        shelf.read("okvga", folder=tmp_path)
    with pytest.raises(UnknownName, match="no split of GQA is called 'tesdev'; there is: testdev"):
        shelf.read("gqa", "tesdev")


@pytest.mark.parametrize(
    "text", ["", "   ", "null", "7", '"a"', "[]", "{}", "[[]]", "[1]", "[" * 5000, '{"a": ' * 5000, "\ufeff[]"]
)
@pytest.mark.parametrize("name", FILES)
def test_files_that_are_something_else_are_refused_or_empty(name: str, text: str, shelf: Any) -> None:
    (shelf.make(name) / FILES[name]).write_text(text, "utf-8")
    outcome(shelf, name)


def outcome(shelf: Any, name: str) -> list[Question]:
    """The questions up to the first error, which must be a clean one."""
    questions: list[Question] = []
    with contextlib.suppress(DatasetError):
        stream = shelf.stream(name, shelf.make(name))
        with watching(shelf.top):
            for question in stream:
                assert Question.from_line(question.to_line()).digest == question.digest
                questions.append(question)
    return questions


@contextlib.contextmanager
def watching(top: Path) -> Iterator[None]:
    """See that an error is told in one line that names a file."""
    try:
        yield
    except DatasetError as error:
        told(error, top)
        raise


CHANGES = st.one_of(
    st.tuples(st.just("cut"), st.floats(0, 1), st.just(b"")),
    st.tuples(st.just("put"), st.floats(0, 1), st.binary(min_size=1, max_size=4)),
    st.tuples(
        st.just("put"),
        st.floats(0, 1),
        st.sampled_from(
            [b"\\ud800", b"null", b"[", b"}", b'"', b"\t", b"\n", b"-1", b"1e999", b"NaN", b"../", b"\x00", b"9" * 5000]
        ),
    ),
    st.tuples(st.just("drop"), st.floats(0, 1), st.just(b"")),
)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
def test_a_changed_file_gives_questions_or_one_clean_error(
    name: str, changes: list[tuple[str, float, bytes]], shelf: Any
) -> None:
    file = shelf.make(name) / FILES[name]
    whole = file.read_bytes()
    data = whole
    for what, where, new in changes:
        place = int(where * len(data))
        if what == "cut":
            data = data[:place]
        elif what == "put":
            data = data[:place] + new + data[place + len(new) :]
        else:
            data = data[:place] + data[place + 1 :]
    try:
        file.write_bytes(data)
        outcome(shelf, name)
    finally:
        file.write_bytes(whole)
