"""A trace told in words by a template: what each call found, what the program made of it, and the answer."""

from typing import Any

from vpd.distill.grid import Grid
from vpd.distill.phrases import plural, singular, tell_branch, tell_test
from vpd.distill.records import Rationale, Verdict
from vpd.engine.records import Question, Step, ToolCall, Trace
from vpd.tools.box import Box

__all__ = ["explain_trace"]

WRITER = "template-1"
LONGEST = 4_000
"""Characters of a rationale; a program that calls on and on is not told to its end."""


def explain_trace(question: Question, trace: Trace, verdict: Verdict, grid: Grid) -> Rationale:
    """The rationale of a trace that answered. It ends at what the program answered, never at the label."""
    teller = Teller(trace, grid)
    answer = verdict.answer or ""
    sentences = [*teller.sentences(), f"So the answer is {answer}."]
    text = " ".join(sentences)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST].rsplit('. ', 1)[0]}. {sentences[-1]}"
    return Rationale(
        question=question.id,
        trace=trace.id,
        trace_digest=trace.digest,
        writer=WRITER,
        grid=grid.name,
        text=text,
        answer=answer,
    )


class Teller:
    """Goes through one trace in order, with the nouns that the program's names stand for."""

    def __init__(self, trace: Trace, grid: Grid) -> None:
        self._trace = trace
        self._grid = grid
        self._nouns: dict[str, str] = {}
        self._told: set[str] = set()

    def sentences(self) -> list[str]:
        """The trace in order; what was said once is not said again."""
        told: list[str] = []
        for number in range(len(self._trace.calls) + 1):
            for step in self._trace.steps:
                if step.after_call == number:
                    told.append(self._tell_step(step))
            if number < len(self._trace.calls):
                told.append(self._tell_call(self._trace.calls[number]))
        return list(dict.fromkeys(filter(None, told)))

    def _tell_call(self, call: ToolCall) -> str:
        if call.failure is not None:
            return ""
        noun = noun_of_call(call)
        where = self._where(call)
        if is_regions(call.result):
            return f"{where}{sentence_start(plural(noun), where)}: {self._listed(call.result, noun)}"
        if is_region(call.result):
            return f"{where}{sentence_start('the', where)} {noun} is at {self._place(call.result)}."
        asked = call.tool.replace("_", " ")
        given = [str(value) for value in call.arguments.values() if isinstance(value, str | int | float)]
        subject = " ".join([asked, *given])
        region = first_region(call)
        if region is not None and region.get("from"):
            subject += f" the {self._noun(region)} at {self._place(region)}"
        return f"The {subject} is {tell_value(call.result)}."

    def _where(self, call: ToolCall) -> str:
        region = first_region(call)
        return f"In the {self._noun(region)} at {self._place(region)}, " if region and region.get("from") else ""

    def _tell_step(self, step: Step) -> str:
        if step.kind == "bind":
            for name, value in step.names.items():
                region = value if is_region(value) else value[0] if is_regions(value) and value else None
                before = self._trace.calls[: step.after_call]
                if region is not None:
                    self._nouns[name] = f"the {self._noun(region)}"
                elif value == [] and before and before[-1].result == []:
                    self._nouns[name] = f"the {noun_of_call(before[-1])}"
        elif step.kind == "filter":
            return self._tell_filter(step)
        elif step.kind == "branch":
            return self._tell_branch(step)
        return ""

    def _tell_filter(self, step: Step) -> str:
        relation = tell_test(str(step.names.get("test", "")), self._nouns)
        kept, items = step.names.get("kept"), step.names.get("items")
        if relation is None or not isinstance(kept, int) or not isinstance(items, list) or not is_regions(items):
            return ""
        noun = self._noun(items[0]) if items else ""
        return f"{relation.capitalize()}: {self._listed(items, noun, kept)}"

    def _tell_branch(self, step: Step) -> str:
        values = step.names.get("values")
        if not isinstance(values, dict):
            return ""
        said = tell_branch(step.source, values, self._nouns)
        if said is None:
            return ""
        subject, relation = said
        verb = "are" if subject[:1].isdigit() and not subject.startswith("1 ") else "is"
        return f"{subject} {verb} {'' if step.names.get('taken') else 'not '}{relation}."

    def _noun(self, region: dict[str, Any]) -> str:
        """What the program was looking for when it found this region, else the region's own label."""
        came_from = region.get("from")
        if came_from and came_from[0] < len(self._trace.calls):
            return noun_of_call(self._trace.calls[came_from[0]])
        return str(region.get("label") or "region")

    def _listed(self, regions: list[dict[str, Any]], noun: str, count: int | None = None) -> str:
        """`red circle at A, blue circle at B; 2 in all.`, or `none.`"""
        if not regions:
            return "none."
        told = ", ".join(f"{region.get('label') or noun} at {self._place(region)}" for region in regions)
        return f"{told}; {len(regions) if count is None else count} in all."

    def _place(self, region: dict[str, Any]) -> str:
        return self._grid.write(Box(*region["region"]), self._trace.image.width, self._trace.image.height)


def sentence_start(word: str, before: str) -> str:
    """The word, with a capital where nothing stands before it."""
    return word if before else word[:1].upper() + word[1:]


def is_region(value: Any) -> bool:
    """Whether a JSON value stands for a region. A program may bind dicts of its own, so the shape is looked at, not the key."""
    if not isinstance(value, dict):
        return False
    edges, came_from = value.get("region"), value.get("from")
    if not (isinstance(edges, list) and len(edges) == 4 and all(type(edge) in (int, float) for edge in edges)):
        return False
    if came_from is not None and not (
        isinstance(came_from, list) and came_from and type(came_from[0]) is int and came_from[0] >= 0
    ):
        return False
    return bool(edges[0] <= edges[2] and edges[1] <= edges[3])


def is_regions(value: Any) -> bool:
    """Whether a JSON value is a list of regions, possibly empty."""
    return isinstance(value, list) and all(map(is_region, value))


def noun_of_call(call: ToolCall) -> str:
    """What a call looked for: its first text argument, for one; else the label of what it found."""
    texts = [value for value in call.arguments.values() if isinstance(value, str)]
    if texts:
        return singular(texts[0])
    found = call.result[0] if is_regions(call.result) and call.result else call.result
    return str(found.get("label") or "region") if is_region(found) else "object"


def first_region(call: ToolCall) -> dict[str, Any] | None:
    """The first region that a call was given."""
    return next((value for value in call.arguments.values() if is_region(value)), None)


def tell_value(value: Any) -> str:
    """A plain result in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[:200]
