"""Several things in any order: right where none is missing and none is too much."""

import re
from collections.abc import Iterable
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, parsed, read_answer
from vpd.engine.records import Question

__all__ = ["judge_set", "read_set"]

RULE = "set-1"
BETWEEN = re.compile(r"[,;\n]|\band\b")


def read_set(answer: Any) -> frozenset[str]:
    """The members of an answer: of a list its items, of a text what stands between commas, semicolons and `and`.

    Labels and items of lists are taken apart the same way, so `salt and pepper` is two things everywhere.
    """
    value = parsed(answer) if isinstance(answer, str) else answer
    items: Iterable[Any] = value if isinstance(value, list) else (value,)
    texts = (item if isinstance(item, str) else read_answer(item) or "" for item in items)
    parts = (normalise(part) for text in texts for part in BETWEEN.split(text))
    return frozenset(part for part in parts if part and part != "none")


def judge_set(answer: Any, question: Question) -> Judged:
    """Whether answer and labels have the same members; the score is shared members over all members."""
    said, wanted = read_set(answer), read_set(list(question.answers))
    score = len(said & wanted) / len(said | wanted) if said | wanted else 1.0
    return Judged(RULE, ", ".join(sorted(said)), said == wanted, score)
