"""A rationale held against its trace: each claim matched to what was called, answered, worked out or asked, or unfounded."""

import re

from vpd.distill.grid import Grid
from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Grounding, Kind
from vpd.distill.grounding.facts import read_facts
from vpd.distill.grounding.quotes import check_quotes
from vpd.distill.grounding.reading import read_sentences
from vpd.distill.grounding.sentences import check_sentence
from vpd.distill.grounding.words import number_of
from vpd.distill.judging.reading import read_answer
from vpd.engine.records import Question, Trace

__all__ = ["ground", "said_answers"]

ANSWER = re.compile(
    r"\banswer(?:\s+to\s+(?:the|this)\s+question)?\s*(?:is|:|=|would be|must be)\s*:?\s*"
    r"(?P<said>[^\n]*?)(?=[.!]?(?:\s|$)(?:[A-Z]|$)|\n|$)"
)
LEADING = re.compile(r"^\s*(?P<said>yes|no)\b(?=[,.;:])", re.IGNORECASE)


def ground(text: str, trace: Trace, question: Question, grid: Grid, answer: str | None = None) -> Grounding:
    """What a rationale claims and what each claim rests on. `grid` is how it writes places.

    The answer that it must end at is the program's own, as `answer` or the trace has it, whatever the question's label says.
    """
    told = answer if answer is not None else read_answer(trace.answer) or ""
    checker = Checker(read_facts(trace, question, told), grid, trace.image)
    rest = check_answer(checker, text, told)
    rest = check_quotes(checker, rest, trace)
    for sentence in read_sentences(rest, grid, checker.facts):
        check_sentence(checker, sentence)
    return Grounding(tuple(sorted(checker.claims, key=lambda claim: (claim.start, claim.end))))


def said_answers(text: str) -> list[re.Match[str]]:
    """Where a text says what the answer is."""
    return list(ANSWER.finditer(text))


def check_answer(checker: Checker, text: str, answer: str) -> str:
    """Whether every answer that the text gives is the program's; the text without them, blanks in their place."""
    found = said_answers(text)
    leading = LEADING.match(text) if plain(answer) in ("yes", "no") else None
    for match in [*found, *([leading] if leading else [])]:
        said = match["said"]
        source = "the answer" if same_answer(said, answer) else None
        checker.add(Kind.ANSWER, said, match.start("said"), match.end("said"), source)
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    if not found:
        last = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
        is_there = (
            bool(leading)
            or plain(answer) in plain(last).split()
            or (bool(plain(answer)) and f" {plain(answer)} " in f" {plain(last)} ")
        )
        start = text.rfind(last) if last else 0
        checker.add(Kind.ANSWER, last, start, start + len(last), "the last sentence" if is_there else None)
    return text


def same_answer(said: str, answer: str) -> bool:
    """Whether what is said is the answer, maybe with more behind a comma or a reason."""
    first = re.split(r"[,;(]| because | since | as ", said, maxsplit=1)[0]
    return plain(said) == plain(answer) or plain(first) == plain(answer)


def plain(text: str) -> str:
    """Lower case, without articles and marks, numbers in digits."""
    words = re.sub(r"[^\w\s.-]", " ", text.lower()).strip().rstrip(".").split()
    return " ".join(
        str(number) if (number := number_of(word)) is not None else word.strip(".")
        for word in words
        if word not in ("a", "an", "the")
    )
