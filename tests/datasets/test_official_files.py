"""Each data set's official layout becomes questions, with everything that its metric needs."""

from typing import Any

import pytest

from vpd.engine.records import AnswerKind, Question


def by_key(questions: list[Question]) -> dict[str, Question]:
    return {question.key: question for question in questions}


NAMES = "gqa vqav2 okvqa aokvqa-choice aokvqa-direct tallyqa textvqa ocrvqa pope mmbench mmbench-circular hateful-memes".split()


@pytest.mark.parametrize("name", NAMES)
def test_every_question_survives_its_file_and_has_an_id_of_its_own(name: str, shelf: Any) -> None:
    questions = shelf.read(name)
    assert [Question.from_line(question.to_line()) for question in questions] == questions
    assert len({question.id for question in questions}) == len(questions)
    assert [question.digest for question in questions]


def test_gqa_keeps_what_consistency_validity_and_distribution_need(shelf: Any) -> None:
    asked, checked = shelf.read("gqa", "testdev")
    assert (asked.key, asked.kind, asked.answers, asked.answer_kind) == ("05515938", "query", ("red",), AnswerKind.TEXT)
    assert (checked.kind, checked.answer_kind) == ("verify", AnswerKind.YES_NO)
    assert asked.details["entailed"] == ["05515939"]
    assert asked.details["choices"] == {"valid": ["red", "blue"], "plausible": ["red"]}
    assert asked.details["groups"] == {"global": "color", "local": "10q-lamp_color"}
    assert checked.details["groups"]["global"] is None
    assert asked.details["types"] == {"structural": "query", "semantic": "attr", "detailed": "queryAttr"}
    assert asked.details["semantic"][1] == {"operation": "query", "dependencies": [0], "argument": "color"}
    assert asked.details["annotations"]["question"] == {"3": "1023", "5:7": "1024"}
    assert "choices" not in checked.details


def test_gqa_train_all_is_read_from_its_parts_and_counts_as_train(shelf: Any) -> None:
    questions = shelf.read("gqa", "train_all")
    assert [(question.key, question.split) for question in questions] == [("00", "train"), ("01", "train")]


def test_where_there_is_a_balanced_split_the_one_around_it_is_not_read_besides(shelf: Any) -> None:
    folder = shelf.make("gqa")
    assert len(shelf.read("gqa")) == 4
    (folder / "train_all_questions_0.json").rename(folder / "train_balanced_questions.json")
    assert [question.key for question in shelf.read("gqa")] == ["00", "05515938", "05515939"]


def test_vqa_joins_questions_and_annotations_whose_orders_differ(shelf: Any) -> None:
    first, second = shelf.read("vqav2", "val")
    assert first.answers == ("cat",) * 6 + ("dog",) * 3 + ("Cat",)
    assert second.answers == ("2",) * 9 + ("3",)
    assert (first.kind, second.kind, second.answer_kind) == ("other", "number", AnswerKind.SOFT)
    assert first.details["question_type"] == "what is on the"
    assert first.details["multiple_choice_answer"] == "cat"
    assert first.details["answer_id"] == list(range(1, 11))
    assert first.details["answer_confidence"] == ["yes", "maybe"] + ["yes"] * 8
    assert "raw_answer" not in first.details
    assert first.image.path.endswith("val2014/COCO_val2014_000000000042.jpg")


def test_splits_that_share_questions_are_not_read_twice(shelf: Any) -> None:
    assert {question.split for question in shelf.read("vqav2")} == {"val", "test"}


def test_vqa_test_has_no_answers(shelf: Any) -> None:
    (question,) = shelf.read("vqav2", "test-dev")
    assert (question.answers, question.kind) == ((), "not given")
    assert question.image.path.endswith("test2015/COCO_test2015_000000000042.jpg")


def test_okvqa_keeps_raw_answers_and_names_the_field_of_knowledge(shelf: Any) -> None:
    first = shelf.read("okvqa", "val")[0]
    assert first.kind == "Vehicles and Transportation"
    assert first.details["question_type"] == "one"
    assert first.details["raw_answer"][0] == "cats"
    assert "multiple_choice_answer" not in first.details


def test_aokvqa_is_asked_with_choices_and_without(shelf: Any) -> None:
    (chosen,), (direct,) = shelf.read("aokvqa-choice", "val"), shelf.read("aokvqa-direct", "val")
    assert (chosen.choices, chosen.answers) == (("hay", "mail", "sand", "bread"), ("bread",))
    assert chosen.details["correct_choice_idx"] == 3
    assert (direct.choices, direct.answers) == ((), ("bread",) * 4 + ("loaf",) * 6)
    assert direct.details["difficult_direct_answer"] is False
    assert len(direct.details["rationales"]) == 3
    assert chosen.id != direct.id
    assert chosen.image.path.endswith("val2017/000000299207.jpg")


def test_aokvqa_test_has_neither_answers_nor_rationales(shelf: Any) -> None:
    (question,) = shelf.read("aokvqa-choice", "test")
    assert (question.answers, len(question.choices)) == ((), 4)
    assert "rationales" not in question.details


def test_tallyqa_tells_simple_from_complex_where_the_file_does(shelf: Any) -> None:
    simple, hard = shelf.read("tallyqa", "test")
    assert (simple.kind, hard.kind, hard.answers) == ("simple", "complex", ("4",))
    assert hard.details == {"image_id": 92410404, "image": "VG_100K_2/4.jpg", "data_source": "amt", "issimple": False}
    (train,) = shelf.read("tallyqa", "train")
    assert train.kind == "not given"
    assert "issimple" not in train.details


def test_textvqa_takes_val_from_the_training_pictures(shelf: Any) -> None:
    (question,) = shelf.read("textvqa", "val")
    assert question.image.path.endswith("train_images/003a8ae2ef43b901.jpg")
    assert len(question.answers) == 10
    assert question.details == {
        "image_id": "003a8ae2ef43b901",
        "image_classes": ["Sign", "Street"],
        "image_width": 12,
        "image_height": 8,
        "set_name": "val",
    }
    (test,) = shelf.read("textvqa", "test")
    assert test.answers == ()
    assert test.image.sha256 != question.image.sha256


def test_ocrvqa_asks_each_question_of_a_cover_in_the_split_it_names(shelf: Any) -> None:
    author, comedy = shelf.read("ocrvqa", "train")
    assert (author.key, comedy.key) == ("0007131860_0", "0007131860_1")
    assert (author.answer_kind, comedy.answer_kind) == (AnswerKind.TEXT, AnswerKind.YES_NO)
    assert author.image.path.endswith("images/0007131860.gif")
    assert author.details["genre"] == "Calendars"
    assert {question.split for question in shelf.read("ocrvqa")} == {"train", "val", "test"}


def test_pope_reads_lines_and_arrays_and_keeps_its_settings_apart(shelf: Any) -> None:
    questions = shelf.read("pope")
    assert [question.source for question in questions[::2]] == [
        "POPE (coco, random)",
        "POPE (gqa, random)",
        "POPE (coco, popular)",
        "POPE (coco, adversarial)",
    ]
    assert {question.kind for question in questions} == {"random", "popular", "adversarial"}
    assert questions[1].answers == ("no",)
    assert questions[1].details == {
        "image": "COCO_val2014_000000310196.jpg",
        "label": "no",
        "setting": "random",
        "picture_source": "coco",
    }


def test_a_kind_can_be_asked_for_alone(shelf: Any) -> None:
    assert {question.kind for question in shelf.read("pope", kinds=["popular"])} == {"popular"}


def test_memes_are_asked_whether_they_are_hateful(shelf: Any) -> None:
    benign, hateful = shelf.read("hateful-memes", "dev_seen")
    assert (benign.answers, hateful.answers) == (("no",), ("yes",))
    assert benign.details == {"id": 8291, "img": "img/08291.png", "label": 0, "text": "when the bus is on time"}
    (unlabelled,) = shelf.read("hateful-memes", "test")
    assert unlabelled.answers == ()
    assert "label" not in unlabelled.details
