"""What all records share."""

from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef


def question(key: str) -> Question:
    image = ImageRef("0" * 64, "one.png", 10, 10)
    return Question(
        key=key, text="Is there a dog?", image=image, kind="exist", answer_kind=AnswerKind.YES_NO, source="mine", split="train"
    )


def test_a_copy_that_asks_something_else_has_an_id_of_its_own() -> None:
    first = question("1")
    assert first.id == first.model_copy(update={"text": "Is there a cat?"}).id
    assert first.model_copy(update={"key": "2"}).id == question("2").id != first.id


def test_the_digest_tells_pictures_apart_and_not_where_they_lie() -> None:
    first = question("1")
    moved, other = ImageRef("0" * 64, "elsewhere/one.png", 10, 10), ImageRef("1" * 64, "one.png", 10, 10)
    assert first.model_copy(update={"image": moved}).digest == first.digest
    assert first.model_copy(update={"image": other}).digest != first.digest
