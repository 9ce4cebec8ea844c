"""MMBench's table: words that look like nothing, pictures of other rows, and rotations."""

from pathlib import Path
from typing import Any

import pytest

from vpd.distill.datasets.errors import BadRecord


def test_none_and_na_are_options(shelf: Any) -> None:
    first = shelf.read("mmbench")[0]
    assert first.choices == ("None", "NA", "red", "blue")
    assert first.answers == ("red",)
    assert first.text == "Which one is it?\nChoose with care."


def test_details_have_the_files_own_names(shelf: Any) -> None:
    first, second = shelf.read("mmbench")
    assert first.details == {
        "index": 241,
        "group": 241,
        "rotation": 0,
        "options": {"A": "None", "B": "NA", "C": "red", "D": "blue"},
        "answer": "C",
        "hint": "Look at the top.",
        "category": "identity_reasoning",
        "l2-category": "attribute_reasoning",
        "source": "invented",
        "split": "dev",
    }
    assert "hint" not in second.details


def test_a_short_cell_names_the_row_that_holds_the_picture(shelf: Any) -> None:
    first, second = shelf.read("mmbench")
    assert first.image == second.image
    assert Path(first.image.path).is_file()


def test_the_row_that_holds_the_picture_may_come_later(shelf: Any, tmp_path: Path) -> None:
    rows = [shelf.mmbench_row(1, "2", "a b c d", "A"), shelf.mmbench_row(2, shelf.encoded("blue"), "a b c d", "A")]
    shelf.put_table(tmp_path / "MMBench_DEV_EN.tsv", rows)
    first, second = shelf.read("mmbench", folder=tmp_path)
    assert first.image == second.image


def test_a_reference_to_a_row_without_a_picture_is_an_error(shelf: Any, tmp_path: Path) -> None:
    shelf.put_table(
        tmp_path / "mmbench_dev.tsv", [shelf.mmbench_row(1, "2", "a b c d", "A"), shelf.mmbench_row(2, "1", "a b c d", "A")]
    )
    with pytest.raises(BadRecord, match="record 1: its picture is to be that of row '2', which has none"):
        shelf.read("mmbench", folder=tmp_path)


def test_circular_evaluation_asks_once_for_each_option(shelf: Any) -> None:
    questions = shelf.read("mmbench-circular")
    assert [question.key for question in questions] == ["241", "1000241", "2000241", "3000241", "252", "1000252"]
    assert [question.details["answer"] for question in questions] == ["C", "D", "A", "B", "B", "A"]
    assert {question.details["group"] for question in questions[:4]} == {241}
    assert [question.details["rotation"] for question in questions] == [0, 1, 2, 3, 0, 1]


def test_each_option_moves_one_letter_on_with_each_rotation(shelf: Any) -> None:
    rotations = [question.choices for question in shelf.read("mmbench-circular")[:3]]
    assert rotations == [("None", "NA", "red", "blue"), ("blue", "None", "NA", "red"), ("red", "blue", "None", "NA")]


def test_every_rotation_has_the_same_right_text_under_its_own_letter(shelf: Any) -> None:
    for question in shelf.read("mmbench-circular"):
        assert question.details["options"][question.details["answer"]] == question.answers[0]


def test_rotations_that_the_file_has_are_not_made_again(shelf: Any, tmp_path: Path) -> None:
    rows = [
        shelf.mmbench_row(5, shelf.encoded("red"), "a b - -", "A"),
        shelf.mmbench_row(1_000_005, "5", "b a - -", "B"),
        shelf.mmbench_row(6, "5", "a b c -", "C"),
    ]
    shelf.put_table(tmp_path / "MMBench_DEV_EN.tsv", rows)
    assert [question.key for question in shelf.read("mmbench-circular", folder=tmp_path)] == [
        *("5", "1000005"),
        *("6", "1000006", "2000006"),
    ]
    assert [question.key for question in shelf.read("mmbench", folder=tmp_path)] == ["5", "6"]


def test_a_limit_takes_whole_groups(shelf: Any) -> None:
    assert [question.key for question in shelf.read("mmbench-circular", limit=1)] == ["241", "1000241", "2000241", "3000241"]


def test_the_mirrors_spelling_of_the_second_category_is_known(shelf: Any, tmp_path: Path) -> None:
    head = ["L2-category" if name == "l2-category" else name for name in shelf.mmbench_head]
    shelf.put_table(tmp_path / "dev.tsv", [shelf.mmbench_row(1, shelf.encoded("red"), "a b c d", "A")], head)
    assert shelf.read("mmbench", folder=tmp_path)[0].details["l2-category"] == "attribute_reasoning"


def test_test_rows_have_no_answer(shelf: Any, tmp_path: Path) -> None:
    shelf.put_table(tmp_path / "MMBench_TEST_EN.tsv", [shelf.mmbench_row(1, shelf.encoded("red"), "a b c d", "")])
    (question,) = shelf.read("mmbench", "test", folder=tmp_path)
    assert question.answers == ()
    assert "answer" not in question.details


def test_cells_larger_than_the_usual_limit_are_read(shelf: Any, tmp_path: Path) -> None:
    import csv

    picture = shelf.encoded("red")
    padded = picture + "\n" * (csv.field_size_limit() + 10)
    shelf.put_table(tmp_path / "dev.tsv", [shelf.mmbench_row(1, padded, "a b c d", "A")])
    before = csv.field_size_limit()
    assert len(shelf.read("mmbench", folder=tmp_path)) == 1
    assert csv.field_size_limit() == before
