"""Every limit ends the run with a failure of its own kind, and the host goes on."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from vpd.engine.records import FailureStage
from vpd.engine.sandbox import Answered, Execution, Limits, Sandbox
from vpd.tools.errors import ToolFailed
from vpd.tools.tool import Tool

Bounded = Callable[..., Execution]


@pytest.fixture
def bounded(scene: dict[str, Any]) -> Bounded:
    def run(source: str, answer: Any = None, **limits: float) -> Execution:
        with Sandbox(Limits(**limits), ready=1) as sandbox:  # type: ignore[arg-type]  # numbers of the fields' own kinds
            return sandbox.run(source, scene["image"], scene["tools"], answer or scene["answer"])

    return run


def kind_of(execution: Execution) -> str:
    assert execution.failure is not None
    assert execution.failure.stage is FailureStage.LIMIT
    return execution.failure.kind


def test_a_program_that_computes_for_ever_is_out_of_its_own_time(bounded: Bounded) -> None:
    assert kind_of(bounded("while True: pass\nanswer = 1", program_seconds=0.2)) == "program_time"


def test_the_program_has_its_own_time_in_all_between_calls(bounded: Bounded) -> None:
    source = "for i in range(50):\n    exists(image, 'dog')\n    sum(range(10 ** 6))\nanswer = 1"
    assert kind_of(bounded(source, program_seconds=0.2)) == "program_time"


def test_the_wall_clock_ends_a_run_also_while_a_tool_works(bounded: Bounded) -> None:
    release = threading.Event()

    def slow(_tool: Tool, _arguments: dict[str, Any]) -> Answered:
        release.wait(30)
        return Answered(True)

    execution = bounded("answer = exists(image, 'dog')", slow, wall_seconds=0.3)
    release.set()
    assert kind_of(execution) == "wall_clock"
    assert execution.seconds < 10
    assert [call.failure for call in execution.calls] == [execution.failure]


def test_the_wall_clock_counts_many_short_calls(bounded: Bounded) -> None:
    def slow(_tool: Tool, _arguments: dict[str, Any]) -> Answered:
        threading.Event().wait(0.02)
        return Answered(True)

    execution = bounded("while True:\n    exists(image, 'dog')\nanswer = 1", slow, wall_seconds=0.3, calls=10_000)
    assert kind_of(execution) == "wall_clock"
    assert execution.calls


def test_tools_have_their_own_time(bounded: Bounded) -> None:
    def slow(_tool: Tool, _arguments: dict[str, Any]) -> Answered:
        threading.Event().wait(0.05)
        return Answered(True)

    execution = bounded("while True:\n    exists(image, 'dog')\nanswer = 1", slow, tool_seconds=0.2)
    assert kind_of(execution) == "tool_time"


def test_a_program_that_needs_too_much_memory_is_told_so(bounded: Bounded) -> None:
    assert kind_of(bounded("x = [0] * 10 ** 9\nanswer = 1", memory_mib=128)) == "memory"


def test_a_program_that_prints_too_much_is_stopped(bounded: Bounded) -> None:
    assert kind_of(bounded("while True: print('x' * 100)\nanswer = 1", printed_bytes=1_000)) == "printed"


def test_printing_up_to_the_limit_is_allowed(bounded: Bounded) -> None:
    execution = bounded("print('x' * 999)\nanswer = 1", printed_bytes=1_000)
    assert (execution.failure, execution.printed) == (None, "x" * 999 + "\n")


def test_a_program_that_calls_too_often_is_stopped_and_its_calls_are_kept(bounded: Bounded) -> None:
    execution = bounded("while True: exists(image, 'dog')\nanswer = 1", calls=5)
    assert kind_of(execution) == "calls"
    assert [call.number for call in execution.calls] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("answer", ["'x' * 101", "list(range(101))", "[[[[[[1]]]]]]", "{str(i): i for i in range(101)}"])
def test_an_answer_that_is_too_large_is_no_answer(bounded: Bounded, answer: str) -> None:
    execution = bounded(f"answer = {answer}", answer_bytes=100, answer_nodes=100, answer_depth=5)
    assert (kind_of(execution), execution.answer) == ("answer", None)


def test_a_program_that_is_too_long_is_refused(bounded: Bounded) -> None:
    execution = bounded("answer = 1\n" * 20, source_characters=100)
    assert execution.failure is not None
    assert (execution.failure.stage, execution.failure.kind) == (FailureStage.REFUSED, "source")


def test_steps_beyond_the_limit_are_left_out(bounded: Bounded) -> None:
    execution = bounded("a = 1\nb = 2\nc = 3\nanswer = 4", steps=2)
    assert (execution.failure, len(execution.steps)) == (None, 2)


def test_a_tool_that_fails_ends_the_program_with_its_own_words(bounded: Bounded) -> None:
    def fail(tool: Tool, _arguments: dict[str, Any]) -> Answered:
        raise ToolFailed(tool.name, "no such model")

    execution = bounded("x = 1\nanswer = exists(image, 'dog')", fail)
    assert execution.failure is not None
    assert (execution.failure.stage, execution.failure.kind) == (FailureStage.TOOL, "ToolFailed")
    assert (execution.failure.message, execution.failure.line) == ("exists: no such model", 2)
    assert execution.calls[0].failure == execution.failure


def test_a_limit_out_of_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="memory_mib must be from 64"):
        Limits(memory_mib=1)


def test_a_closed_sandbox_says_so(scene: dict[str, Any]) -> None:
    sandbox = Sandbox(ready=0)
    sandbox.close()
    with pytest.raises(RuntimeError, match="closed"):
        sandbox.run("answer = 1", **scene)
