"""The questions about photographs: enough of them, their pictures are there, and tools can answer those with a program."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from vpd.tools.cases import find_picture
from vpd.tools.image import read_image_ref

HERE = Path(__file__).parent
ROWS = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("photographs_benchmark", HERE.parent / "benchmarks" / "photographs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_at_least_forty_questions_and_none_twice() -> None:
    assert len({(row["image"], row["question"]) for row in ROWS}) == len(ROWS) >= 40


def test_every_picture_is_there() -> None:
    pytest.importorskip("skimage")
    assert all(read_image_ref(find_picture(name, HERE)).width > 100 for name in {row["image"] for row in ROWS})


def test_every_question_has_an_answer_and_says_whether_a_program_can_give_it() -> None:
    assert all(row["answers"] and (row["program"] is None or isinstance(row["program"], str)) for row in ROWS)


@pytest.mark.models
def test_reference_programs_are_mostly_right() -> None:
    from vpd.tools.toolsets import open_toolset

    pytest.importorskip("skimage")
    asked, tools = benchmark(), open_toolset("lite")
    able = [row for row in ROWS if row["program"] is not None]
    right = sum(asked.is_right(asked.refer(row, tools), row) for row in able)
    print(f"{right} of {len(able)} reference programs are right")
    assert right >= 0.8 * len(able)
