"""Yes or no: the word, a program's True or False, or a sentence that begins with it and does not take it back."""

import re
from functools import lru_cache
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, read_answer
from vpd.engine.records import Question

__all__ = ["judge_yes_no", "read_yes_no", "says_yes_or_no"]

RULE = "yes_no-2"
WORDS = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
SENTENCE = re.compile(r"(yes|no)[,.;:!] ?([^0-9]+)")
DOUBTS = {
    "or",
    "but",
    "maybe",
    "perhaps",
    "possibly",
    "unclear",
    "unsure",
    "sure",
    "know",
    "tell",
    "determine",
    "depends",
    "both",
}
"""A sentence with one of these is not read."""
DENIALS = {"not", "no", "never", "none", "neither", "false"}
"""After a yes, these take it back."""


def read_yes_no(text: str) -> str:
    """`yes`, `no`, or the normalised text where it is neither."""
    plain = normalise(text)
    if plain in WORDS:
        return WORDS[plain]
    begun = SENTENCE.fullmatch(plain)
    if begun is None:
        return plain
    first, rest = begun.groups()
    words = set(re.findall(r"[a-z']+", rest))
    takes_back = words & DENIALS or any(word.endswith("n't") for word in words) if first == "yes" else words & {"yes", "true"}
    return plain if words & DOUBTS or takes_back else first


@lru_cache(maxsize=4096)
def labels_of(answers: tuple[str, ...]) -> frozenset[str]:
    """Labels as they are compared."""
    return frozenset(WORDS.get(normalise(answer), normalise(answer)) for answer in answers)


def says_yes_or_no(answers: tuple[str, ...]) -> bool:
    """Whether all labels are yes or no."""
    return labels_of(answers) <= {"yes", "no"}


def judge_yes_no(answer: Any, question: Question) -> Judged:
    """Whether the answer says what the label says; a number says neither."""
    read = read_yes_no(read_answer(answer) or "")
    right = isinstance(answer, str | bool) and read in labels_of(question.answers)
    return Judged(RULE, read, right, float(right))
