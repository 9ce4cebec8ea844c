"""A trace as one JSON object that a language model can be shown: capped, and fenced so that all of it stays data."""

import json
import re
from dataclasses import dataclass
from typing import Any

from vpd.distill.rationales.regions import box_of_region, is_region
from vpd.engine.records import Question, ToolCall, Trace
from vpd.tools.image import ImageRef

__all__ = ["LONGEST", "LONGEST_PROGRAM", "Showing", "fenced", "show_trace"]

LONGEST = 9_000
"""Bytes of all that is shown, so that it fits a context of 4,096 tokens; a trace that needs more is not shown."""
LONGEST_PROGRAM = 4_000
"""Characters of a program; a longer one is not shown, as half a program cannot be followed."""
LONGEST_TEXT = 200
"""Characters of one text that a tool was given or gave."""
MOST_ITEMS = 8
"""Of one list or dict."""
DEEPEST = 3
"""Levels of lists and dicts inside each other."""
MOST_FIRST, MOST_LAST = 30, 10
"""Of more calls than these together, how many are shown from the beginning and from the end."""
LARGEST = 10**15
"""Whole numbers from here on are told in short."""
FARTHEST = 10.0
"""Sides of the picture; a place beyond is shown as being there."""
TOKENS = re.compile(r"<(?=[^\s=])|\[(?=/?[A-Z_]{2,}\])")
"""What marks of chat templates begin with: `<|im_end|>`, `</s>`, `<start_of_turn>`, `[INST]`."""


def show_trace(question: Question, trace: Trace, *, places: bool = False) -> str | None:
    """Question, program, calls and answer; None where they are too long to be shown. No label, and nothing the child reported.

    Without `places` regions go by their names alone, so that traces of several pictures can read the same.
    """
    if len(trace.source) > LONGEST_PROGRAM:
        return None
    showing = Showing(trace.image, places)
    calls = [showing.call(call) for call in trace.calls]
    left_out = len(calls) - MOST_FIRST - MOST_LAST
    if left_out > 0:
        calls[MOST_FIRST:-MOST_LAST] = [{"left out": left_out}]
    choices = {"choices": list(question.choices)} if question.choices else {}
    shown = fenced(
        {
            "question": question.text,
            **choices,
            "program": [f"{number}: {line}" for number, line in enumerate(trace.source.strip("\n").split("\n"), 1)],
            "steps": calls,
            "answer": {"step": len(trace.calls) + 1, "is": showing.value(trace.answer)},
        }
    )
    return shown if len(shown.encode()) <= LONGEST else None


@dataclass(frozen=True, slots=True)
class Showing:
    """How the values of one trace are shown."""

    image: ImageRef
    places: bool

    def call(self, call: ToolCall) -> dict[str, Any]:
        """One call, numbered from 1."""
        told = {"failed": cut(call.failure.message)} if call.failure else {"found": self.value(call.result)}
        return {"step": call.number + 1, "line": call.line, "tool": call.tool, "given": self.value(call.arguments), **told}

    def value(self, value: Any, depth: int = 0) -> Any:
        """A JSON value of bounded size, its regions in words."""
        if is_region(value):
            return self.region(value)
        if isinstance(value, list | dict) and depth == DEEPEST:
            return "…"
        if isinstance(value, list):
            more = [f"and {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []
            return [*(self.value(item, depth + 1) for item in value[:MOST_ITEMS]), *more]
        if isinstance(value, dict):
            shown = {cut(str(key)): self.value(item, depth + 1) for key, item in list(value.items())[:MOST_ITEMS]}
            return shown | ({"left out": len(value) - MOST_ITEMS} if len(value) > MOST_ITEMS else {})
        if isinstance(value, float):
            return float(f"{value:.4g}")
        if isinstance(value, int) and abs(value) >= LARGEST:
            return f"a number of {value.bit_length()} bits"
        return cut(value) if isinstance(value, str) else value

    def region(self, region: dict[str, Any]) -> str:
        """`dog at 10 20 30 40, item 1 of step 2`, or `the picture`."""
        came_from, box = region.get("from"), box_of_region(region)
        if came_from is None and box.corners == (0, 0, self.image.width, self.image.height):
            return "the picture"
        told = cut(str(region.get("label") or "region"))
        if self.places:
            sides = (self.image.width, self.image.height) * 2
            edges = [max(-FARTHEST, min(FARTHEST, edge / side)) for edge, side in zip(box.corners, sides)]
            told += f" at {' '.join(f'{100 * edge:.0f}' for edge in edges)}"
        if came_from is not None:
            item = f"item {came_from[1] + 1} of " if len(came_from) > 1 and type(came_from[1]) is int else ""
            told += f", {item or 'from '}step {came_from[0] + 1}"
        return told


def cut(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def fenced(value: Any) -> str:
    """The value as JSON in which no text can end its own quotes, begin a line, hide, or pass for the mark of a chat's turn.

    It is the same value for whoever parses it: what is dangerous is written as JSON's own escapes.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1)
    seen = "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)
    return TOKENS.sub(lambda mark: f"\\u{ord(mark[0]):04x}", seen)
