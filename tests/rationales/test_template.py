"""The programs of the prompt, run confined over boxes that are known, and told in words."""

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.grid import Grid
from vpd.distill.judging import judge_trace
from vpd.distill.rationales.template import explain_trace
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import AnswerKind, Program, Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sandbox import Sandbox
from vpd.prompts import Example, read_examples
from vpd.tools import Box, Image, ImageRef, Registry, read_image_ref, tool

GRID = Grid("cell", 8)
THERE = {
    "dog": [(10, 50), (30, 20), (70, 40)],
    "bench": [(50, 60)],
    "cat": [(20, 20), (60, 70)],
    "white mouse": [(40, 40)],
    "green bottle": [],
    "lamp": [(30, 15)],
    "wooden table": [(35, 70)],
    "silver spoon": [(5, 5), (15, 75)],
    "blue plate": [(20, 40)],
    "cup": [(10, 10), (60, 40)],
}


@tool
def find(image: Image, name: str) -> list[Box]:
    """Boxes of 8 x 8 pixels round the places that are known."""
    return [Box(x - 4, y - 4, x + 4, y + 4, name) for x, y in THERE[name]]


@tool
def color_of(image: Image) -> str:
    """Always the same."""
    return "pink"


TOOLS = Registry([find, color_of])
EXPECTED = {
    "1_relation": (
        "yes",
        "Lamps: lamp at x3 y1; 1 in all. Wooden tables: wooden table at x3 y7; 1 in all. The lamp is above the wooden table.",
    ),
    "2_existence": ("no", "Green bottles: none."),
    "3_compare_counts": (
        "yes",
        "Cats: cat at x2 y2, cat at x6 y7; 2 in all. White mice: white mouse at x4 y4; 1 in all. "
        "2 cats are more than 1 white mouse.",
    ),
    "4_count": ("2", "Silver spoons: silver spoon at x0 y0, silver spoon at x1 y7; 2 in all."),
    "5_count_under_relation": (
        "2",
        "Dogs: dog at x1 y5, dog at x3 y2, dog at x7 y4; 3 in all. Benches: bench at x5 y6; 1 in all. "
        "To the left of the bench: dog at x1 y5, dog at x3 y2; 2 in all.",
    ),
    "6_attribute": (
        "pink",
        "Blue plates: blue plate at x2 y4; 1 in all. Cups: cup at x1 y1, cup at x6 y4; 2 in all. "
        "To the right of the blue plate: cup at x6 y4; 1 in all. The color of the cup at x6 y4 is pink.",
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> ImageRef:
    path = tmp_path_factory.mktemp("picture") / "a.png"
    Picture.new("RGB", (80, 80)).save(path)
    return read_image_ref(path)


def trace_of(source: str, sandbox: Sandbox, picture: ImageRef) -> Trace:
    with Dispatcher() as dispatcher:
        return next(run_programs([ProgramRun("p", source, (picture,))], sandbox, TOOLS, dispatcher))


def told(trace: Trace, picture: ImageRef, *labels: str) -> str:
    question = Question(
        key="1", text="?", image=picture, kind="k", answer_kind=AnswerKind.TEXT, answers=labels, source="test", split="train"
    )
    return explain_trace(question, trace, judge_trace(question, trace), GRID).text


SEEN = [example for example in read_examples() if "judgement(" not in example.source]
"""Those that look at things; tests/memes runs the others."""


@pytest.mark.parametrize("example", SEEN, ids=lambda example: example.name)
def test_every_program_of_the_prompt_runs_answers_and_is_told(example: Example, sandbox: Sandbox, picture: ImageRef) -> None:
    answer, reasoning = EXPECTED[example.name]
    trace = trace_of(example.source, sandbox, picture)
    assert trace.failure is None
    assert trace.answer == answer
    assert told(trace, picture) == f"{reasoning} So the answer is {answer}."


def test_a_rationale_ends_at_the_programs_answer_even_where_the_label_differs(sandbox: Sandbox, picture: ImageRef) -> None:
    trace = trace_of('def execute_command(image):\n    return str(len(find(image, "dog")))\n', sandbox, picture)
    assert told(trace, picture, "5").endswith("So the answer is 3.")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            'b = find(image, "bench")[0]\n    return str(sum(d.x < b.x for d in find(image, "dog")))',
            "To the left of the bench: dog at x1 y5, dog at x3 y2; 2 in all.",
        ),
        (
            'b = find(image, "bench")[0]\n    return str(len([d for d in find(image, "dog") if d.x < b.x and d.y < b.y]))',
            "To the left of the bench and above the bench: dog at x1 y5, dog at x3 y2; 2 in all.",
        ),
        (
            'b = find(image, "lamp")[0]\n    return str(len([d for d in find(image, "dog") if d.y < b.y]))',
            "Above the lamp: none.",
        ),
    ],
)
def test_the_reason_why_some_count_is_told(line: str, sentence: str, sandbox: Sandbox, picture: ImageRef) -> None:
    trace = trace_of(f"def execute_command(image):\n    {line}\n", sandbox, picture)
    assert trace.failure is None
    assert sentence in told(trace, picture)


def test_what_a_tool_says_of_a_region_is_told_with_its_place(sandbox: Sandbox, picture: ImageRef) -> None:
    trace = trace_of('def execute_command(image):\n    return color_of(find(image, "lamp")[0])\n', sandbox, picture)
    assert "The color of the lamp at x3 y1 is pink." in told(trace, picture)


def test_a_failed_call_is_not_told(sandbox: Sandbox, picture: ImageRef) -> None:
    source = 'def execute_command(image):\n    try:\n        find(image, "unicorn")\n    except Exception:\n        return "no"\n'
    assert told(trace_of(source, sandbox, picture), picture) == "So the answer is no."


@pytest.mark.parametrize(
    "value",
    [
        "{'region': 5}",
        "{'region': [1, 2, 3]}",
        "{'region': [9, 9, 1, 1]}",
        "{'region': [1, 2, 3, 4], 'from': 'x'}",
        "[{'region': None}]",
    ],
)
def test_a_program_that_makes_regions_up_is_told_like_any_other(value: str, sandbox: Sandbox, picture: ImageRef) -> None:
    source = f"""
def execute_command(image):
    made = {value}
    kept = [each for each in [made] if len(str(each)) > len("x")]
    dogs = [dog for dog in find(image, "dog") if dog.x < 40]
    return str(len(dogs))
"""
    trace = trace_of(source, sandbox, picture)
    assert trace.failure is None
    assert told(trace, picture).endswith("So the answer is 2.")


def test_draws_of_one_source_share_their_identity() -> None:
    common: dict[str, Any] = {
        "question": "?",
        "prompt_sha256": "p",
        "model": "m",
        "sampling": {},
        "completion": "c",
        "source": "s",
    }
    one, two = (Program(draw=draw, **common) for draw in (0, 1))
    assert one.source_sha256 == two.source_sha256
    assert one.id != two.id
