"""What lmms-eval asks, asked of a student of ours: its requests in, texts out."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.student.predict import ASK, LONGEST, Mode, Opened, answer_of
from vpd.distill.student.telling import Wanted, tell
from vpd.distill.student.yes_no import yes_no_tokens
from vpd.tools.image import ImageRef, read_image_ref

__all__ = ["Documents", "answer_requests", "question_in"]

Documents = Mapping[str, Mapping[str, Any]]
"""Tasks by name, each with its splits, each with its documents by number: lmms-eval's `task_dict`."""
INSTRUCTION = re.compile(r"\s*\n(?:please )?(?:answer|respond|reply|your (?:answer|response))\b[^\n]*$", re.IGNORECASE)
LEAST = 16
"""Tokens where a task does not say how many."""


def answer_requests(
    opened: Opened,
    requests: Sequence[Any],
    documents: Documents,
    folder: Path,
    *,
    mode: Mode | None,
    batch: int,
    likely: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> list[str]:
    """A text for each request, in order.

    `mode` None sends a task's own words as they are; else its closing instruction gives way to the one that the student was
    taught with, and in the mode `explain` only the answer at the end is given back. With `likely` the probability of yes is given
    back in digits, read as `vpd evaluate` reads it, where the student's words for yes and no can be told apart. Pictures pass
    through files in `folder`, so that they are read as all others are. Raises `EvaluationError` for a request without exactly
    one picture.
    """
    told: list[str] = []
    yes_no = yes_no_tokens(opened.adapter) if likely else None
    for start in range(0, len(requests), batch):
        some = [request.args for request in requests[start : start + batch]]
        wanted = [Wanted(asked_of(context, mode), picture_of(arguments, documents, folder)) for context, *arguments in some]
        allowed = max(int(kwargs.get("max_new_tokens", LEAST)) for _, kwargs, *_ in some)
        longest = LONGEST[mode] if mode is not None else allowed
        for one, (_, kwargs, *_rest) in zip(tell(opened.student, opened.adapter, wanted, longest, yes_no=yes_no), some):
            if one.yes is not None:
                told.append(repr(one.yes))
                continue
            text = one.text if mode is None else answer_of(one.text, mode)
            told.append(cut(text, kwargs.get("until") or ()))
        advance(len(some))
    return told


def asked_of(context: str, mode: Mode | None) -> str:
    """The user's turn."""
    return context if mode is None else ASK[mode](question_in(context))


def question_in(context: str) -> str:
    """A task's text without its closing instruction, such as to answer in a word."""
    return INSTRUCTION.sub("", context.strip()).strip()


def picture_of(arguments: Sequence[Any], documents: Documents, folder: Path) -> ImageRef:
    """The document's picture, as a file."""
    _, visuals_of, number, task, split = arguments
    visuals = visuals_of(documents[task][split][number])
    if len(visuals) != 1:
        message = f"{task}, {split} {number} shows {len(visuals)} pictures; a student takes exactly one"
        raise EvaluationError(message)
    path = folder / f"{task}-{split}-{number}.png"
    if not path.exists():
        visuals[0].convert("RGB").save(path)
    return read_image_ref(path)


def cut(text: str, until: str | Sequence[str]) -> str:
    """The text up to the first of the marks that end it."""
    for mark in [until] if isinstance(until, str) else until:
        text = text.split(mark, maxsplit=1)[0] if mark else text
    return text.strip()
