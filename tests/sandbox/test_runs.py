"""Runs do not know of each other: threads, many pictures, shared children, and byte code that is kept."""

import dataclasses
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vpd.engine.sandbox import Execution, Sandbox

PROGRAM = "def execute_command(image):\n    return len(find(image, 'dog'))\n"


def test_many_threads_run_at_once(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    programs = [f"answer = {n} + len(find(image, 'dog'))" for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        done: list[Execution] = list(pool.map(lambda source: sandbox.run(source, **scene), programs))
    assert [each.answer for each in done] == [n + 2 for n in range(60)]


def test_a_sandbox_made_in_a_thread_outlives_it(scene: dict[str, Any]) -> None:
    made: list[Sandbox] = []
    thread = threading.Thread(target=lambda: made.append(Sandbox(ready=1)))
    thread.start()
    thread.join()
    with made[0] as outliving:
        assert outliving.run(PROGRAM, **scene).answer == 2
        assert outliving._children.generation == 1  # type: ignore[attr-defined]


def test_nothing_of_one_run_is_there_in_the_next(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    sandbox.run("leftover = 1\nimport random\nrandom.random()\nanswer = 1", **scene)
    failure = sandbox.run("answer = leftover", **scene).failure
    assert failure is not None
    assert failure.kind == "NameError"


def test_one_program_runs_on_many_pictures_with_fresh_names(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    source = "seen = []\ndef execute_command(image):\n    seen.append(image.width)\n    return seen"
    whole = scene["image"]
    images = [dataclasses.replace(whole, ref=dataclasses.replace(whole.ref, width=n)) for n in (100, 200, 300)]
    answers = [each.answer for each in sandbox.run_many(source, images, scene["tools"], scene["answer"])]
    assert answers == [[100], [200], [300]]


def test_pictures_that_share_a_child_have_fresh_names_too(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    source = "import random\nseen = [random.random()]\ndef execute_command(image):\n    seen.append(image.left)\n    return seen"
    done = list(sandbox.run_many(source, [scene["image"]] * 5, scene["tools"], scene["answer"], share=3))
    assert [each.failure for each in done] == [None] * 5
    assert {tuple(each.answer) for each in done} == {tuple(done[0].answer)}
    assert len(done[0].answer) == 2


def test_a_failure_ends_a_shared_child(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    source = "answer = 1 / 0"
    done = list(sandbox.run_many(source, [scene["image"]] * 3, scene["tools"], scene["answer"], share=3))
    assert [each.failure.kind for each in done if each.failure] == ["ZeroDivisionError"] * 3


def test_results_are_streamed(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    asked: list[int] = []

    def images() -> Iterator[Any]:
        for number in range(3):
            asked.append(number)
            yield scene["image"]

    running = sandbox.run_many(PROGRAM, images(), scene["tools"], scene["answer"])
    next(running)
    assert asked == [0]


def test_a_program_that_is_refused_is_refused_for_every_picture(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    done = list(sandbox.run_many("answer = open('x')", [scene["image"]] * 2, scene["tools"], scene["answer"]))
    assert [each.failure.kind for each in done if each.failure] == ["name", "name"]


def test_only_a_child_that_runs_nothing_fills_the_cache_of_code(scene: dict[str, Any]) -> None:
    with Sandbox(ready=1) as made:
        kept = made._codes._codes
        made.run(PROGRAM, **scene)
        assert len(kept) == 0
        made.run(PROGRAM, **scene)
        assert len(kept) == 1
        assert made.run(PROGRAM, **scene).answer == 2
