"""A trace told in words by a template: what each call found, what the program made of it, and the answer."""

from typing import Any

from vpd.distill.grid import Grid
from vpd.distill.phrases import counted, listed, plural, tell_test
from vpd.distill.records import Rationale, Verdict
from vpd.engine.records import Question, Step, ToolCall, Trace

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
            places = listed([f"at {self._place(region)}" for region in call.result])
            verb = "are" if len(call.result) > 1 else "is"
            return f"{where}There {verb} {counted(len(call.result), noun)}" + (f": {places}." if places else ".")
        if is_region(call.result):
            return f"{where}The {noun} is at {self._place(call.result)}."
        asked = call.tool.replace("_", " ")
        given = [str(value) for value in call.arguments.values() if isinstance(value, str | int | float)]
        subject = f"{asked} {' '.join(given)}".strip()
        return f"The {subject}{self._of(call)} is {tell_value(call.result)}."

    def _where(self, call: ToolCall) -> str:
        region = first_region(call)
        return f"In the {noun_of_region(region)} at {self._place(region)}: " if region and region.get("from") else ""

    def _of(self, call: ToolCall) -> str:
        region = first_region(call)
        if region is None or not region.get("from"):
            return ""
        return f" of the {noun_of_region(region)} at {self._place(region)}"

    def _tell_step(self, step: Step) -> str:
        if step.kind == "bind":
            for name, value in step.names.items():
                noun = self._noun_of_value(value)
                if noun is not None:
                    self._nouns[name] = noun
            return ""
        if step.kind == "filter":
            return self._tell_filter(step)
        return ""

    def _tell_filter(self, step: Step) -> str:
        relation = tell_test(str(step.names.get("test", "")), self._nouns)
        kept = step.names.get("kept")
        if relation is None or not isinstance(kept, list):
            return ""
        regions = [region for region in kept if is_region(region)]
        if len(regions) != len(kept):
            return ""
        of = step.names.get("of", [])
        noun = noun_of_region(regions[0]) if regions else noun_of_region(of[0]) if is_regions(of) and of else "object"
        verb = "are" if len(regions) > 1 else "is"
        places = listed([f"at {self._place(region)}" for region in regions])
        subject = f"No {noun}" if not regions else counted(len(regions), noun)
        return f"{subject} {verb} {relation}" + (f": {places}." if places else ".")

    def _noun_of_value(self, value: Any) -> str | None:
        region = value if is_region(value) else value[0] if is_regions(value) and value else None
        return None if region is None else f"the {noun_of_region(region)}"

    def _place(self, region: dict[str, Any]) -> str:
        from vpd.tools.box import Box

        return self._grid.write(Box(*region["region"]), self._trace.image.width, self._trace.image.height)


def is_region(value: Any) -> bool:
    """Whether a JSON value stands for a region."""
    return isinstance(value, dict) and "region" in value


def is_regions(value: Any) -> bool:
    """Whether a JSON value is a list of regions, possibly empty."""
    return isinstance(value, list) and all(map(is_region, value))


def noun_of_region(region: dict[str, Any]) -> str:
    """What a region is called."""
    return str(region.get("label") or "region")


def noun_of_call(call: ToolCall) -> str:
    """What a call looked for: the label of what it found, else its first text argument."""
    if is_regions(call.result) and call.result and call.result[0].get("label"):
        labels = {region.get("label") for region in call.result}
        if len(labels) == 1:
            return str(call.result[0]["label"])
    texts = [value for value in call.arguments.values() if isinstance(value, str)]
    return singular(texts[0]) if texts else "object"


def singular(noun: str) -> str:
    """The noun for one, where its plural is regular."""
    return noun[:-1] if noun.endswith("s") and plural(noun[:-1]) == noun else noun[:-2] if plural(noun[:-2]) == noun else noun


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
