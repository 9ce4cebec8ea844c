"""No hostile program gets out, hangs, fills memory, or spoils the run after it."""

import json
import resource
from collections.abc import Iterator
from typing import Any

import pytest

from vpd.engine.records import FailureStage
from vpd.engine.sandbox import Limits, Sandbox

ORDINARY = "def execute_command(image):\n    return len(image.find('dog'))\n"


@pytest.fixture(scope="module")
def short() -> Iterator[Sandbox]:
    limits = Limits(wall_seconds=2, program_seconds=0.3, memory_mib=192, calls=50)
    with Sandbox(limits, ready=1) as made:
        yield made


def test_a_hostile_program_gets_nothing(short: Sandbox, scene: dict[str, Any], hostile_program: str) -> None:
    done = short.run(hostile_program, **scene)
    assert "ESCAPED" not in json.dumps([done.answer, done.printed])
    assert "object at 0x" not in json.dumps([done.answer, done.printed])


def test_what_broke_other_evaluators_breaks_nothing_here(short: Sandbox, scene: dict[str, Any], advisories_program: str) -> None:
    done = short.run(advisories_program, **scene)
    assert "ESCAPED" not in json.dumps([done.answer, done.printed])
    assert done.failure is not None or done.answer == "<bytes>"


def test_a_refusal_says_what_to_write_instead(short: Sandbox, hostile_program: str) -> None:
    failure = short.check(hostile_program)
    if failure is not None and failure.stage is FailureStage.REFUSED:
        assert ": " in failure.message
        assert failure.line is not None or failure.kind == "no_answer"


def test_a_bomb_ends_and_the_next_program_runs(short: Sandbox, scene: dict[str, Any], bombs_program: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = short.run(bombs_program, **scene)
    json.dumps(done.answer, allow_nan=False)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000
    assert short.run(ORDINARY, **scene).answer == 2
