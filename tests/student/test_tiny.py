"""A tiny student is an ordinary checkpoint with a vocabulary of words."""

from pathlib import Path

import pytest
from transformers import AutoModelForImageTextToText, AutoProcessor

from vpd.distill.student import StudentError, TinySettings, build_tiny_student
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.load import load_student
from vpd.distill.student.tiny import words_of
from vpd.tools.image import ImageRef


def test_the_auto_classes_load_what_was_built(tiny: Path) -> None:
    model, processor = AutoModelForImageTextToText.from_pretrained(tiny), AutoProcessor.from_pretrained(tiny)  # type: ignore[no-untyped-call]
    assert type(model).__name__ == "Idefics3ForConditionalGeneration"
    assert len(processor.tokenizer) == model.config.text_config.vocab_size


def test_the_same_seed_builds_the_same_weights(tmp_path: Path) -> None:
    settings = TinySettings(side=32, patch=8, width=32, heads=2)
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        build_tiny_student(["a word"], tmp_path / name, settings, seed)
    one, same, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "same", "other"))
    assert one == same != other


def test_every_word_is_one_token_and_reads_back(tiny: Path, images: list[ImageRef]) -> None:
    adapter = Adapter(load_student(tiny).processor)
    target = adapter.target("Where is the square?", "So the answer is left.")
    assert len(target) == 7
    assert adapter.decode(list(target)) == "so the answer is left."


def test_a_word_that_was_never_met_is_read_as_unknown(tiny: Path, images: list[ImageRef]) -> None:
    adapter = Adapter(load_student(tiny).processor)
    unknown = adapter.tokenizer.convert_tokens_to_ids("<unk>")
    assert adapter.prompt("Is there a zebra?", images[0]).tokens.ids.count(unknown) >= 1


def test_a_picture_stands_as_all_its_placeholders(tiny: Path, images: list[ImageRef]) -> None:
    student = load_student(tiny)
    ids = Adapter(student.processor).prompt("Where is the square?", images[0]).tokens.ids
    assert ids.count(student.model.config.image_token_id) == TinySettings(side=32, patch=8).visual_tokens


def test_a_place_is_two_words() -> None:
    assert words_of(["At x3 y5, at X3 y6."]) == [",", ".", "at", "x3", "y5", "y6"]


@pytest.mark.parametrize("wrong", [{"side": 50}, {"width": 100, "heads": 3}, {"longest": 64, "side": 96, "patch": 4, "merge": 1}])
def test_a_shape_that_does_not_add_up_is_refused(wrong: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(StudentError):
        build_tiny_student(["a word"], tmp_path, TinySettings(**wrong))
