"""A stored trace, run again from its own record, is the same trace byte for byte; what differs is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vpd.engine.records import Trace
from vpd.engine.replay_trace import replay_trace, written
from vpd.engine.sandbox import Answered, Execution, Sandbox

Run = Callable[[str], Execution]
Store = Callable[[str], Trace]


@pytest.fixture
def store(run: Run, scene: dict[str, Any], sandbox: Sandbox) -> Store:
    def make(source: str) -> Trace:
        done = run(source)
        trace = Trace(
            program="0" * 64, source=source, image=scene["image"].ref, image_sha256=scene["image"].ref.sha256,
            tools=scene["tools"].pins, isolation=sandbox.isolation, calls=done.calls, steps=done.steps, printed=done.printed,
            answer=done.answer, failure=done.failure, seconds=done.seconds,
        )  # fmt: skip
        return Trace.from_line(trace.to_line())

    return make


def test_a_program_in_the_style_of_vipergpt_replays_to_the_same_trace(
    store: Store, sandbox: Sandbox, scene: dict[str, Any], vipergpt_program: str
) -> None:
    trace = store(vipergpt_program)
    again = replay_trace(trace, sandbox, scene["tools"])
    assert again.difference == ""
    assert written(again.trace) == written(trace)


def test_a_program_in_the_style_of_vpd_replays_to_the_same_trace(
    store: Store, sandbox: Sandbox, scene: dict[str, Any], vpd_program: str
) -> None:
    assert replay_trace(store(vpd_program), sandbox, scene["tools"]).difference == ""


@pytest.mark.parametrize(
    "source",
    [
        "answer = find(image, 5)",
        "answer = failing(image)",
        "try:\n    find(image)\nexcept Exception as e:\n    answer = str(e)\nanswer = [answer, exists(image, 'dog')]",
        "try:\n    failing(image)\nexcept Exception:\n    pass\nanswer = failing(image)",
        "answer = image.nothing",
        "import random\nanswer = random.random()",
        "print(find(image, 'dog'))\nanswer = {find(image, 'dog')[0]}",
        "person = find(image, 'person')[1]\nanswer = person.find('hat')[0]",
    ],
)
def test_failures_chance_and_regions_replay_too(store: Store, sandbox: Sandbox, scene: dict[str, Any], source: str) -> None:
    assert replay_trace(store(source), sandbox, scene["tools"]).difference == ""


def test_another_result_in_the_record_is_a_difference_where_it_matters(
    store: Store, sandbox: Sandbox, scene: dict[str, Any]
) -> None:
    trace = store("answer = len(find(image, 'dog'))")
    changed = trace.calls[0].model_copy(update={"result": trace.calls[0].result[:1]})
    again = replay_trace(trace.model_copy(update={"calls": (changed,)}), sandbox, scene["tools"])
    assert '- "answer": 2' in again.difference
    assert '+ "answer": 1' in again.difference


def test_a_call_that_was_not_recorded_is_a_difference(store: Store, sandbox: Sandbox, scene: dict[str, Any]) -> None:
    trace = store("answer = exists(image, 'dog')")
    other = trace.model_copy(update={"source": "answer = exists(image, 'cat')"})
    again = replay_trace(other, sandbox, scene["tools"])
    assert "NotRecorded" in again.difference


def test_no_tool_is_asked_in_a_replay(store: Store, sandbox: Sandbox, scene: dict[str, Any]) -> None:
    trace = store("answer = vqa(image, 'What color is the hat?')")

    def never(**_: object) -> Answered:
        raise AssertionError

    import dataclasses

    deaf = {name: dataclasses.replace(tool, run=never) for name, tool in scene["tools"].items()}
    assert replay_trace(trace, sandbox, deaf).difference == ""


def test_the_commands_are_importable_without_the_engine(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, vpd.distill.commands.doctor, vpd.distill.commands.replay; sys.exit('vpd.engine.sandbox' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
