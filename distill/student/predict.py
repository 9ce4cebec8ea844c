"""Ask a student: batches of questions in, what it said and the answer in it out."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vpd.distill.records import Outcome, Prediction
from vpd.distill.student.imports import require
from vpd.distill.student.load import Student, load_student, quiet
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale
from vpd.tools.image import ImageRef

if TYPE_CHECKING:
    from vpd.distill.student.adapter import Adapter, Prompted

__all__ = ["Judge", "Mode", "answer_of", "predict", "say"]

Judge = Callable[[Question, str], Outcome]
"""What an answer to a question is worth."""


class Mode(StrEnum):
    """How a student is asked."""

    ANSWER = "answer"
    EXPLAIN = "explain"
    """The rationale first; the answer is read from its end."""


LONGEST = {Mode.ANSWER: 16, Mode.EXPLAIN: 192}
"""Most tokens that a student says, unless told otherwise."""
ASK = {Mode.ANSWER: ask_for_answer, Mode.EXPLAIN: ask_for_rationale}


def predict(
    student: Path,
    questions: Iterable[Question],
    mode: Mode,
    judge: Judge,
    *,
    arm: str,
    batch: int = 64,
    longest: int | None = None,
    threads: int = 1,
    device: str | None = None,
) -> Iterator[Prediction]:
    """A prediction for each question, in order, each token the most likely one.

    `longest` is the most tokens said; `device` as torch names it, by default a GPU where there is one. Raises `StudentError`
    where the folder holds no student, `ImageError` where a picture is missing or has changed.
    """
    require("train", "torch", "transformers")
    from vpd.distill.student.adapter import Adapter
    from vpd.distill.student.train import threads as with_threads  # loads torch when entered

    left = iter(questions)
    loaded = load_student(student)
    loaded.model.eval().to(device or default_device())
    adapter = Adapter(loaded.processor, cache_mib=0, speech=loaded.speech)
    while some := list(islice(left, batch)):
        started = time.perf_counter()
        with with_threads(threads):
            told = say(loaded, adapter, [(ASK[mode](one.text), one.image) for one in some], longest or LONGEST[mode])
        seconds = (time.perf_counter() - started) / len(some)
        for question, text in zip(some, told):
            answer = answer_of(text, mode)
            yield Prediction(
                question=question.id,
                kind=question.kind,
                split=question.split,
                arm=arm,
                mode=mode.value,
                text=text,
                answer=answer,
                expected=question.answers,
                outcome=judge(question, answer),
                seconds=seconds,
            )


def answer_of(text: str, mode: Mode) -> str:
    """The answer in what a student said: all of it, or the words after the last "answer is", which may be missing."""
    if mode is Mode.EXPLAIN:
        _, found, text = text.rpartition("answer is")
        if not found:
            return ""
    return re.sub(r"\s*[.!]$", "", text.strip())


def say(student: Student, adapter: "Adapter", asked: Sequence[tuple[str, ImageRef]], longest: int) -> list[str]:
    """What a student says to texts about pictures, all at once: prompts are filled up on the left."""
    import torch  # heavy; loads when a student is asked

    from vpd.distill.student.collate import stack_pixels

    prompts = [adapter.prompt(text, image) for text, image in asked]
    width = max(len(prompt.tokens.ids) for prompt in prompts)
    inputs = {
        "input_ids": torch.tensor([[adapter.pad] * (width - len(one.tokens.ids)) + list(one.tokens.ids) for one in prompts]),
        "attention_mask": torch.tensor([[0] * (width - len(one.tokens.ids)) + [1] * len(one.tokens.ids) for one in prompts]),
        **{name: torch.tensor(rows) for name, rows in kinds_of(prompts, width).items()},
        **stack_pixels([prompt.pixels for prompt in prompts]),
    }
    inputs = {name: tensor.to(student.model.device) for name, tensor in inputs.items()}
    with torch.inference_mode(), quiet():
        whole = student.model.generate(
            **inputs,
            do_sample=False,
            max_new_tokens=longest,
            eos_token_id=sorted(adapter.end_tokens()),
            pad_token_id=adapter.pad,
        )
    told = [adapter.decode(ids) for ids in whole[:, width:].tolist()]
    return [adapter.speech.plain(text, prompt.frame) for text, prompt in zip(told, prompts)]


def kinds_of(prompts: "Sequence[Prompted]", width: int) -> dict[str, list[list[int]]]:
    """The kinds of all prompts' tokens, filled up on the left with zeros."""
    return {
        name: [[0] * (width - len(one.tokens.ids)) + list(one.tokens.kinds[name]) for one in prompts]
        for name in prompts[0].tokens.kinds
    }


def default_device() -> str:
    """A GPU where there is one."""
    import torch  # heavy, as above

    return "cuda" if torch.cuda.is_available() else "cpu"
