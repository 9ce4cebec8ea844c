"""Words in quotation marks: each must stand in a call or in the question, and what is said to be their answer must be."""

import re

from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Kind
from vpd.distill.rationales.calls import tell_value
from vpd.distill.rationales.regions import box_of_region, regions_in
from vpd.engine.records import ToolCall, Trace

__all__ = ["check_quotes"]

QUOTED = re.compile(r"[\"“](?P<said>[^\"”]*)[\"”](?P<answer>: (?P<value>[^\n]*?)(?=[.;](?:\s|$)|\n|$))?")
ANSWERED = re.compile(r"(?P<head>\b(?:shows|mainly shows): )(?P<value>[^\n\"]*?)(?=\.(?:\s|$)|\n|$)")


def check_quotes(checker: Checker, text: str, trace: Trace) -> str:
    """Note what is quoted; the text with the quoted words, and the answers behind them, left out."""
    cut = []
    for match in QUOTED.finditer(text):
        said = plain(match["said"])
        source = next((where for known, where in sources(checker) if said and said in plain(known)), None)
        checker.add(Kind.QUOTE, match["said"], match.start("said"), match.end("said"), source)
        cut.append(match.span("said"))
        calls = [
            call
            for call in trace.calls
            if any(plain(value) == said for value in call.arguments.values() if isinstance(value, str))
        ]
        if match["answer"] and calls:
            answered = [call for call in told_of(checker, text, match.start(), calls) if is_told(call, match["value"])]
            where = f"call {answered[0].number}" if answered else None
            checker.add(Kind.ATTRIBUTE, f"{match['said']} {match['value']}", match.start("value"), match.end("value"), where)
            cut.append(match.span("answer"))
    for match in ANSWERED.finditer(text):
        given = [
            call
            for call in trace.calls
            if isinstance(call.result, str) and plain(tell_value(call.result)) == plain(match["value"])
        ]
        where = f"call {given[0].number}" if given else None
        checker.add(Kind.ATTRIBUTE, match["value"], match.start("value"), match.end("value"), where)
        cut.append(match.span("value"))
    for start, end in cut:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def told_of(checker: Checker, text: str, at: int, calls: list[ToolCall]) -> list[ToolCall]:
    """Of calls those that looked at the place which is named before their question; all where none is named."""
    head = re.split(r"[.;:]\s", text[:at])[-1]
    places = [place.numbers for place in checker.grid.read(head)]
    if not places:
        return calls
    boxes = [(call, box_of_region(region)) for call in calls for value in call.arguments.values() for region in regions_in(value)]
    return [call for call, box in boxes if checker.grid.numbers(box, checker.width, checker.height) in places]


def is_told(call: ToolCall, value: str) -> bool:
    """Whether a call's result is told so."""
    return plain(tell_value(call.result)) == plain(value)


def sources(checker: Checker) -> list[tuple[str, str]]:
    """All texts of a trace with where they stand, the question and the answer among them."""
    return [*checker.facts.texts, (checker.facts.question, "the question"), (checker.facts.answer, "the answer")]


def plain(text: str) -> str:
    """Lower case, single blanks, no closing mark."""
    return " ".join(text.lower().split()).rstrip(".,")
