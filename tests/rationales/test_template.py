"""The programs of the prompt, run confined over boxes that are known, and told in words."""

from collections.abc import Callable
from typing import Any

import pytest

from vpd.distill.grid import Grid
from vpd.distill.judging import judge_trace
from vpd.distill.rationales.template import explain_trace
from vpd.engine.records import Program, Question, Trace
from vpd.prompts import Example, read_examples

GRID = Grid("cell", 8)
Run = Callable[[str], Trace]
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


def told(trace: Trace, question: Question, *labels: str) -> str:
    asked = question.model_copy(update={"answers": labels})
    return explain_trace(asked, trace, judge_trace(asked, trace), GRID).text


SEEN = [example for example in read_examples() if "judgement(" not in example.source]
"""Those that look at things; tests/memes runs the others."""


@pytest.mark.parametrize("example", SEEN, ids=lambda example: example.name)
def test_every_program_of_the_prompt_runs_answers_and_is_told(example: Example, run_source: Run, question: Question) -> None:
    answer, reasoning = EXPECTED[example.name]
    trace = run_source(example.source)
    assert trace.failure is None
    assert trace.answer == answer
    assert told(trace, question) == f"{reasoning} So the answer is {answer}."


def test_a_rationale_ends_at_the_programs_answer_even_where_the_label_differs(run_source: Run, question: Question) -> None:
    trace = run_source('def execute_command(image):\n    return str(len(find(image, "dog")))\n')
    assert told(trace, question, "5").endswith("So the answer is 3.")


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
def test_the_reason_why_some_count_is_told(line: str, sentence: str, run_source: Run, question: Question) -> None:
    trace = run_source(f"def execute_command(image):\n    {line}\n")
    assert trace.failure is None
    assert sentence in told(trace, question)


def test_what_a_tool_says_of_a_region_is_told_with_its_place(run_source: Run, question: Question) -> None:
    trace = run_source('def execute_command(image):\n    return color_of(find(image, "lamp")[0])\n')
    assert "The color of the lamp at x3 y1 is brown." in told(trace, question)


def test_a_failed_call_is_not_told(run_source: Run, question: Question) -> None:
    source = 'def execute_command(image):\n    try:\n        find(image, "dragon")\n    except Exception:\n        return "no"\n'
    assert told(run_source(source), question) == "So the answer is no."


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
def test_a_program_that_makes_regions_up_is_told_like_any_other(value: str, run_source: Run, question: Question) -> None:
    source = f"""
def execute_command(image):
    made = {value}
    kept = [each for each in [made] if len(str(each)) > len("x")]
    dogs = [dog for dog in find(image, "dog") if dog.x < 40]
    return str(len(dogs))
"""
    trace = run_source(source)
    assert trace.failure is None
    assert told(trace, question).endswith("So the answer is 2.")


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
