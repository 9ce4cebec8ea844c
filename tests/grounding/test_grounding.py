"""What grounding says of the template's own words, of planted errors, and of texts of any kind."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpd.distill.grid import Grid, open_grid
from vpd.distill.grounding import Kind, ground
from vpd.distill.judging import judge_trace
from vpd.distill.rationales.template import explain_trace
from vpd.engine.records import Question, Trace

Stories = dict[str, tuple[Question, Trace]]


@pytest.fixture(scope="module")
def planting() -> ModuleType:
    spec = importlib.util.spec_from_file_location("planting", Path(__file__).parent / "planting.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["planting"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(planting: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    found: list[Any] = planting.tell_scenes(tmp_path_factory.mktemp("scenes"), 12, 3, Grid("cell", 8))
    return found


def test_the_templates_own_words_are_founded(told: list[Any]) -> None:
    assert len(told) > 30
    alarms = [one.rationale.text for one in told if ground(one.rationale.text, one.trace, one.question, one.grid).unfounded]
    assert alarms == []


def test_planted_errors_are_found(told: list[Any], planting: ModuleType) -> None:
    planted: Counter[str] = Counter()
    missed = []
    rng = Random(1)
    for one in told:
        for kind, text in planting.plant(one, rng):
            planted[kind] += 1
            if not ground(text, one.trace, one.question, one.grid).unfounded:
                missed.append((kind, text))
    assert len(planted) == 6
    assert len(missed) <= planted.total() // 50, missed


@pytest.mark.parametrize("name", ["cell-8", "pali", "paligemma", "qwen2-vl", "qwen2.5-vl", "llava"])
def test_the_templates_words_for_every_tool_are_founded_on_every_grid(name: str, stories: Stories) -> None:
    grid = open_grid(name)
    for question, trace in stories.values():
        text = explain_trace(question, trace, judge_trace(question, trace), grid).text
        assert ground(text, trace, question, grid).lines == (), text


@pytest.mark.parametrize(
    ("about", "true", "false", "kind"),
    [
        ("cars", "at x4 y6, \"Are the brake lights on?\": no", "at x4 y6, \"Are the brake lights on?\": yes", Kind.ATTRIBUTE),
        ("cup", "is pink", "is brown", Kind.ATTRIBUTE),
        ("depth", "is 8.5", "is 3.5", Kind.NUMBER),
        ("sign", "\"STOP\"", "\"GO\"", Kind.QUOTE),
        ("wet", "at x3 y2 is not wet", "at x3 y2 is wet", Kind.ATTRIBUTE),
        ("itself", "is not to the left of", "is to the left of", Kind.RELATION),
        ("man", "doing?\": surfing", "doing?\": skiing", Kind.ATTRIBUTE),
    ],
)  # fmt: skip
def test_what_a_tool_said_is_tied_to_what_it_was_asked(
    about: str, true: str, false: str, kind: Kind, stories: Stories, grid: Grid
) -> None:
    question, trace = stories[about]
    text = explain_trace(question, trace, judge_trace(question, trace), grid).text
    changed = text.replace(true, false, 1)
    assert changed != text, text
    assert kind in {claim.kind for claim in ground(changed, trace, question, grid).unfounded}


def test_a_claim_names_what_it_rests_on_and_where_it_stands(stories: Stories, grid: Grid) -> None:
    question, trace = stories["cup"]
    text = "The color of the cup at x6 y4 is pink. So the answer is pink."
    claims = ground(text, trace, question, grid).claims
    assert all(claim.text.split()[-1] in text[claim.start : claim.end + 12] for claim in claims)
    assert {claim.source for claim in claims} >= {"call 1", "the answer"}


def test_the_answer_is_the_programs_whatever_people_say(stories: Stories, grid: Grid) -> None:
    question, trace = stories["left dogs"]
    labelled = question.model_copy(update={"answers": ("3",)})
    assert ground("So the answer is 2.", trace, labelled, grid).lines == ()
    assert ground("So the answer is 3.", trace, labelled, grid).lines == ("answer: 3",)


def test_a_text_without_an_answer_is_unfounded(stories: Stories, grid: Grid) -> None:
    question, trace = stories["cup"]
    assert [claim.kind for claim in ground("There are two cups.", trace, question, grid).unfounded] == [Kind.ANSWER]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_held_against_a_trace_without_an_error(text: str, stories: Stories, grid: Grid) -> None:
    question, trace = stories["left dogs"]
    for claim in ground(text, trace, question, grid).claims:
        assert 0 <= claim.start <= len(text) + 1


WORDS = (
    'two 3 dogs no not is are left to the left of more than : ; , . in all at x1 y5 bench it both " there of and None as'.split(
        " "
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_row_of_its_own_words_is_read_without_an_error(words: list[str], stories: Stories, grid: Grid) -> None:
    question, trace = stories["left dogs"]
    ground(" ".join(words), trace, question, grid)


def test_what_a_tool_gave_as_a_record_is_a_ground_too(stories: Stories, grid: Grid) -> None:
    question, trace = stories["man"]
    call = trace.calls[0].model_copy(update={"result": {"kind": "tabby", "share": 0.25, "others": ["espresso"]}})
    changed = trace.model_copy(update={"calls": (call,)})
    text = "The kind is tabby or espresso, with a share of 0.25. So the answer is surfing."
    assert ground(text, changed, question, grid).lines == ()
    assert ground(text.replace("tabby", "collie"), changed, question, grid).lines == ("name: collie",)


@pytest.mark.parametrize(
    "value", ["{'region': 5}", "[{'region': None}]", "{'region': [1, 2, 3, 4], 'from': 'x'}", "{'a': [1, {'b': None}]}"]
)
def test_what_a_program_makes_up_is_read_without_an_error(value: str, stories: Stories, grid: Grid) -> None:
    question, trace = stories["left dogs"]
    made = eval(value)
    steps = tuple(step.model_copy(update={"names": {**step.names, "items": made, "values": made}}) for step in trace.steps)
    ground(
        "Two dogs are to the left of the bench. So the answer is 2.", trace.model_copy(update={"steps": steps}), question, grid
    )
