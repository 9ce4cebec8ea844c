"""Every limit ends the run with a failure of its own kind, and the host goes on."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from vpd.engine.records import FailureStage
from vpd.engine.sandbox import Answered, Execution, Limits, Sandbox
from vpd.tools.box import Box
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


@pytest.mark.parametrize(
    "call",
    [
        "exists(image, 'x' * 900)",
        "best_text_match(image, ['dog'] * 200)",
        "distance([image] * 100, image)",
        "llm_query('short', context='x' * 900)",
    ],
)
def test_calls_that_would_fill_the_record_end_the_program(bounded: Bounded, call: str) -> None:
    execution = bounded(
        f"for i in range(100):\n    try:\n        {call}\n    except Exception: pass\nanswer = 1", recorded_bytes=9_000
    )
    assert (kind_of(execution), execution.answer) == ("recorded", None)
    assert 1 <= len(execution.calls) < 20
    assert sum(len(call.to_line()) for call in execution.calls) < 20_000


def test_a_result_counts_as_what_is_recorded(bounded: Bounded) -> None:
    execution = bounded("while True: simple_query(image)\nanswer = 1", lambda *_: Answered("x" * 900), recorded_bytes=5_000)
    assert (kind_of(execution), len(execution.calls)) == ("recorded", 6)


def test_a_long_label_is_cut_wherever_a_region_is_written_down(bounded: Bounded) -> None:
    def find(_tool: Tool, _arguments: dict[str, Any]) -> Answered:
        return Answered([Box(1, 2, 3, 4, "x" * 50_000)])

    execution = bounded("found = find(image, 'dog')\nanswer = [len(found[0].label), found * 1_900]", find)
    assert execution.failure is not None
    assert execution.failure.message == "the answer is too large once it is written out: return a short text or a number"
    assert execution.calls[0].result == [{"region": [1, 2, 3, 4], "label": "x" * 199 + "…", "score": 1.0}]
    assert bounded("answer = len(find(image, 'dog')[0].label)", find).answer == 200


def test_an_answer_may_be_as_deep_as_the_limit_says(bounded: Bounded) -> None:
    source = "answer = 1\nfor i in range(50): answer = [answer]"
    assert kind_of(bounded(source, answer_depth=49)) == "answer"
    assert bounded(source, answer_depth=50).failure is None


def test_steps_with_long_values_leave_room_for_the_call_after_them(bounded: Bounded) -> None:
    binds = "\n".join(f"    a{i} = ['\u4e00' * 230] * 16" for i in range(20))
    execution = bounded(f"for i in range(20):\n{binds}\nanswer = exists(image, 'dog')")
    assert (execution.failure, execution.answer, len(execution.calls)) == (None, True, 1)
    assert 0 < sum(len(step.to_line()) for step in execution.steps) < 300_000


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
