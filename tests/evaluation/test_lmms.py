"""The student as a model of lmms-eval, against a stand-in for its base class and its requests."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.lmms import cut, question_in
from vpd.distill.evaluation.lmms_manifest import CLASS, manifest
from vpd.distill.judging import judge_answer
from vpd.distill.student.predict import Mode, predict
from vpd.engine.records import Question
from vpd.tools.errors import MissingExtra


@dataclass
class Request:
    """What lmms-eval hands to `generate_until`, as far as a model reads it."""

    args: tuple[Any, ...]


class StandIn:
    """What lmms-eval's base class gives its models."""

    def __init__(self) -> None:
        self.task_dict: dict[str, Any] = {}


@pytest.fixture
def student_class(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Our class over the real base class where lmms-eval is installed, else over the stand-in."""
    try:
        import lmms_eval.api.model  # noqa: F401
    except ImportError:
        for name in ("lmms_eval", "lmms_eval.api", "lmms_eval.api.model"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setattr(sys.modules["lmms_eval.api.model"], "lmms", StandIn, raising=False)
    module, name = CLASS.rpartition(".")[::2]
    yield getattr(__import__(module, fromlist=[name]), name)
    sys.modules.pop(module)


def requests_for(questions: list[Question]) -> tuple[dict[str, Any], list[Request]]:
    """The questions as documents of a task, and its requests."""
    documents: list[dict[str, Any]] = [
        {"picture": Picture.open(question.image.path), "question": question.text} for question in questions
    ]
    ending = "\nAnswer the question using a single word or phrase."
    limits = {"max_new_tokens": 128, "until": ["\n\n"]}
    asked = [
        Request((document["question"] + ending, limits, lambda doc: [doc["picture"]], number, "squares", "test"))
        for number, document in enumerate(documents)
    ]
    return {"squares": {"test": documents}}, asked


@pytest.mark.parametrize("mode", [Mode.ANSWER, Mode.EXPLAIN])
def test_a_student_says_the_same_through_lmms_eval(student_class: Any, tiny: Path, questions: list[Question], mode: Mode) -> None:
    model = student_class(pretrained=str(tiny), mode=mode.value, batch_size=2, device="cpu")
    model.task_dict, asked = requests_for(questions[:2])
    ours = predict(tiny, questions[:2], mode, judge_answer, arm="tiny", device="cpu")
    assert model.generate_until(asked) == [one.answer for one in ours]


def test_a_mode_that_is_not_offered_is_refused(student_class: Any, tiny: Path) -> None:
    with pytest.raises(EvaluationError, match=r"mode 'voted'; there are: answer, explain, probability, given"):
        student_class(pretrained=str(tiny), mode="voted", device="cpu")


def test_a_task_without_a_picture_is_refused(student_class: Any, tiny: Path) -> None:
    model = student_class(pretrained=str(tiny), device="cpu")
    model.task_dict = {"words": {"test": [{}]}}
    with pytest.raises(EvaluationError, match="shows 0 pictures"):
        model.generate_until([Request(("Why?", {}, lambda _: [], 0, "words", "test"))])


@pytest.mark.parametrize(
    ("context", "question"),
    [
        ("Is it red?\nAnswer the question using a single word or phrase.", "Is it red?"),
        ("Is it red?\nYour response must be concise.", "Is it red?"),
        ("What answers\nthe call?", "What answers\nthe call?"),
    ],
)
def test_a_tasks_own_instruction_gives_way(context: str, question: str) -> None:
    assert question_in(context) == question


def test_what_follows_an_end_mark_is_cut_off() -> None:
    assert cut("red. \n\nWhat else?", ["\n\n"]) == "red."


def test_without_lmms_eval_the_extra_is_named() -> None:
    try:
        import lmms_eval  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtra, match=r"visual-program-distillation\[lmms\]"):
            manifest()
    else:
        assert manifest().simple_class_path == CLASS
