"""Numbers: digits, words, separators and decimals; a unit is read over only where question or label names it."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, read_answer
from vpd.distill.judging.settings import JudgeSettings
from vpd.engine.records import Question

__all__ = ["judge_number", "read_number"]

RULE = "number-2"
DIGITS = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3}){1,99}|[0-9]{1,300})?(\.[0-9]{1,300})?(e[+-]?[0-9]{1,3})?")
TOKEN = re.compile(r"[+-]?[0-9][0-9.,]*(?:e[+-]?[0-9]+)?|[+-]?\.[0-9]+|[^\W\d_]+(?:'[a-z]+)?|\S")
ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {"none": 0, "no": 0}
TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
WORDS = ONES.keys() | TENS.keys() | SCALES.keys() | {"hundred", "dozen"}
LEADS = {"there", "is", "are", "was", "were", "it", "answer", "the", "a", "an"}
"""Words around a number that change nothing of it."""
SIGNS = {"%": {"%", "percent"}, "$": {"$", "dollar", "dollars"}, "€": {"€", "euro", "euros"}, "£": {"£", "pound", "pounds"}}


def in_words(words: list[str]) -> int | None:
    """The whole number that words spell, None where they spell none."""
    if len(words) == 1 and words[0] in ("no", "none"):
        return 0
    total = part = 0
    last = ""
    for word in words:
        if word in TENS and (not last or last in SCALES or last == "hundred"):
            part += TENS[word]
        elif word in ONES and word not in ("no", "none") and (not last or last in SCALES or last in ("hundred", *TENS)):
            if last in TENS and not 1 <= ONES[word] <= 9:
                return None
            part += ONES[word]
        elif word in ("hundred", "dozen") and (not last or last in ONES or (word == "dozen" and last in TENS)):
            part = (part or 1) * (100 if word == "hundred" else 12)
        elif word in SCALES and last not in SCALES and (not total or total > SCALES[word]):
            total += (part or 1) * SCALES[word]
            part = 0
        else:
            return None
        last = word
    return total + part if words else None


def in_digits(text: str) -> Decimal | None:
    """The number that digits write, with groups of three apart by commas or not."""
    if not any(sign.isdigit() for sign in text) or DIGITS.fullmatch(text) is None:
        return None
    return Decimal(text.replace(",", ""))


@lru_cache(maxsize=65_536)
def read_number(text: str, context: str = "") -> Decimal | None:
    """The one number in a text; None where there is none, are several, or words that the context does not hold."""
    plain = normalise(text).replace("−", "-")
    whole = in_digits(plain)
    if whole is not None:
        return whole
    spoken: list[str] = []
    found: list[Decimal] = []
    rest: list[str] = []
    sign = 1
    for word in TOKEN.findall(plain):
        number = in_digits(word.rstrip(".,"))
        if number is not None:
            found.append(number)
        elif word in WORDS and not (rest and spoken):
            spoken.append(word)
        elif word in ("minus", "negative") and not spoken and not found:
            sign = -1
        elif not ((word == "and" and spoken) or word == "-"):
            rest.append(word)
    said = in_words(spoken) if spoken else None
    if said is not None:
        found.append(Decimal(said))
    if len(found) != 1 or (spoken and said is None) or not all(is_unit(word, context) for word in rest):
        return None
    return sign * found[0]


def is_unit(word: str, context: str) -> bool:
    """Whether a word beside a number may be read over: it changes nothing, or question or label have it too."""
    if word in LEADS or word in ",.:;=":
        return True
    known = words_of(context)
    return bool(SIGNS.get(word, {word, singular(word)}) & known)


@lru_cache(maxsize=4096)
def words_of(context: str) -> frozenset[str]:
    """Words and signs of a text, each also without a plural's s."""
    words = TOKEN.findall(context.lower())
    return frozenset(words) | {singular(word) for word in words}


def singular(word: str) -> str:
    """A noun without a plural's s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def judge_number(answer: Any, question: Question, settings: JudgeSettings) -> Judged:
    """Whether the answer is a label's number; a word that is no number, such as `many`, must be the label itself."""
    text = read_answer(answer) or ""
    number = read_number(text, context_of(question)) if isinstance(answer, str | int | float) else None
    if isinstance(answer, bool):
        number = None
    read = normalise(text) if number is None else written(number)
    right = any(fits(number, read, label, question, settings) for label in question.answers)
    return Judged(rule_of(settings), read, right, float(right))


def context_of(question: Question) -> str:
    """The words that a unit may come from."""
    return " ".join((question.text, *question.answers))


def fits(number: Decimal | None, read: str, label: str, question: Question, settings: JudgeSettings) -> bool:
    """Whether an answer is near enough to one label."""
    wanted = read_number(label, context_of(question))
    if number is None or wanted is None:
        return wanted is None and read == normalise(label)
    if number == wanted:
        return True
    return abs(number - wanted) <= max(settings.number_tolerance, settings.number_relative * abs(wanted))


def written(number: Decimal) -> str:
    """A number the same way however it was said."""
    if number == number.to_integral_value():
        return str(int(number))
    return format(number.normalize(), "f")


def rule_of(settings: JudgeSettings) -> str:
    """The rule's name with its tolerance."""
    near = f" within {settings.number_tolerance}" if settings.number_tolerance else ""
    share = f" within share {settings.number_relative}" if settings.number_relative else ""
    return RULE + near + share
