"""Judging answers against labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpd.distill.judging import judge_text, judge_trace
from vpd.distill.judging.judge import judge_value
from vpd.distill.records import Outcome, Verdict
from vpd.engine.records import AnswerKind, Failure, FailureStage, Isolation, Question, Trace
from vpd.tools.image import ImageRef

IMAGE = ImageRef("0" * 64, "a.png", 64, 64)


def question(kind: AnswerKind, *answers: str, choices: tuple[str, ...] = ()) -> Question:
    return Question(
        key="1", text="?", image=IMAGE, kind="k", answer_kind=kind, choices=choices, answers=answers, source="test", split="train"
    )


def trace(answer: object, failure: Failure | None = None) -> Trace:
    return Trace(
        program="p",
        source="",
        image=IMAGE,
        image_sha256=IMAGE.sha256,
        tools=(),
        isolation=Isolation.PROCESS,
        calls=(),
        answer=answer,
        failure=failure,
    )


@pytest.mark.parametrize(
    ("kind", "said", "label"),
    [
        (AnswerKind.YES_NO, True, "yes"),
        (AnswerKind.YES_NO, "False", "no"),
        (AnswerKind.YES_NO, "Yes.", "yes"),
        (AnswerKind.NUMBER, 3, "3"),
        (AnswerKind.NUMBER, 3.0, "3"),
        (AnswerKind.NUMBER, "three", "3"),
        (AnswerKind.NUMBER, "3", "three"),
        (AnswerKind.NUMBER, "none", "0"),
        (AnswerKind.TEXT, "The  Red ", "red"),
        (AnswerKind.CHOICE, "B", "blue"),
        (AnswerKind.CHOICE, "(b)", "blue"),
        (AnswerKind.CHOICE, "blue", "blue"),
    ],
)
def test_an_answer_said_otherwise_is_right(kind: AnswerKind, said: object, label: str) -> None:
    asked = question(kind, label, choices=("red", "blue"))
    assert judge_trace(asked, trace(said)).outcome is Outcome.RIGHT


@pytest.mark.parametrize(
    ("kind", "said", "label"),
    [
        (AnswerKind.YES_NO, "yes, 2", "yes"),
        (AnswerKind.NUMBER, "3 dogs", "3"),
        (AnswerKind.NUMBER, 2.5, "2"),
        (AnswerKind.NUMBER, True, "1"),
        (AnswerKind.TEXT, "dark red", "red"),
        (AnswerKind.TEXT, ["red"], "red"),
        (AnswerKind.CHOICE, "a", "blue"),
    ],
)
def test_another_answer_is_wrong(kind: AnswerKind, said: object, label: str) -> None:
    asked = question(kind, label, choices=("red", "blue"))
    assert judge_trace(asked, trace(said)).outcome is Outcome.WRONG


@pytest.mark.parametrize("said", [None, "", " \n"])
def test_no_answer_is_silent(said: object) -> None:
    assert judge_trace(question(AnswerKind.TEXT, "red"), trace(said)).outcome is Outcome.SILENT


def test_a_run_that_stopped_has_failed_even_where_it_answered() -> None:
    failure = Failure(stage=FailureStage.RUN, kind="IndexError", message="list index out of range", line=2)
    assert judge_trace(question(AnswerKind.TEXT, "red"), trace("red", failure)).outcome is Outcome.FAILED


def test_without_a_label_the_outcome_is_unknown_and_the_answer_is_read() -> None:
    verdict = judge_trace(question(AnswerKind.NUMBER), trace("two"))
    assert (verdict.outcome, verdict.answer) == (Outcome.UNKNOWN, "2")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LABELS = st.lists(st.text(max_size=12) | st.sampled_from(["yes", "3", "10 20 30 40", "red", "[1"]), max_size=10)


@settings(deadline=None)
@given(JSON, LABELS, st.sampled_from(AnswerKind), st.lists(st.text(max_size=6), max_size=5))
def test_any_answer_is_judged_and_the_verdict_is_a_line(
    answer: object, labels: list[str], kind: AnswerKind, choices: list[str]
) -> None:
    verdict = judge_trace(question(kind, *labels, choices=tuple(choices)), trace(answer))
    assert 0.0 <= verdict.score <= 1.0
    assert (verdict.outcome is Outcome.RIGHT) <= (verdict.score > 0)
    assert Verdict.from_line(verdict.to_line()) == verdict


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("label", ["yes", "3", "red", "10 20 30 40", "a cat"])
def test_a_label_said_itself_is_right(kind: AnswerKind, label: str) -> None:
    if kind is AnswerKind.BOX:
        label = "10 20 30 40"
    assert judge_text(label, question(kind, label))[0] is Outcome.RIGHT


HUGE = {
    "number": 10**5000,
    "nan": float("nan"),
    "infinity": float("-inf"),
    "list": [10**5000],
    "digits": "9" * 5000,
    "nothing": "\x00",
    "brackets": "[" * 3000,
}


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("kind", AnswerKind)
def test_an_answer_out_of_all_bounds_is_judged(name: str, kind: AnswerKind) -> None:
    asked = question(kind, "red", choices=("red", "blue"))
    assert judge_value(HUGE[name], asked)[0] in (Outcome.WRONG, Outcome.UNKNOWN)
