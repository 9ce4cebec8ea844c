"""Programs as language models write them give the same answers as in plain Python with the same tools."""

from collections.abc import Callable
from typing import Any

import pytest

from vpd.engine.sandbox import Execution

Run = Callable[[str], Execution]
Plain = Callable[[Any], Any]


@pytest.fixture
def same(run: Run, plainly: Plain, as_answer: Plain, without_origin: Plain) -> Callable[[str], None]:
    def check(source: str) -> None:
        done = run(source)
        assert done.failure is None
        assert without_origin(done.answer) == as_answer(plainly(source))

    return check


def test_a_program_in_the_style_of_vipergpt_runs_as_in_python(same: Callable[[str], None], vipergpt_program: str) -> None:
    same(vipergpt_program)


def test_a_program_in_the_style_of_vpd_runs_as_in_python(same: Callable[[str], None], vpd_program: str) -> None:
    same(vpd_program)


def test_ordinary_python_runs_as_in_python(same: Callable[[str], None], python_program: str) -> None:
    same(python_program)


def test_an_ordinary_expression_has_the_value_that_it_has_in_python(
    same: Callable[[str], None], expressions_program: str
) -> None:
    same(expressions_program)
