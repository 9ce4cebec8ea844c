"""Calls that fail of an error that may pass are tried again, and it is told how often."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Isolation, ToolCall, Trace
from vpd.engine.sandbox import Sandbox
from vpd.tools import Image, ImageRef, Registry, Tool, ToolFailed, read_image_ref, tool
from vpd.tools.errors import ToolDefinitionError


class Busy(ConnectionError):
    """A kind of what was declared."""


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    with Dispatcher(backoff=0.001) as made:
        yield made


def flaky(*errors: Exception, **settings: Any) -> Tool:
    """A tool that raises these one after the other, and then answers."""
    left = iter(errors)

    @tool(**{"retry": (ConnectionError,), **settings})
    def ask(text: str) -> str:
        """Ask."""
        error = next(left, None)
        if error is not None:
            raise error
        return text

    return ask


def test_a_tool_that_fails_twice_is_asked_a_third_time(dispatcher: Dispatcher) -> None:
    answered = dispatcher.answer(flaky(ConnectionError("one"), Busy("two")), {"text": "there"})
    assert (answered.value, answered.attempts) == ("there", 3)
    assert (dispatcher.tally.ran, dispatcher.tally.retried, dispatcher.tally.failed) == (1, 2, 0)


def test_patience_ends_after_the_attempts_that_were_allowed(dispatcher: Dispatcher) -> None:
    failing = flaky(*(ConnectionError(str(number)) for number in range(5)), attempts=2)
    with pytest.raises(ToolFailed, match=r"ConnectionError: 1 \(2 attempts\)") as caught:
        dispatcher.answer(failing, {"text": "there"})
    assert caught.value.attempts == 2
    assert (dispatcher.tally.failed, dispatcher.tally.retried) == (1, 1)


@pytest.mark.parametrize("error", [KeyError("a fault"), ToolFailed("ask", "no"), TimeoutError("not declared")])
def test_no_other_error_is_tried_again(dispatcher: Dispatcher, error: Exception) -> None:
    with pytest.raises(ToolFailed) as caught:
        dispatcher.answer(flaky(error, retry=(ConnectionError,)), {"text": "there"})
    assert caught.value.attempts == 1


def test_a_refusal_is_final_however_wide_the_declaration(dispatcher: Dispatcher) -> None:
    with pytest.raises(ToolFailed, match="ask: no"):
        dispatcher.answer(flaky(ToolFailed("ask", "no"), retry=(RuntimeError,)), {"text": "there"})
    assert dispatcher.tally.retried == 0


def test_a_refusal_at_a_later_attempt_says_how_often_the_tool_was_asked(dispatcher: Dispatcher) -> None:
    with pytest.raises(ToolFailed) as caught:
        dispatcher.answer(flaky(ConnectionError("one"), ToolFailed("ask", "no")), {"text": "there"})
    assert caught.value.attempts == 2


def test_a_tool_that_declares_nothing_is_asked_once(dispatcher: Dispatcher) -> None:
    with pytest.raises(ToolFailed, match=r"ConnectionError: one$"):
        dispatcher.answer(flaky(ConnectionError("one"), retry=()), {"text": "there"})


def test_attempts_end_with_the_time_of_the_call() -> None:
    with Dispatcher(backoff=60) as patient, pytest.raises(ToolFailed, match="ConnectionError: one"):
        patient.answer(flaky(ConnectionError("one"), timeout=5), {"text": "there"})


def test_a_closed_dispatcher_waits_for_no_further_attempt() -> None:
    asked = threading.Event()

    @tool(retry=(ConnectionError,), timeout=600)
    def ask(text: str) -> str:
        """Ask."""
        asked.set()
        message = "down"
        raise ConnectionError(message)

    impatient = Dispatcher(backoff=100)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(impatient.answer, ask, {"text": "there"})
        assert asked.wait(10)
        impatient.close()
        assert isinstance(waiting.exception(timeout=10), ToolFailed)


def test_a_batch_is_tried_again_as_one() -> None:
    sizes: list[int] = []

    @tool(batch=8, retry=(ConnectionError,))
    def square(number: list[int]) -> list[int]:
        """Square."""
        sizes.append(len(number))
        if len(sizes) < 3:
            message = "down"
            raise ConnectionError(message)
        return [n * n for n in number]

    with Dispatcher(window=0.5, backoff=0.001) as dispatcher, ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda n: dispatcher.answer(square, {"number": n}).value, range(8)))
    assert values == [n * n for n in range(8)]
    assert sizes[:3] == [8, 8, 8]


def test_a_batch_that_keeps_failing_is_taken_apart_and_each_request_tried_once() -> None:
    @tool(batch=4, retry=(ConnectionError,), attempts=2)
    def reach(number: list[int]) -> list[int]:
        """Reach."""
        if 3 in number:
            message = "nobody at 3"
            raise ConnectionError(message)
        return number

    def ask(number: int) -> tuple[Any, int]:
        try:
            answered = patient.answer(reach, {"number": number})
        except ToolFailed as error:
            return error.message, error.attempts
        return answered.value, answered.attempts

    with Dispatcher(window=0.5, backoff=0.001) as patient, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [(0, 3), (1, 3), (2, 3), ("ConnectionError: nobody at 3 (3 attempts)", 3)]


def test_the_record_of_a_call_counts_its_attempts(dispatcher: Dispatcher, tmp_path: Path) -> None:
    Picture.new("RGB", (8, 8)).save(tmp_path / "black.png")
    tools = Registry([flaky(ConnectionError("one"), ConnectionError("two"))])
    with Sandbox() as sandbox:
        done = sandbox.run('answer = ask("there")', Image(read_image_ref(tmp_path / "black.png")), tools, dispatcher.answer)
    assert (done.answer, [call.attempts for call in done.calls]) == ("there", [3])


def test_the_record_of_a_failed_call_counts_its_attempts_too(dispatcher: Dispatcher, tmp_path: Path) -> None:
    Picture.new("RGB", (8, 8)).save(tmp_path / "black.png")
    tools = Registry([flaky(*(ConnectionError("down") for _ in range(3)))])
    with Sandbox() as sandbox:
        done = sandbox.run('answer = ask("there")', Image(read_image_ref(tmp_path / "black.png")), tools, dispatcher.answer)
    assert [(call.attempts, call.failure is None) for call in done.calls] == [(3, False)]


def call(**fields: Any) -> ToolCall:
    return ToolCall(number=0, line=1, tool="ask", arguments={}, **fields)


def test_one_attempt_is_not_written() -> None:
    assert "attempts" not in call().to_line()
    assert ToolCall.from_line(call(attempts=2).to_line()).attempts == 2


def test_attempts_do_not_change_what_a_trace_holds() -> None:
    picture = ImageRef("0" * 64, "a.png", 8, 8)
    one, two = (
        Trace(
            program="0" * 64,
            source="",
            image=picture,
            image_sha256=picture.sha256,
            tools=(),
            isolation=Isolation.PROCESS,
            calls=(call(attempts=attempts),),
        )
        for attempts in (1, 2)
    )
    assert one.digest == two.digest


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"retry": ("ConnectionError",)}, "retry takes errors that may pass"),
        ({"retry": (ToolFailed,)}, "retry takes errors that may pass"),
        ({"attempts": 0}, "attempts must be 1 or more"),
    ],
)
def test_what_cannot_be_tried_again_is_refused_where_it_is_declared(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ToolDefinitionError, match=says):
        flaky(**settings)
