"""The shelf's tools through their real loading path, on tiny checkpoints that the tests write to disk."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vpd.tools import Image, Tool, ToolFailed
from vpd.tools.errors import ToolSetError, WeightsError
from vpd.tools.placement import Placement
from vpd.tools.shelf.depth import depth_tools
from vpd.tools.shelf.detection import closed_set_tools, open_vocabulary_tools
from vpd.tools.shelf.loading import Origin
from vpd.tools.shelf.matching import matching_tools
from vpd.tools.shelf.questions import question_tools

pytest.importorskip("transformers")


Build = Callable[[str], str]


def by_name(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool.run for tool in tools}


@pytest.mark.parametrize("name", ["owlv2", "grounding_dino"])
def test_open_vocabulary_detectors_find_boxes_inside_each_image(checkpoint: Build, images: list[Image], name: str) -> None:
    tools = by_name(open_vocabulary_tools(model=checkpoint(name), threshold=0.0, device="cpu"))
    found = tools["find"](images, ["cat", "red dog", "cat"])
    assert len(found) == 3
    assert any(found)
    for boxes, image, label in zip(found, images, ["cat", "red dog", "cat"]):
        assert all(box == box.clipped(image.width, image.height) and box.label == label for box in boxes)
        assert [box.score for box in boxes] == sorted((box.score for box in boxes), reverse=True)


@pytest.mark.parametrize("name", ["owlv2", "grounding_dino"])
def test_nothing_is_found_above_an_unreachable_threshold(checkpoint: Build, images: list[Image], name: str) -> None:
    tools = by_name(open_vocabulary_tools(model=checkpoint(name), threshold=1.0, device="cpu"))
    assert tools["find"](images[:1], ["cat"]) == [[]]
    assert tools["exists"](images[:1], ["cat"]) == [False]


def test_an_empty_name_is_refused(checkpoint: Build, images: list[Image]) -> None:
    with pytest.raises(ToolFailed, match="empty"):
        by_name(open_vocabulary_tools(model=checkpoint("owlv2")))["find"](images[:1], [" "])


def test_a_closed_set_detector_gives_only_what_was_asked_for(checkpoint: Build, images: list[Image]) -> None:
    tools = by_name(closed_set_tools(model=checkpoint("detr"), threshold=0.0, device="cpu"))
    everything = [{box.label for box in tools["find"](images[:1], [name])[0]} for name in ("cats", "puppy", "women")]
    assert all(labels <= {expected} for labels, expected in zip(everything, ("cat", "dog", "person")))
    assert any(everything)


def test_a_closed_set_detector_says_which_names_it_knows(checkpoint: Build, images: list[Image]) -> None:
    with pytest.raises(ToolFailed, match=r"no word for 'bus'; it knows 3 names, such as cat, dog, person"):
        by_name(closed_set_tools(model=checkpoint("detr")))["find"](images[:1], ["bus"])


def test_a_vision_language_model_answers_each_question(checkpoint: Build, images: list[Image]) -> None:
    tools = by_name(question_tools(model=checkpoint("llava"), longest=4, device="cpu"))
    answers = tools["simple_query"](images, ["what is this ?", "is this red ?", "what ?"])
    assert [type(answer) for answer in answers] == [str] * 3
    assert len(tools["image_caption"](images)) == 3


def test_a_batch_of_questions_is_answered_as_each_is_alone(checkpoint: Build, images: list[Image]) -> None:
    ask = by_name(question_tools(model=checkpoint("llava"), longest=4, device="cpu"))["simple_query"]
    questions = ["what is this ?", "is the cat red or wet ?"]
    assert ask(images[:2], questions) == [ask([image], [question])[0] for image, question in zip(images, questions)]


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path, images: list[Image], builders: ModuleType) -> None:
    folder = builders.llava(tmp_path, template=None)
    with pytest.raises(ToolFailed, match="no chat template"):
        by_name(question_tools(model=str(folder)))["simple_query"](images[:1], ["what ?"])


@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_image_and_text_models_choose_one_of_the_options(checkpoint: Build, images: list[Image], name: str) -> None:
    tools = by_name(matching_tools(model=checkpoint(name), device="cpu"))
    options = [["cat", "dog"], ["red dog", "cat", "wet dog"], ["dog"]]
    chosen = tools["best_text_match"](images, options, [None, "this is", None])
    assert all(answer in own for answer, own in zip(chosen, options, strict=True))
    assert all(isinstance(answer, bool) for answer in tools["verify_property"](images, ["cat"] * 3, ["wet"] * 3))


@pytest.mark.parametrize("name", ["clip", "siglip"])
def test_the_choice_does_not_depend_on_the_batch(checkpoint: Build, images: list[Image], name: str) -> None:
    match = by_name(matching_tools(model=checkpoint(name), device="cpu"))["best_text_match"]
    options = [["cat", "dog", "red cat"], ["wet photo", "dog", "question"]]
    alone = [match([image], [own], [None])[0] for image, own in zip(images, options)]
    assert match(images[:2], options, [None, None]) == alone


def test_an_image_is_chosen_among_several(checkpoint: Build, images: list[Image]) -> None:
    choose = by_name(matching_tools(model=checkpoint("clip"), device="cpu"))["best_image_match"]
    place = choose(images, ["cat", "red dog"], return_index=True)
    assert choose(images, ["cat", "red dog"]) == images[place]


def test_no_options_are_refused(checkpoint: Build, images: list[Image]) -> None:
    with pytest.raises(ToolFailed, match="no option"):
        by_name(matching_tools(model=checkpoint("clip")))["best_text_match"](images[:1], [[]], [None])


@pytest.mark.parametrize("name", ["depth_anything", "dpt"])
def test_depth_is_a_positive_number_of_every_region(checkpoint: Build, images: list[Image], name: str) -> None:
    depth = by_name(depth_tools(model=checkpoint(name), device="cpu"))["compute_depth"]
    values = [depth(image) for image in images]
    assert all(isinstance(value, float) and value > 0 for value in values)
    assert values[0] != values[2]


def test_the_whole_picture_is_looked_at_once_for_all_its_regions(checkpoint: Build, images: list[Image]) -> None:
    placement = Placement()
    depth = by_name(depth_tools(model=checkpoint("dpt"), placement=placement, device="cpu"))["compute_depth"]
    first = depth(images[0])
    held = placement.held()
    assert depth(images[0]) == first
    assert placement.held() == held


def test_models_share_a_budget_and_give_way_to_each_other(checkpoint: Build, images: list[Image]) -> None:
    placement = Placement(budget=1)
    depth = by_name(depth_tools(model=checkpoint("dpt"), placement=placement, device="cpu"))["compute_depth"]
    match = by_name(matching_tools(model=checkpoint("clip"), placement=placement, device="cpu"))["best_text_match"]
    depth(images[0])
    match(images[:1], [["cat"]], [None])
    (held,) = placement.held()
    assert held.name.startswith("AutoModel clip")
    assert held.size > 1000


def test_half_precision_is_a_setting(checkpoint: Build, images: list[Image]) -> None:
    tools = by_name(matching_tools(model=checkpoint("clip"), device="cpu", dtype="bfloat16"))
    assert tools["best_text_match"](images[:1], [["cat", "dog"]], [None])[0] in {"cat", "dog"}


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ToolSetError, match="dtype must be one of"):
        Origin("somewhere", dtype="float8")


def test_a_folder_that_is_no_checkpoint_is_named_in_one_line(tmp_path: Path, images: list[Image]) -> None:
    with pytest.raises(WeightsError, match="cannot be loaded as AutoModel") as caught:
        by_name(matching_tools(model=str(tmp_path)))["best_text_match"](images[:1], [["cat"]], [None])
    assert "\n" not in str(caught.value)


def test_a_changed_checkpoint_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = Origin(str(tmp_path)).version
    (tmp_path / "config.json").write_text("{ }")
    assert Origin(str(tmp_path)).version != before


def test_making_every_tool_loads_nothing() -> None:
    placement = Placement()
    for factory in (open_vocabulary_tools, closed_set_tools, question_tools, matching_tools, depth_tools):
        assert factory(model="nobody/has-this", placement=placement)
    assert placement.held() == ()
