"""What tools have set up: on first use, once, for one call at a time, and torn down when it is put out or all ends."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from vpd.engine.dispatch import Dispatcher
from vpd.tools import Image, ImageRef, resource, tool
from vpd.tools.errors import ToolDefinitionError
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource

WHOLE = Image(ImageRef("0" * 64, "a.png", 64, 48))


class Diary:
    """What happened to a thing, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def factory(self, name: str) -> Callable[[], Iterator[str]]:
        """A thing that notes its beginning and its end."""

        def make() -> Iterator[str]:
            self.lines.append(f"begin {name}")
            yield name
            self.lines.append(f"end {name}")

        return make

    def resource(self, name: str, placement: Placement, size: int = 10) -> Resource[str]:
        made: Resource[str] = resource(name=name, size=size)(self.factory(name))
        made.place(placement)
        return made


@pytest.fixture
def diary() -> Diary:
    return Diary()


def test_a_tool_is_handed_what_its_resource_gives_and_programs_do_not_see_it(diary: Diary) -> None:
    @tool(resource=diary.resource("model", Placement()))
    def width(model: str, image: Image, times: int = 1) -> str:
        """Width."""
        return f"{model} {image.width * times}"

    assert width.signature == "width(image: Image, times: int = 1) -> str"
    assert (width.run(WHOLE), width.run(image=WHOLE, times=2)) == ("model 64", "model 128")


def test_a_batch_tool_is_handed_it_beside_its_lists(diary: Diary) -> None:
    @tool(batch=4, resource=diary.resource("model", Placement()))
    def width(model: str, image: list[Image]) -> list[str]:
        """Width."""
        return [f"{model} {one.width}" for one in image]

    with Dispatcher() as dispatcher:
        assert dispatcher.answer(width, {"image": WHOLE}).value == "model 64"


def test_nothing_is_set_up_before_the_first_call(diary: Diary) -> None:
    one = diary.resource("model", Placement())

    @tool(resource=one)
    def ask(model: str, image: Image) -> str:
        """Ask."""
        return model

    assert (diary.lines, one.held(), ask.resources) == ([], None, (one,))


def test_a_generator_is_torn_down_when_its_placement_ends(diary: Diary) -> None:
    with Placement() as placement:
        with diary.resource("model", placement).use() as thing:
            assert (thing, diary.lines) == ("model", ["begin model"])
        assert diary.lines == ["begin model"]
    assert diary.lines == ["begin model", "end model"]


def test_what_gives_way_to_another_is_torn_down_and_set_up_again(diary: Diary) -> None:
    placement = Placement(budget=10)
    one, other = (diary.resource(name, placement) for name in ("one", "other"))
    for each in (one, other, one):
        with each.use():
            pass
    assert diary.lines == ["begin one", "end one", "begin other", "end other", "begin one"]


def test_what_is_in_use_is_not_torn_down(diary: Diary) -> None:
    placement = Placement(budget=10)
    with diary.resource("one", placement).use(), diary.resource("other", placement).use():
        assert "end one" not in diary.lines


def test_a_class_with_an_entry_and_an_exit_is_a_resource() -> None:
    ended = []

    class Server:
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
            ended.append("exit")

        def answer(self) -> int:
            return 7

    placement, made = Placement(), resource(Server)
    made.place(placement)
    with made.use() as server:
        assert server.answer() == 7
    placement.close()
    assert ended == ["exit"]


def test_a_plain_function_needs_no_tearing_down() -> None:
    placement = Placement()
    table = resource(lambda: {"cat": 1})
    table.place(placement)
    with table.use() as loaded:
        assert loaded == {"cat": 1}
    placement.close()
    assert placement.held() == ()


def test_two_tools_of_one_function_share_one_copy() -> None:
    loads = []

    def load() -> str:
        loads.append(1)
        return "model"

    def ask(model: str, image: Image) -> str:
        """Ask."""
        return model

    one, other = (tool(name=name, resource=load)(ask) for name in ("one", "other"))
    assert (one.run(WHOLE), other.run(WHOLE), len(loads)) == ("model", "model", 1)


def test_many_threads_set_it_up_once_and_use_it_one_at_a_time(diary: Diary) -> None:
    inside = []

    @tool(concurrency=8, cacheable=False, resource=diary.resource("model", Placement()))
    def ask(model: str, number: int) -> int:
        """Ask."""
        inside.append("in")
        alone = inside.count("in") - inside.count("out") == 1
        inside.append("out")
        return number if alone else -1

    with Dispatcher() as dispatcher, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: dispatcher.answer(ask, {"number": number}).value, range(32)))
    assert answers == list(range(32))
    assert diary.lines == ["begin model"]


def test_threads_that_take_turns_on_a_small_budget_tear_down_as_often_as_they_set_up(diary: Diary) -> None:
    with Placement(budget=10) as placement:
        things = [diary.resource(str(number), placement) for number in range(3)]

        def work(number: int) -> None:
            for turn in range(6):
                with things[(number + turn) % 3].use() as thing:
                    assert thing == str((number + turn) % 3)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name in "012":
        mine = [line for line in diary.lines if line.endswith(name)]
        assert mine == [f"begin {name}", f"end {name}"] * (len(mine) // 2)


def test_a_set_up_that_fails_fails_the_call_and_is_tried_at_the_next() -> None:
    answers: Iterator[Any] = iter([OSError("no weights yet"), "model"])

    def load() -> Iterator[str]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        yield answer

    made: Resource[str] = resource(name="late")(load)
    made.place(Placement())
    with pytest.raises(OSError, match="no weights yet"), made.use():
        pass
    with made.use() as thing:
        assert thing == "model"


def test_a_set_up_that_fails_of_what_may_pass_is_tried_again_at_once() -> None:
    answers: Iterator[Any] = iter([ConnectionError("down"), "model"])

    def load() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    late: Resource[str] = resource(name="down")(load)
    late.place(Placement())

    @tool(retry=(ConnectionError,), resource=late)
    def ask(model: str, image: Image) -> str:
        """Ask."""
        return model

    with Dispatcher(backoff=0.001) as dispatcher:
        assert dispatcher.answer(ask, {"image": WHOLE}).attempts == 2


def test_a_tear_down_that_fails_is_reported_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> Iterator[str]:
        yield "model"
        message = "stuck"
        raise RuntimeError(message)

    made: Resource[str] = resource(name="stuck model")(load)
    placement = Placement()
    made.place(placement)
    with made.use():
        pass
    placement.close()
    assert placement.held() == ()
    assert "stuck model could not be ended as it should" in caplog.text


def test_a_loaded_thing_stays_where_it_is(diary: Diary) -> None:
    placement = Placement()
    one = diary.resource("model", placement)
    one.place(Placement())
    assert one.placement is placement


def test_a_tool_without_a_parameter_for_its_resource_is_refused() -> None:
    def ask() -> str:
        """Ask."""
        return ""

    with pytest.raises(ToolDefinitionError, match="its first parameter is to be what the resource gives"):
        tool(resource=lambda: 1)(ask)


def test_the_end_of_the_process_tears_down_what_is_loaded(tmp_path: Path) -> None:
    code = """
from vpd.tools import resource

@resource
def model():
    yield "model"
    print("ended")

with model.use() as thing:
    print(thing)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.split() == ["model", "ended"]
