"""What a base student is taught of drawn pictures."""

import re

import pytest

from vpd.distill.grid import Grid
from vpd.distill.records import TrainingExample
from vpd.distill.scene_examples import base_examples
from vpd.distill.scenes import Scene, SceneSettings, make_base
from vpd.distill.scenes.pools import HELD_OUT

ASKED = re.compile(r"List the (?:(red|green|blue|yellow|purple) )?(circle|square|triangle|crosse?|shape)s in the picture\.")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    return make_base(tmp_path_factory.mktemp("base"), 60, SceneSettings(), 0)


@pytest.fixture(scope="module")
def examples(scenes: list[Scene]) -> list[TrainingExample]:
    return base_examples(scenes, Grid("cell", 8), 3)


def look(example: TrainingExample) -> tuple[str | None, str | None] | None:
    """The colour and the shape that an example lists, each None where any will do; None of a listing of all objects."""
    asked = ASKED.fullmatch(example.messages[0].content)
    if asked is None:
        assert example.messages[0].content == "List the objects in the picture."
        return None
    color, shape = asked.groups()
    return color, None if shape == "shape" else shape.removesuffix("e") if shape.startswith("cross") else shape


def test_a_listing_names_what_it_is_asked_for_from_left_to_right(scenes: list[Scene], examples: list[TrainingExample]) -> None:
    of_picture = {scene.image.sha256: scene for scene in scenes}
    for example in examples:
        things = of_picture[example.image.sha256].objects
        color, shape = look(example) or (None, None)
        fitting = [thing for thing in things if color in (None, thing.color) and shape in (None, thing.shape)]
        said = example.messages[1].content
        listed = [] if said == "none" else [tuple(item.split(" at ")[0].split()) for item in said.split(", ")]
        assert listed == [(thing.color, thing.shape) for thing in sorted(fitting, key=lambda thing: thing.x)]


def test_every_picture_is_listed_whole_and_by_a_few_nouns(scenes: list[Scene], examples: list[TrainingExample]) -> None:
    assert sum(look(example) is None for example in examples) == len(scenes)
    assert 2 * len(scenes) < len(examples) <= 4 * len(scenes)
    assert len({example.id for example in examples}) == len(examples)
    said = [example.messages[1].content == "none" for example in examples]
    assert any(said)
    assert not all(said)


def test_without_nouns_only_all_objects_are_listed(scenes: list[Scene]) -> None:
    assert [look(example) for example in base_examples(scenes, Grid("cell", 8), 0)] == [None] * len(scenes)


def test_no_pair_is_named_that_no_training_question_names(examples: list[TrainingExample]) -> None:
    pairs = {look(example) for example in examples if None not in (look(example) or (None,))}
    assert len(pairs) > 10
    assert not pairs & set(HELD_OUT)


def test_the_same_pictures_are_asked_the_same(scenes: list[Scene], examples: list[TrainingExample]) -> None:
    assert base_examples(scenes, Grid("cell", 8), 3) == examples
