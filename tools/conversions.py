"""From what a program has to what it should say: yes or no, a number, a short answer."""

import re
from collections.abc import Iterable

from vpd.tools.errors import ToolFailed
from vpd.tools.hooks import hookimpl
from vpd.tools.image import Image
from vpd.tools.tool import Tool, tool

__all__ = ["conversion_tools", "vpd_tools"]

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
Plain = str | bool | int | float

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: value for value, word in enumerate(UNITS)} | {word: 20 + 10 * place for place, word in enumerate(TENS)}
NUMBER_WORDS |= {f"{tens}-{UNITS[unit]}": NUMBER_WORDS[tens] + unit for tens in TENS for unit in range(1, 10)}
NUMBER_OR_WORD = re.compile(r"((?:(?<!\w)-)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)|[a-z]+(?:-[a-z]+)?")


@tool(cacheable=False, shown=False)
def bool_to_yesno(value: bool) -> str:  # noqa: FBT001  the name and the form are ViperGPT's
    """ "yes" for True, "no" for False."""
    return "yes" if value else "no"


@tool(cacheable=False, shown=False)
def coerce_to_numeric(text: Plain) -> int | float:
    """The first number in a text, in digits or as a word up to ninety-nine; of a range such as 10-15 the first."""
    if not isinstance(text, str):
        return int(text) if isinstance(text, bool) else text
    for match in NUMBER_OR_WORD.finditer(text.lower()):
        digits, word = match.group(1), match.group()
        if digits:
            value = float(digits.replace(",", ""))
            return int(value) if value.is_integer() else value
        if word in NUMBER_WORDS:
            return NUMBER_WORDS[word]
    raise ToolFailed("coerce_to_numeric", f"there is no number in {text[:60]!r}")


@tool(cacheable=False, shown=False)
def formatting_answer(answer: Plain | Image | list[Plain | Image | None] | None) -> str:
    """The answer as a short text: yes or no, digits, a region's label, the items of a list with commas between."""
    if isinstance(answer, list):
        return ", ".join(map(short, answer))
    return short(answer)


def short(value: Plain | Image | None) -> str:
    """One value as an answer writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Image):
        if not value.frame.label:
            raise ToolFailed("formatting_answer", "the region has no label; answer with what a tool says of it")
        return value.frame.label
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value).strip()


def conversion_tools() -> list[Tool]:
    """All of them; none is shown, as plain Python does the same."""
    return [bool_to_yesno, coerce_to_numeric, formatting_answer]


@hookimpl
def vpd_tools() -> Iterable[Tool]:
    """The hook's answer."""
    return conversion_tools()
