"""Judging answers against labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.judging import judge_text, judge_trace, read_answer
from vpd.distill.records import Outcome
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


@pytest.mark.parametrize("said", [None, ""])
def test_no_answer_is_silent(said: object) -> None:
    assert judge_trace(question(AnswerKind.TEXT, "red"), trace(said)).outcome is Outcome.SILENT


def test_a_run_that_stopped_has_failed_even_where_it_answered() -> None:
    failure = Failure(stage=FailureStage.RUN, kind="IndexError", message="list index out of range", line=2)
    assert judge_trace(question(AnswerKind.TEXT, "red"), trace("red", failure)).outcome is Outcome.FAILED


def test_without_a_label_the_outcome_is_unknown_and_the_answer_is_read() -> None:
    verdict = judge_trace(question(AnswerKind.NUMBER), trace("two"))
    assert (verdict.outcome, verdict.answer) == (Outcome.UNKNOWN, "2")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists), st.sampled_from(AnswerKind))
def test_any_plain_answer_is_judged(answer: object, kind: AnswerKind) -> None:
    outcome, _ = judge_text(read_answer(answer), question(kind, "red"))
    assert isinstance(outcome, Outcome)
