"""Questions and verdicts for the rules."""

from collections.abc import Callable
from typing import Any

import pytest

from vpd.distill.judging import FreeJudge, JudgeSettings, judge_trace
from vpd.distill.records import Verdict
from vpd.engine.records import AnswerKind, Isolation, Question, Trace
from vpd.tools.image import ImageRef

Judge = Callable[..., Verdict]
IMAGE = ImageRef("0" * 64, "a.png", 64, 64)


@pytest.fixture
def judged() -> Judge:
    """The verdict on an answer of a kind against labels."""

    def verdict(
        kind: AnswerKind,
        said: Any,
        *labels: str,
        text: str = "?",
        choices: tuple[str, ...] = (),
        settings: JudgeSettings | None = None,
        free: FreeJudge | None = None,
    ) -> Verdict:
        question = Question(
            key="1",
            text=text,
            image=IMAGE,
            kind="k",
            answer_kind=kind,
            choices=choices,
            answers=labels,
            source="test",
            split="train",
        )
        trace = Trace(
            program="p",
            source="",
            image=IMAGE,
            image_sha256=IMAGE.sha256,
            tools=(),
            isolation=Isolation.PROCESS,
            calls=(),
            answer=said,
        )
        return judge_trace(question, trace, settings or JudgeSettings(), free)

    return verdict
