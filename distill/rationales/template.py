"""A trace told in words by a template: what was found that the answer hangs on, what the program made of it, and the answer."""

import ast
from collections import defaultdict
from typing import Any

from vpd.distill.grid import Grid
from vpd.distill.rationales.calls import CallTeller, sentence_case
from vpd.distill.rationales.phrases import choice_word, subject_of, tell_branch, tell_test
from vpd.distill.rationales.pruning import slice_of
from vpd.distill.rationales.regions import (
    box_of_region,
    is_region,
    is_regions,
    noun_of_call,
    noun_of_region,
    region_with,
    regions_in,
)
from vpd.distill.records import Rationale, Verdict
from vpd.engine.records import Question, Step, ToolCall, Trace

__all__ = ["TEMPLATE", "WRITER", "ending", "explain_trace", "tell"]

TEMPLATE = "template"
WRITER = f"{TEMPLATE}-2"
LONGEST = 4_000
"""Characters of a rationale; a program that calls on and on is not told to its end."""
NOTED = 20
"""Notes of one place in a program that a trace holds at most (`engine.sandbox`): with so many there may have been more."""


def ending(answer: str) -> str:
    """The last sentence of every rationale."""
    return f"So the answer is {answer}."


def explain_trace(question: Question, trace: Trace, verdict: Verdict, grid: Grid) -> Rationale:
    """The rationale of a trace that answered. It ends at what the program answered, never at the label."""
    answer = verdict.answer or ""
    return Rationale(
        question=question.id,
        trace=trace.id,
        trace_digest=trace.digest,
        writer=WRITER,
        grid=grid.name,
        text=" ".join([*tell(trace, grid), ending(answer)]),
        answer=answer,
    )


def tell(trace: Trace, grid: Grid) -> list[str]:
    """The sentences before the answer."""
    sentences = Teller(trace, grid).sentences()
    while sum(map(len, sentences)) > LONGEST:
        sentences.pop()
    return sentences


class Teller:
    """Goes through one trace in order, with the nouns that the program's names stand for."""

    def __init__(self, trace: Trace, grid: Grid) -> None:
        self._trace = trace
        self._grid = grid
        self._slice = slice_of(trace)
        self._calls = CallTeller(trace.calls, self._place)
        self._nouns: dict[str, str] = {}
        self._loops: dict[int, list[tuple[Step, dict[str, Any]]]] = defaultdict(list)
        """Of a test in a loop, by its line: each time it was made, with the region it was made of."""

    def sentences(self) -> list[str]:
        """The trace in order; what was said once is not said again, what feeds nothing is not said at all."""
        told: list[str] = []
        runs = runs_of([call for call in self._trace.calls if self._slice.has(call)])
        ends = {run[-1].number: run for run in runs}
        steps = self._trace.steps
        last_of = {step.line: place for place, step in enumerate(steps) if step.kind == "branch"}
        for number in range(len(self._trace.calls) + 1):
            for place, step in enumerate(steps):
                if step.after_call == number:
                    told.append(self._tell_step(step, is_last=last_of.get(step.line) == place))
            if number in ends:
                told.append(self._calls.tell(ends[number]))
        return list(dict.fromkeys(filter(None, told)))

    def _tell_step(self, step: Step, *, is_last: bool) -> str:
        if step.kind == "bind":
            return self._learn_names(step)
        if not self._slice.has(step):
            return ""
        if step.kind == "filter":
            return self._tell_filter(step)
        return self._tell_branch(step, is_last=is_last) if step.kind == "branch" else ""

    def _learn_names(self, step: Step) -> str:
        """What names stand for from here on; and, where one of several was chosen by its place or size, which it is."""
        said = ""
        before = self._trace.calls[: step.after_call]
        for name, value in step.names.items():
            if is_region(value):
                self._nouns[name] = self._named(value)
                word = choice_word(step.source) if self._slice.has(step) else None
                if word:
                    said = f"The {word} {self._noun(value)} is at {self._place(value)}."
                    self._nouns[name] = f"the {self._noun(value)} at {self._place(value)}"
            elif is_regions(value) and value:
                self._nouns[name] = f"the {self._noun(value[0])}"
                self._nouns[f"{name}[0]"], self._nouns[f"{name}[-1]"] = self._named(value[0]), self._named(value[-1])
            elif value == []:
                noun = noun_of_call(before[-1]) if before and before[-1].result == [] else self._noun_of_source(step.source)
                if noun:
                    self._nouns[name] = f"the {noun}"
            elif type(value) in (int, float) and before and before[-1].result == value:
                measured = before[-1].tool.removeprefix("compute_").replace("_", " ")
                self._nouns[name] = f"the {measured} of {self._calls.what(before[-1])}"
        return said

    def _noun_of_source(self, statement: str) -> str | None:
        """The noun of the names that a comprehension goes through."""
        try:
            tree = ast.parse(statement)
        except (SyntaxError, ValueError):
            return None
        rows = [each.iter for node in ast.walk(tree) if isinstance(node, ast.ListComp) for each in node.generators]
        named = [self._nouns[row.id] for row in rows if isinstance(row, ast.Name) and row.id in self._nouns]
        return named[0].removeprefix("the ") if named else None

    def _tell_filter(self, step: Step) -> str:
        test = str(step.names.get("test", ""))
        relation = tell_test(test, self._nouns)
        kept, items = step.names.get("kept"), step.names.get("items")
        if not isinstance(kept, int) or not is_regions(items) or (relation is None and "(" not in test):
            return ""
        regions = regions_in(items)
        noun = self._noun(regions[0]) if regions else ""
        said = self._calls.listing(regions, noun, kept, counts=step.line not in self._slice.early)
        return f"{sentence_case(relation or 'that leaves')}: {said}"

    def _tell_branch(self, step: Step, *, is_last: bool) -> str:
        values = step.names.get("values")
        if not isinstance(values, dict):
            return ""
        unknown = subject_of(step.source, self._nouns)
        if unknown is not None:
            region = region_with(self._trace.calls, unknown, values)
            if region is not None:
                self._loops[step.line].append((step, region))
            return self._tell_loop(step.line, unknown) if is_last else ""
        taken = bool(step.names.get("taken"))
        parts = parts_of(step.source)
        if len(parts) > 1 and not taken:
            return ""  # which part failed is not known
        told = [self._tell_test(part, values, taken=taken) for part in parts]
        return " ".join(filter(None, told))

    def _tell_test(self, test: str, values: dict[str, Any], *, taken: bool) -> str:
        """One comparison as a sentence."""
        said = tell_branch(test, values, self._nouns)
        if said is None:
            return ""
        subject, relation = said
        verb = "are" if subject[:1].isdigit() and subject.split()[0] != "1" else "is"
        return f"{sentence_case(subject)} {verb} {'' if taken else 'not '}{relation}."

    def _tell_loop(self, line: int, name: str) -> str:
        """A test of places that was made of one region after the other, told as what passed it."""
        tested = self._loops[line]
        relation = tell_test(tested[0][0].source, self._nouns) if tested else None
        if relation is None or name in self._nouns:
            return ""
        passed = [region for step, region in tested if step.names.get("taken")]
        counts = line not in self._slice.early and len(tested) < NOTED
        noun = self._noun(tested[0][1])
        return f"{sentence_case(relation)}: {self._calls.listing(passed, noun, counts=counts)}"

    def _noun(self, region: dict[str, Any]) -> str:
        return noun_of_region(region, self._trace.calls)

    def _named(self, region: dict[str, Any]) -> str:
        """`the lamp`; with its place where several were found."""
        came_from = region.get("from")
        found = self._trace.calls[came_from[0]].result if came_from and came_from[0] < len(self._trace.calls) else None
        several = isinstance(found, list) and len(found) > 1
        return f"the {self._noun(region)}{f' at {self._place(region)}' if several else ''}"

    def _place(self, region: dict[str, Any]) -> str:
        return self._grid.write(box_of_region(region), self._trace.image.width, self._trace.image.height)


def parts_of(test: str) -> list[str]:
    """What `and` joins, else the test as a whole."""
    try:
        tree = ast.parse(test, mode="eval").body
    except (SyntaxError, ValueError):
        return [test]
    return (
        [ast.unparse(part) for part in tree.values] if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [test]
    )


def runs_of(calls: list[ToolCall]) -> list[list[ToolCall]]:
    """Calls in their order; those that ask the same on one line, of one region after the other, stand together."""
    runs: dict[tuple[object, ...], list[ToolCall]] = {}
    for call in calls:
        plain = repr({name: value for name, value in call.arguments.items() if not is_region(value)})
        alone = call.failure is not None or is_regions(call.result)
        runs.setdefault((call.number,) if alone else (call.line, call.tool, plain), []).append(call)
    return list(runs.values())
