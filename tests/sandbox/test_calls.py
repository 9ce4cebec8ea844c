"""What the host writes of calls: bound, typed, in the question picture's pixels, with what they use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from vpd.engine.sandbox import Answered, Execution, Sandbox
from vpd.tools.box import Box
from vpd.tools.image import Image
from vpd.tools.tool import tool

Run = Callable[[str], Execution]


@dataclass(frozen=True)
class Reading:
    """A line of text and where it stands."""

    text: str
    place: Box
    sure: float = 1.0


@tool
def read(image: Image) -> list[Reading]:
    """Text in the image."""
    return [Reading("EXIT", Box(1, 2, 3, 4, "sign"))]


@tool
def describe(reading: Reading) -> str:
    """Say what was read."""
    return f"{reading.text} at {reading.place.left}"


@tool
def nearest(image: Image, to: Box, among: list[Image], names: dict[str, Image | None]) -> tuple[Box, int]:
    """Everything that types can do."""
    return to, len(among) + len(names)


@tool
def lying(image: Image) -> int:
    """Gives what it does not declare."""
    return "three"  # type: ignore[return-value]  # this is what is tested


MORE = {each.name: each for each in (read, describe, nearest, lying)}


@pytest.fixture
def more(sandbox: Sandbox, scene: dict[str, Any]) -> Run:
    tools = dict(scene["tools"]) | MORE
    return lambda source: sandbox.run(source, scene["image"], tools, lambda called, given: Answered(called.run(**given)))


def test_a_box_in_a_region_is_recorded_in_the_pictures_own_pixels(run: Run) -> None:
    done = run("person = find(image, 'person')[1]\nhat = person.find('hat')[0]\nanswer = [hat.left, hat.top]")
    assert done.answer == [560, 70]
    assert done.calls[1].result == [{"region": [560, 70, 590, 100], "label": "hat", "score": 0.7}]


def test_arguments_are_recorded_by_name_with_the_calls_they_came_from(run: Run) -> None:
    done = run("person = find(image, 'person')[1]\nhats = person.find('hat')\nanswer = 1")
    assert done.calls[1].arguments == {
        "image": {"region": [520, 80, 600, 420], "label": "person", "from": [0, 1]},
        "object_name": "hat",
    }
    assert done.calls[1].uses == (0,)


def test_a_call_uses_the_call_whose_text_it_repeats(run: Run) -> None:
    done = run("caption = image_caption(image)\nreply = llm_query(f'In short: {caption}. Why?')\nanswer = llm_query(caption)")
    assert [call.uses for call in done.calls] == [(), (0,), (0,)]


def test_a_short_word_inside_of_others_is_no_use(run: Run) -> None:
    done = run("n = simple_query(image, 'How many dogs?')\nanswer = llm_query('2 and 2')")
    assert done.calls[1].uses == ()


def test_lines_and_numbers_are_those_of_the_program(run: Run) -> None:
    done = run("\n\nexists(image, 'dog')\n\nfor i in range(2):\n    exists(\n        image, 'cat')\nanswer = 1")
    assert [(call.number, call.line) for call in done.calls] == [(0, 3), (1, 6), (2, 6)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("find(image)", "find: needs 'object_name'; it is find(image: Image, object_name: str) -> list[Box]"),
        ("find(image, 'a', 'b')", "takes 2 arguments at most, got 3"),
        ("find(image, 'a', object_name='b')", "got 'object_name' twice"),
        ("find(image, objct_name='b')", "did you mean 'object_name'?"),
        ("find(image, 5)", "'object_name' must be str, got int 5"),
        ("find('image', 'dog')", "'image' must be Image, got str 'image'"),
        ("best_text_match(image, ['a', 2])", "'option_list'[1] must be str, got int 2"),
        ("coerce_to_numeric(image)", "'string' must be str, got Image"),
        ("distance(image, [image])", "'second' must be Image, got list"),
        ("crop(image, float('nan'))", "must be finite"),
        ("image.simple_query('x' * 16_001)", "16,000 characters are the most"),
        ("best_text_match(image, ['dog'] * 1_000)", "1,000 values"),
    ],
)
def test_a_misused_tool_tells_the_program_how_it_is_called(run: Run, source: str, words: str) -> None:
    done = run(f"try:\n    answer = {source}\nexcept Exception as e:\n    answer = str(e)")
    assert words in done.answer
    assert done.calls[0].failure is not None
    assert words in done.calls[0].failure.message


def test_a_result_of_another_type_is_the_tools_failure(more: Run) -> None:
    done = more("answer = lying(image)")
    assert done.failure is not None
    assert (done.failure.kind, done.failure.message) == ("ToolMisused", "lying: its result must be int, got str 'three'")


def test_a_record_can_be_read_and_given_back(more: Run) -> None:
    done = more("r = image.read()[0]\nanswer = [r.text, r.sure, r.place.label, describe(r), str(r)]")
    words = "Reading(text='EXIT', place=<sign: left=1 top=2 right=3 bottom=4>, sure=1.0)"
    assert done.answer == ["EXIT", 1.0, "sign", "EXIT at 1", words]
    assert done.calls[1].uses == (0,)


@pytest.mark.parametrize("source", ["r.text = 'x'", "r['text']", "r.nothing", "r._fields", "r.number"])
def test_a_record_shows_its_fields_and_nothing_else(more: Run, source: str) -> None:
    assert more(f"r = image.read()[0]\n{source}\nanswer = 1").failure is not None


def test_boxes_lists_and_dicts_of_images_reach_a_tool_as_declared(more: Run) -> None:
    done = more("d = find(image, 'dog')\nbox, n = nearest(d[0], d[1], d, {'a': d[0], 'b': None})\nanswer = [box.left, n]")
    assert done.answer == [400, 4]


def test_aliases_are_recorded_under_the_tools_own_name(run: Run) -> None:
    assert run("answer = image.vqa('Is there a dog?')").calls[0].tool == "simple_query"


def test_a_tool_that_is_not_there_is_named_with_those_that_are(run: Run) -> None:
    done = run("answer = segment(image)")
    assert done.failure is not None
    assert "'segment' is not defined; the tools are: best_text_match, bool_to_yesno" in done.failure.message


def test_a_missing_attribute_names_the_near_ones(run: Run) -> None:
    done = run("answer = image.widht")
    assert done.failure is not None
    assert "an image has no attribute 'widht'; did you mean width or right?" in done.failure.message
