"""Answering the calls of many programs at once."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vpd.engine.dispatch import Dispatcher, call_key
from vpd.engine.text_cache import TextCache
from vpd.tools import Box, Image, ImageRef, Tool, ToolFailed, tool
from vpd.tools.errors import ToolMisused

PICTURE = ImageRef("0" * 64, "a.png", 64, 64)
WHOLE = Image(PICTURE)
CORNER = Image(PICTURE, Box(0, 0, 8, 8))


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    with Dispatcher() as made:
        yield made


def counting(version: str = "1", **settings: Any) -> tuple[Tool, list[tuple[Image, str]]]:
    """A tool and the list of the requests that reached it."""
    seen: list[tuple[Image, str]] = []

    @tool(version=version, **settings)
    def find(image: Image, name: str = "dog") -> list[Box]:
        """Boxes."""
        seen.append((image, name))
        return [Box(0, 0, len(name), 1, name)]

    return find, seen


def test_the_tool_is_asked_and_its_value_given(dispatcher: Dispatcher) -> None:
    find, _ = counting()
    assert dispatcher.answer(find, {"image": WHOLE, "name": "cat"}).value == [Box(0, 0, 3, 1, "cat")]


def test_an_equal_call_is_answered_from_memory(dispatcher: Dispatcher) -> None:
    find, seen = counting()
    first, second = (dispatcher.answer(find, {"image": WHOLE, "name": "dog"}) for _ in range(2))
    assert (first.cached, second.cached, len(seen)) == (False, True, 1)
    assert dispatcher.tally.hit_rate == 0.5


def test_a_default_left_out_and_one_given_are_the_same_call(dispatcher: Dispatcher) -> None:
    find, seen = counting()
    dispatcher.answer(find, {"image": WHOLE, "name": "dog"})
    dispatcher.answer(find, {"image": WHOLE})
    assert len(seen) == 1


def test_a_result_outlives_the_dispatcher_on_disk(tmp_path: Path) -> None:
    find, seen = counting()
    for _ in range(2):
        with TextCache(tmp_path) as cache, Dispatcher(cache) as dispatcher:
            assert dispatcher.answer(find, {"image": CORNER, "name": "cat"}).value == [Box(0, 0, 3, 1, "cat")]
    assert len(seen) == 1


def test_a_tool_that_is_not_cacheable_is_asked_each_time(dispatcher: Dispatcher) -> None:
    find, seen = counting(cacheable=False)
    for _ in range(2):
        dispatcher.answer(find, {"image": WHOLE})
    assert len(seen) == 2


def test_the_key_changes_with_what_the_result_depends_on() -> None:
    find, _ = counting()
    newer, _ = counting(version="2")
    other = Image(ImageRef("1" * 64, "a.png", 64, 64))
    keys = [
        call_key(find, {"image": WHOLE, "name": "dog"}),
        call_key(newer, {"image": WHOLE, "name": "dog"}),
        call_key(find, {"image": WHOLE, "name": "cat"}),
        call_key(find, {"image": CORNER, "name": "dog"}),
        call_key(find, {"image": other, "name": "dog"}),
    ]
    assert len(set(keys)) == len(keys)


def test_the_key_does_not_change_with_where_the_picture_lies() -> None:
    find, _ = counting()
    moved = Image(ImageRef(PICTURE.sha256, "elsewhere.png", 64, 64), origin=(3, 1))
    assert call_key(find, {"image": WHOLE}) == call_key(find, {"image": moved})


def test_equal_calls_in_flight_are_merged(dispatcher: Dispatcher) -> None:
    ran = []
    go = threading.Event()

    @tool
    def slow(image: Image) -> int:
        """Slow."""
        ran.append(1)
        go.wait(5)
        return 7

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(dispatcher.answer, slow, {"image": WHOLE}) for _ in range(8)]
        while not ran:
            time.sleep(0.001)
        go.set()
        assert [one.result().value for one in asked] == [7] * 8
    assert len(ran) == 1


def test_calls_of_many_programs_are_batched() -> None:
    sizes: list[int] = []

    @tool(batch=16)
    def square(number: list[int]) -> list[int]:
        """Square."""
        sizes.append(len(number))
        return [n * n for n in number]

    with Dispatcher(window=0.2) as dispatcher, ThreadPoolExecutor(16) as pool:
        values = list(pool.map(lambda n: dispatcher.answer(square, {"number": n}).value, range(16)))
    assert values == [n * n for n in range(16)]
    assert max(sizes) > 1
    assert max(sizes) <= 16


def test_one_bad_request_does_not_fail_those_it_was_batched_with() -> None:
    @tool(batch=8)
    def halve(number: list[int]) -> list[int]:
        """Halve."""
        if any(n % 2 for n in number):
            message = "odd"
            raise ValueError(message)
        return [n // 2 for n in number]

    def ask(number: int) -> Any:
        try:
            return patient.answer(halve, {"number": number}).value
        except ToolFailed as error:
            return error.message

    with Dispatcher(window=0.2) as patient, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [2, 3, 4, 6])) == [1, "ValueError: odd", 2, 3]


def hung(seconds: float) -> tuple[Tool, Callable[[], None]]:
    """A tool that hangs on 'hang' until it is let go."""
    go = threading.Event()

    @tool(timeout=seconds)
    def ask(text: str) -> str:
        """Ask."""
        if text == "hang":
            go.wait(30)
        return text

    return ask, go.set


def test_a_hung_tool_fails_its_call_and_the_next_one_is_answered(dispatcher: Dispatcher) -> None:
    ask, let_go = hung(0.05)
    with pytest.raises(ToolFailed, match=r"no answer within 0\.05 s"):
        dispatcher.answer(ask, {"text": "hang"})
    assert dispatcher.answer(ask, {"text": "on"}).value == "on"
    let_go()


def test_waiting_in_the_queue_is_not_held_against_a_call(dispatcher: Dispatcher) -> None:
    @tool(timeout=0.2)
    def nap(number: int) -> int:
        """Nap."""
        time.sleep(0.08)
        return number

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(dispatcher.answer, nap, {"number": n}) for n in range(6)]
        assert [one.result().value for one in asked] == list(range(6))


def test_a_tool_that_raises_fails_its_call_with_the_reason(dispatcher: Dispatcher) -> None:
    @tool
    def broken(image: Image) -> int:
        """Broken."""
        return {"other": 1}["key"]

    with pytest.raises(ToolFailed, match="broken: KeyError: 'key'"):
        dispatcher.answer(broken, {"image": WHOLE})


def test_a_tool_that_ends_the_interpreter_fails_its_call_and_the_next_one_is_answered(dispatcher: Dispatcher) -> None:
    @tool(timeout=30)
    def leave(image: Image, name: str) -> bool:
        """Exits, as some command lines do."""
        if name == "dog":
            raise SystemExit(3)
        return True

    with pytest.raises(ToolFailed, match="SystemExit: 3"):
        dispatcher.answer(leave, {"image": WHOLE, "name": "dog"})
    assert dispatcher.answer(leave, {"image": WHOLE, "name": "cat"}).value is True


def test_a_failure_is_not_cached(dispatcher: Dispatcher) -> None:
    answers: Iterator[Exception | int] = iter([RuntimeError("busy"), 1])

    @tool
    def moody(image: Image) -> int:
        """Moody."""
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ToolFailed):
        dispatcher.answer(moody, {"image": WHOLE})
    assert dispatcher.answer(moody, {"image": WHOLE}).value == 1


def test_a_result_of_another_type_than_declared_is_refused(dispatcher: Dispatcher) -> None:
    @tool
    def count(image: Image) -> int:
        """Count."""
        return "three"  # type: ignore[return-value]

    with pytest.raises(ToolMisused, match="its result must be int, got str 'three'"):
        dispatcher.answer(count, {"image": WHOLE})


def test_a_slow_tool_does_not_hold_up_another(dispatcher: Dispatcher) -> None:
    ask, let_go = hung(30)
    find, _ = counting()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(dispatcher.answer, ask, {"text": "hang"})
        assert dispatcher.answer(find, {"image": WHOLE}).value
        assert not waiting.done()
        let_go()


def test_another_version_of_a_tool_is_asked_itself(dispatcher: Dispatcher) -> None:
    (old, seen_by_old), (new, seen_by_new) = counting(version="1"), counting(version="2")
    for each in (old, new):
        dispatcher.answer(each, {"image": WHOLE, "name": "dog"})
    assert (len(seen_by_old), len(seen_by_new)) == (1, 1)
