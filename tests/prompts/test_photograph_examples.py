"""The few-shot programs for photographs: each runs, each set gets those whose tools it shows, and scenes get none of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.engine.dispatch import Dispatcher
from vpd.engine.prompt import make_prompt
from vpd.engine.sandbox import Execution, Sandbox
from vpd.prompts import Example, read_examples, write_program_prompt
from vpd.prompts.render import names_called
from vpd.tools import Box, Image, Registry, Tool, read_image_ref
from vpd.tools.coco import match_names
from vpd.tools.errors import UnknownName
from vpd.tools.knowledge import Knowledge
from vpd.tools.toolsets import open_toolset

EXAMPLES = read_examples("photographs")
KNOWN = Knowledge("atlas", lambda question: "england" if "tennis" in question else "?")
SEEN = {
    "umbrella": [(5, 5, 9, 9), (20, 5, 30, 9)],
    "bus": [(0, 0, 50, 50)],
    "dog": [(0, 10, 10, 20)],
    "bench": [(40, 10, 60, 20)],
    "horse": [(0, 0, 9, 9), (9, 0, 18, 9)],
    "cow": [(40, 0, 60, 9)],
    "person": [(10, 10, 20, 40)],
    "bird": [(1, 1, 5, 5)],
    "laptop": [(10, 10, 20, 20)],
    "bed": [(5, 5, 60, 40)],
    "clock": [(80, 5, 90, 15)],
    "child": [(10, 10, 20, 40)],
    "door": [(70, 0, 90, 50)],
    "truck": [(0, 0, 40, 50)],
    "tree": [(50, 0, 60, 20)],
}
"""What the picture of these tests holds."""
ANSWERS = {
    "01_count": "2",
    "02_existence": "yes",
    "03_relation": "yes",
    "04_compare_counts": "yes",
    "05_part": "red",
    "06_kind": "robin",
    "07_text": "no parking",
    "08_touch": "yes",
    "09_side": "right",
    "10_look": "a ball",
    "11_property": "yes",
    "12_depth": "yes",
    "13_choice": "tile",
    "14_knowledge": "england",
}


def look(image: list[Image], object_name: list[str]) -> list[list[Box]]:
    return [[Box(*corners, name) for corners in SEEN.get(name, [])] for name in object_name]


def is_open(image: list[Image], object_name: list[str], property: list[str]) -> list[bool]:  # noqa: A002  the tool's own name for it
    return [word == "open" for word in property]


FAKES: dict[str, Callable[..., Any]] = {
    "find": look,
    "exists": lambda image, object_name: [bool(boxes) for boxes in look(image, object_name)],
    "color_of": lambda image: "red",
    "classify": lambda image: ["robin"] * len(image),
    "read_text": lambda image: "no parking",
    "simple_query": lambda image, question: ["tennis" if "sport" in text else "a ball" for text in question],
    "verify_property": is_open,
    "compute_depth": lambda image: 1000 - image.frame.area,
    "best_text_match": lambda image, option_list, prefix: [options[0] for options in option_list],
}
"""The tools' functions over the picture above, in the form of the hub's."""


@pytest.fixture(scope="module")
def tools() -> Registry:
    """The tools of both sets for photographs, of one name the hub's, without their models."""
    both: dict[str, Tool] = {**open_toolset("lite", knowledge=KNOWN), **open_toolset("hub", knowledge=KNOWN)}
    return Registry([replace(tool, run=FAKES.get(name, tool.run)) for name, tool in both.items()])


@pytest.fixture(scope="module")
def run(tools: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Example], Execution]]:
    path = tmp_path_factory.mktemp("picture") / "picture.png"
    Picture.new("RGB", (100, 60)).save(path)
    image = Image(read_image_ref(path))
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        yield lambda example: sandbox.run(example.source, image, tools, dispatcher.answer)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_runs_and_answers(run: Callable[[Example], Execution], example: Example) -> None:
    done = run(example)
    assert done.failure is None, done.failure
    assert done.answer == ANSWERS[example.name]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_a_question_and_a_function(example: Example) -> None:
    assert example.question.endswith("?")
    assert example.source.startswith("def execute_command(image):")


@pytest.mark.parametrize("set_name", ["lite", "hub"])
def test_each_set_shows_the_tools_of_several_examples(set_name: str) -> None:
    shown = {name for name, tool in open_toolset(set_name, knowledge=KNOWN).items() if tool.shown}
    theirs = [example for example in EXAMPLES if names_called(example.source) <= shown | {"len", "str"}]
    assert len(theirs) >= 8


def test_the_small_detector_has_a_word_for_all_that_its_examples_look_for() -> None:
    lite = {name for name, tool in open_toolset("lite").items() if tool.shown}
    looked_for = {
        part.split('"')[1]
        for example in EXAMPLES
        if names_called(example.source) <= lite | {"len", "str"}
        for call in ("find(image, ", "exists(image, ")
        for part in example.source.split(call)[1:]
    }
    assert len(looked_for) > 8
    assert [name for name in looked_for if not match_names(name)] == []


def test_no_example_asks_a_question_of_the_benchmark() -> None:
    asked = (Path(__file__).parents[1] / "photographs" / "questions.jsonl").read_text("utf-8")
    assert [example.name for example in EXAMPLES if example.question in asked] == []


def test_an_unknown_kind_names_those_that_are_there() -> None:
    with pytest.raises(UnknownName, match="no kind of examples is called 'photos'; there is: photographs"):
        read_examples("photos")


def test_the_registry_says_which_kind_of_examples_a_prompt_has(tools: Registry) -> None:
    general, photographs = (write_program_prompt("?", Registry(tools.values(), kind)) for kind in ("", "photographs"))
    asked = [turn.content for turn in photographs if turn.role == "user"]
    assert "How many umbrellas are there?" in asked
    assert "How many umbrellas are there?" not in [turn.content for turn in general]
    assert general[0] == photographs[0]


def test_the_kind_outlives_a_choice_of_tools(tools: Registry) -> None:
    assert Registry(tools.values(), "photographs").only(["find"]).examples == "photographs"


def test_a_set_of_ones_own_chooses_its_examples(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[mine]\nabout = "x"\nexamples = "photographs"\ntools = [{ from = "vpd.tools.geometry" }]\n'
    )
    assert open_toolset(tmp_path / "mine.toml").examples == "photographs"


def test_the_prompt_for_scenes_is_the_one_that_results_were_measured_with() -> None:
    turns = write_program_prompt("How many circles are there?", open_toolset("scenes", plugins=False))
    assert make_prompt("program", turns).sha256 == "090c6ba294420ed81f2abb1cceac6879a865478d7f9f81426e0db581bf2a2e9b"
