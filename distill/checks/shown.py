"""A trace as one JSON object that a language model can be shown: capped, and fenced so that all of it stays data."""

import json
import re
from typing import Any

from vpd.distill.rationales.regions import box_of_region, is_region
from vpd.engine.records import Question, ToolCall, Trace
from vpd.tools.image import ImageRef

__all__ = ["LONGEST", "LONGEST_PROGRAM", "fenced", "show_trace"]

LONGEST = 24_000
"""Characters of all that is shown; a trace that needs more is not shown."""
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


def show_trace(question: Question, trace: Trace) -> str | None:
    """Question, program, calls and answer; None where they are too long to be shown. No label, and nothing the child reported."""
    if len(trace.source) > LONGEST_PROGRAM:
        return None
    calls = [show_call(call, trace.image) for call in trace.calls]
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
            "answer": {"step": len(trace.calls) + 1, "is": capped(trace.answer, trace.image)},
        }
    )
    return shown if len(shown) <= LONGEST else None


def show_call(call: ToolCall, image: ImageRef) -> dict[str, Any]:
    """One call, numbered from 1."""
    told = {"failed": capped(call.failure.message, image)} if call.failure else {"found": capped(call.result, image)}
    return {"step": call.number + 1, "line": call.line, "tool": call.tool, "given": capped(call.arguments, image), **told}


def capped(value: Any, image: ImageRef, depth: int = 0) -> Any:
    """A JSON value of bounded size, its regions in words."""
    if is_region(value):
        return show_region(value, image)
    if isinstance(value, list | dict) and depth == DEEPEST:
        return "…"
    if isinstance(value, list):
        more = [f"and {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []
        return [*(capped(item, image, depth + 1) for item in value[:MOST_ITEMS]), *more]
    if isinstance(value, dict):
        shown = {cut(str(key)): capped(item, image, depth + 1) for key, item in list(value.items())[:MOST_ITEMS]}
        return shown | ({"left out": len(value) - MOST_ITEMS} if len(value) > MOST_ITEMS else {})
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, int) and abs(value) >= LARGEST:
        return f"a number of {value.bit_length()} bits"
    return cut(value) if isinstance(value, str) else value


def cut(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def show_region(region: dict[str, Any], image: ImageRef) -> str:
    """`dog at 10 20 30 40, from step 1`, or `the picture`."""
    came_from, box = region.get("from"), box_of_region(region)
    if came_from is None and box.corners == (0, 0, image.width, image.height):
        return "the picture"
    sides = (image.width, image.height) * 2
    edges = [max(-FARTHEST, min(FARTHEST, edge / side)) for edge, side in zip(box.corners, sides)]
    place = " ".join(f"{100 * edge:.0f}" for edge in edges)
    return f"{cut(str(region.get('label') or 'region'))} at {place}{f', from step {came_from[0] + 1}' if came_from else ''}"


def fenced(value: Any) -> str:
    """The value as JSON in which no text can end its own quotes, begin a line, hide, or pass for the mark of a chat's turn.

    It is the same value for whoever parses it: what is dangerous is written as JSON's own escapes.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1)
    seen = "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)
    return TOKENS.sub(lambda mark: f"\\u{ord(mark[0]):04x}", seen)
