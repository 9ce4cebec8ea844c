"""Yields against counting by hand."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.judging import judge_trace
from vpd.distill.records import Outcome
from vpd.distill.run_files import Asked, JudgedDraw, RunRecords
from vpd.distill.yields import ALL_KINDS, majority_outcome, oracle_outcome, pass_at, yield_rows
from vpd.engine.records import AnswerKind, Failure, FailureStage, Isolation, Program, Question, Trace
from vpd.tools.image import ImageRef

PICTURE = ImageRef("0" * 64, "none.png", 8, 8)
BROKEN = Failure(stage=FailureStage.RUN, kind="ValueError", message="it broke")


def asked(text: str, answers: list[Any], *, kind: str = "counting", known: tuple[str, ...] = ("2",)) -> Asked:
    """A question whose draws gave these answers; None is silence, and a failure is a failure."""
    question = Question(
        key=text,
        text=text,
        image=PICTURE,
        kind=kind,
        answer_kind=AnswerKind.NUMBER,
        answers=known,
        source="by hand",
        split="train",
    )
    draws = []
    for draw, answer in enumerate(answers):
        failed = isinstance(answer, Failure)
        source = f"answer = {text!r}, {draw}"
        program = Program(question=text, prompt_sha256="p", model="m", sampling={}, draw=draw, completion=source, source=source)
        trace = Trace(
            program=program.source_sha256,
            source=source,
            image=PICTURE,
            image_sha256=PICTURE.sha256,
            tools=(),
            isolation=Isolation.PROCESS,
            calls=(),
            answer=None if failed else answer,
            failure=answer if failed else None,
        )
        draws.append(JudgedDraw(program, trace, judge_trace(question, trace)))
    return Asked(question, tuple(draws))


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_all_choices(case: tuple[int, int, int]) -> None:
    draws, right, k = case
    choices = list(combinations([place < right for place in range(draws)], k))
    assert pass_at(k, draws, right) == pytest.approx(sum(map(any, choices)) / len(choices))


def test_more_draws_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.\.5"):
        pass_at(6, 5, 1)


def test_a_yield_rises_from_the_mean_draw_to_any_draw() -> None:
    rows = yield_rows([asked("a", ["2", "3", "3", "3"]), asked("b", ["2", "2", "1", "1"]), asked("c", ["1", "1", "1", None])])
    assert [share.value for share in rows[-1].shares][0::3] == pytest.approx([0.25, 2 / 3])
    assert rows[-1].rise.value == pytest.approx(2 / 3 - 0.25)


def test_every_kind_has_a_row_and_all_kinds_come_last() -> None:
    rows = yield_rows([asked("a", ["2"]), asked("b", ["2"], kind="attribute")])
    assert [(row.kind, row.questions) for row in rows] == [("attribute", 1), ("counting", 1), (ALL_KINDS, 2)]


def test_a_question_with_fewer_draws_than_most_is_left_out() -> None:
    rows = yield_rows([asked("a", ["2", "2"]), asked("b", ["2", "2"]), asked("c", ["1"])])
    assert (rows[-1].questions, len(rows[-1].shares)) == (2, 2)


def test_a_question_that_nobody_knows_the_answer_of_is_left_out() -> None:
    assert yield_rows([asked("a", ["2"], known=())]) == ()


def test_questions_of_one_text_count_as_one_for_the_interval() -> None:
    many = yield_rows([asked(f"text {place}", ["2", "1"]) for place in range(20)])[-1].shares[0]
    same = yield_rows([asked("one text", ["2", "1"]) for _ in range(20)])[-1].shares[0]
    assert same.value == many.value
    assert same.high - same.low > 2 * (many.high - many.low)


def test_the_most_frequent_answer_is_the_teachers() -> None:
    assert majority_outcome(asked("a", ["3", "2", "2", None, BROKEN])) is Outcome.RIGHT


def test_of_two_equally_frequent_answers_the_first_drawn_counts() -> None:
    assert majority_outcome(asked("a", ["3", "2", "2", "3"])) is Outcome.WRONG


def test_a_teacher_without_an_answer_is_silent() -> None:
    assert majority_outcome(asked("a", [None, BROKEN])) is Outcome.SILENT


def test_the_oracle_needs_one_right_draw() -> None:
    assert oracle_outcome(asked("a", ["3", "3", "2"])) is Outcome.RIGHT
    assert oracle_outcome(asked("a", ["3", None, BROKEN])) is Outcome.WRONG


def test_a_drawn_runs_yield_never_falls_with_more_draws(drawn_run: RunRecords) -> None:
    for row in yield_rows(drawn_run.asked):
        values = [share.value for share in row.shares]
        assert len(values) == 5
        assert values == sorted(values)
