"""What a program answered, as text: any JSON value in, text that two equal answers share out."""

import json
import re
from functools import lru_cache
from typing import Any

__all__ = ["normalise", "read_answer", "shown"]

LONGEST = 200
"""Characters of a value that is no text; more of it says no more."""


def read_answer(answer: Any) -> str | None:
    """A program's answer as text; None where it gave none. True and False are yes and no, whole floats are whole numbers."""
    if answer is None or answer == "":
        return None
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, float) and answer.is_integer():
        return shown(int(answer))
    if isinstance(answer, str):
        return answer
    return shown(answer)


def shown(value: Any) -> str:
    """Any value in few characters."""
    try:
        return repr(value)[:LONGEST]
    except (ValueError, RecursionError):  # Python writes no integer of more than 4,300 digits, and no list in a thousand lists
        return f"<{type(value).__name__}>"


def normalise(text: str) -> str:
    """Lower case, single blanks, no article, no closing mark."""
    plain = " ".join(text.lower().split()).rstrip(".!").strip("\"'")
    return re.sub(r"^(a|an|the) ", "", plain)


@lru_cache(maxsize=65_536)
def normalised(texts: tuple[str, ...]) -> frozenset[str]:
    """Labels as they are compared."""
    return frozenset(normalise(text) for text in texts)


def parsed(text: str) -> Any:
    """The JSON value that a text is, else the text."""
    if text.lstrip()[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
