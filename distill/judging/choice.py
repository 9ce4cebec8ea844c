"""One of several options: named by its letter, by its text, or by a sentence that holds one option and no other."""

import re
from functools import lru_cache
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, normalised, read_answer
from vpd.distill.judging.yes_no import WORDS
from vpd.engine.records import Question

__all__ = ["judge_choice", "read_choice"]

RULE = "choice-2"
LEAD = re.compile(r"^(?:(?:the )?(?:correct |right |best |final )?(?:answer|option|choice)(?: is)?\s*[:=]?\s*)+")
LETTER = re.compile(r"\(?([a-z])\)?[.):]?")
LETTERED = re.compile(r"(?:\(([a-z])\)|([a-z])[.):])\s*(.+)")
DENIALS = re.compile(r"\b(?:not|no|nor|neither|never|except|cannot|\w+n't)\b")


@lru_cache(maxsize=65_536)
def options_of(choices: tuple[str, ...]) -> tuple[str, ...]:
    """Options as they are compared."""
    return tuple(normalise(choice) for choice in choices)


def read_choice(text: str, choices: tuple[str, ...]) -> str | None:
    """The option that a text names, normalised; None where it names none or several.

    An option's own text goes before a letter, so that options which are letters name themselves.
    """
    options = options_of(choices)
    plain = normalise(text)
    if WORDS.get(plain) in options and plain not in options:
        return WORDS[plain]
    for said in dict.fromkeys((plain, normalise(LEAD.sub("", plain)))):
        if said in options:
            return said
        letter = LETTER.fullmatch(said)
        if letter is not None:
            return at_letter(letter[1], options)
        lettered = LETTERED.fullmatch(said)
        if lettered is not None:
            named = at_letter(lettered[1] or lettered[2], options)
            rest = normalise(lettered[3])
            return named if named is not None and (rest == named or rest not in options) else None
    return held_alone(plain, options)


def at_letter(letter: str, options: tuple[str, ...]) -> str | None:
    """The option of a letter, a first."""
    place = ord(letter) - ord("a")
    return options[place] if place < len(options) else None


def held_alone(text: str, options: tuple[str, ...]) -> str | None:
    """The only option whose words the text holds; one that is part of another that is held does not count."""
    held = [option for option in dict.fromkeys(options) if option and re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text)]
    held = [option for option in held if not any(option != other and option in other for other in held)]
    if len(held) != 1 or DENIALS.search(text.replace(held[0], " ")):
        return None
    return held[0]


def judge_choice(answer: Any, question: Question) -> Judged:
    """Whether the option that the answer names is a label's, by letter or by text."""
    text = read_answer(answer) or ""
    said = read_choice(text, question.choices) if isinstance(answer, str | int | float) else None
    read = normalise(text) if said is None else said
    labels = {read_choice(label, question.choices) or normalise(label) for label in question.answers}
    right = said in labels if question.choices else read in normalised(question.answers)
    return Judged(RULE, read, right, float(right))
