"""What a trace shows: things and where they are, how many were found, what was said of them, and the words it was said in."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vpd.distill.grounding.words import ATTRIBUTES, GENERIC, PLAIN, words_in
from vpd.distill.rationales.regions import box_of_region, is_region, is_regions, region_with, regions_in
from vpd.engine.records import Question, Step, Trace
from vpd.tools.box import Box

__all__ = ["Facts", "Tally", "Thing", "read_facts"]

Corners = tuple[float, float, float, float]
NAME_WORDS = 4
"""Words of a text that is taken for a name."""
LINKS = frozenset("a an the of in on at with and or any all some to by for is are".split())
LOOPED = re.compile(r"\bfor (\w+) in\b")
ASKING_COUNTS = {"how", "many", "number", "count"}


@dataclass
class Thing:
    """A region that some call found or was given, with all that it was called."""

    box: Box
    words: set[str] = field(default_factory=set)
    """Lemmas of its labels, of what was looked for when it was found, of what tools said of it."""
    labels: set[str] = field(default_factory=set)
    """Those of its words that its label has."""
    denied: set[str] = field(default_factory=set)
    """Lemmas of what tools said it is not."""
    numbers: set[float] = field(default_factory=set)
    """What tools measured of it."""
    sources: list[str] = field(default_factory=list)
    depth: float | None = None


@dataclass(frozen=True)
class Tally:
    """How many of something were found."""

    words: frozenset[str]
    """What they were looked for as; empty where only a test chose them."""
    number: int
    members: frozenset[Corners]
    """Those that are known; fewer than `number` where a step shows its first only."""
    source: str
    scope: Corners | None = None
    """The part of the picture that was looked at; None for all of it."""
    test: str = ""
    """Of a filter, what it asked."""


@dataclass
class Facts:
    """All that a rationale may rest on."""

    things: dict[Corners, Thing] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    numbers: dict[float, str] = field(default_factory=dict)
    """Numbers that are no counts, each with where it stands."""
    said: list[tuple[frozenset[str], bool, str]] = field(default_factory=list)
    """What a yes-or-no tool said of some words: of an existence, a property, a question."""
    texts: list[tuple[str, str]] = field(default_factory=list)
    """What was asked of tools and what they answered in words, each with where it stands."""
    question: str = ""
    answer: str = ""
    answer_words: frozenset[str] = frozenset()
    nouns: set[str] = field(default_factory=set)
    """Words of labels and of names that were searched for."""
    vocabulary: set[str] = field(default_factory=set)
    """Every word that the trace, the question or the answer has."""
    loose: set[str] = field(default_factory=set)
    """Words of the question that no call names: other words for what the calls do name."""
    bound: dict[str, set[Corners]] = field(default_factory=dict)
    """By the program's own names, the things that each held."""
    source: str = ""
    """The program, for the measures that it compares places by."""

    def fits(self, words: Iterable[str], thing: Thing) -> bool:
        """Whether a thing may be called so."""
        return all(word in thing.words or word in GENERIC or word in self.loose for word in words)

    def fitting(self, words: Iterable[str]) -> list[Corners]:
        """The things that may be called so."""
        wanted = list(words)
        return [corners for corners, thing in self.things.items() if self.fits(wanted, thing)]

    def number(self, text: str) -> str | None:
        """Where a number stands that is written so, maybe rounded to its decimals."""
        value = float(text.replace(",", ""))
        decimals = len(text.partition(".")[2])
        for known, source in self.numbers.items():
            if known == value or f"{known:g}" == text or (decimals and round(known, decimals) == value):
                return source
        return None

    def runs(self, text: str) -> list[frozenset[str]]:
        """A short name as one set of words; of a longer text, its runs of words that name something."""
        if "?" not in text and len(text.split()) <= NAME_WORDS:
            return [content(text)]
        runs: list[set[str]] = [set()]
        for word in words_in(text):
            if word in PLAIN and word not in self.nouns:
                runs.append(set())
            else:
                runs[-1].add(word)
        return [frozenset(run) for run in runs if run]


def content(text: str) -> frozenset[str]:
    """The words of a text that name something. Of a short name every word does, were it a plain one elsewhere: a box, a cell."""
    is_name = "?" not in text and len(text.split()) <= NAME_WORDS
    return frozenset(word for word in words_in(text) if word not in (LINKS if is_name else PLAIN) and word not in GENERIC)


def read_facts(trace: Trace, question: Question, answer: str) -> Facts:
    """What a trace and its question show."""
    facts = Facts(question=question.text, answer=answer, source=trace.source)
    whole = (0.0, 0.0, float(trace.image.width), float(trace.image.height))
    for call in trace.calls:
        if call.failure is None:
            read_call(facts, call.tool, call.arguments, call.result, f"call {call.number}", whole)
    read_askings(facts, trace)
    tested: dict[int, list[tuple[bool, Corners]]] = defaultdict(list)
    for step in trace.steps:
        where = f"step at line {step.line}"
        if step.kind == "filter":
            read_filter(facts, step.names, where)
        else:
            read_numbers(facts, step.names.get("values") if step.kind == "branch" else step.names, where)
        if step.kind == "branch":
            read_test(facts, trace, step, tested)
        elif step.kind == "bind":
            for name, value in step.names.items():
                facts.bound.setdefault(name, set()).update(map(corners, regions_in(value)))
    finish(facts, question, answer)
    read_numbers(facts, trace.answer, "the answer")
    return facts


def finish(facts: Facts, question: Question, answer: str) -> None:
    """The words of all that was read."""
    facts.nouns = {word for tally in facts.tallies for word in tally.words}
    facts.nouns |= {word for thing in facts.things.values() for word in thing.labels}
    named = {word for thing in facts.things.values() for word in thing.words}
    asked = {word for text, _ in facts.texts for word in words_in(text)}
    facts.loose = set(words_in(question.text)) - PLAIN - ATTRIBUTES - named - asked
    facts.vocabulary = named | asked | set(words_in(question.text)) | set(words_in(answer))
    facts.vocabulary |= {word for choice in question.choices for word in words_in(choice)}
    facts.answer_words = frozenset(words_in(answer))


def read_test(facts: Facts, trace: Trace, step: Step, tested: dict[int, list[tuple[bool, Corners]]]) -> None:
    """A branch: the numbers that it asks about; and of a loop over things, which of them passed, as one tally that grows."""
    where = f"step at line {step.line}"
    for text in re.findall(r"(?:[<>]=?|==) *(\d+)\b", step.source):
        facts.numbers.setdefault(float(text), where)
    values = step.names.get("values")
    if not isinstance(values, dict):
        return
    for name in LOOPED.findall(trace.source):
        region = region_with(trace.calls, name, values)
        if region is not None:
            tested[step.line].append((bool(step.names.get("taken")), corners(region)))
            passed = [place for taken, place in tested[step.line] if taken]
            facts.tallies = [tally for tally in facts.tallies if tally.source != where]
            facts.tallies.append(Tally(frozenset(), len(passed), frozenset(passed), where, test=step.source))
            return


def read_call(facts: Facts, tool: str, arguments: dict[str, Any], result: Any, where: str, whole: Corners) -> None:
    """One call: what it found, and what it said of what it was given."""
    regions = [region for value in arguments.values() for region in regions_in(value)]
    given = [thing_of(facts, region, where) for region in regions if corners(region) != whole]
    rows = [value if isinstance(value, list) else [value] for value in arguments.values()]
    texts = [text for row in rows for text in row if isinstance(text, str)]
    facts.texts += [(text, f"{where}, asked") for text in [*texts, tool.replace("_", " ")]]
    read_numbers(facts, [value for value in arguments.values() if not regions_in(value)], f"{where}, asked")
    asked = frozenset().union(*(content(text) for text in texts)) if texts else frozenset()
    if is_regions(result) or is_region(result):
        first = content(texts[0]) if texts else frozenset()
        for region in regions_in(result):
            thing_of(facts, region, where).words.update(first)
        if is_regions(result):
            scope = given[0].box.corners if given else None
            facts.tallies.append(Tally(first, len(result), frozenset(map(corners, result)), where, scope))
        return
    if isinstance(result, str):
        read_text(facts, result, texts, asked, given, where)
    if isinstance(result, list | dict):
        facts.texts += [(text, where) for text in texts_in(result)]
        read_numbers(facts, result, where)
    if isinstance(result, bool):
        facts.said.append((asked, result, where))
        wanted = content(texts[-1]) if texts else frozenset()
        for thing in given[:1]:
            (thing.words if result else thing.denied).update(wanted)
    elif isinstance(result, int | float):
        facts.numbers.setdefault(float(result), where)
        for thing in given:
            thing.numbers.add(float(result))
        if tool == "compute_depth" and given:
            given[0].depth = float(result)


def texts_in(value: Any) -> list[str]:
    """The texts in a plain value, names of fields among them, labels of regions not."""
    if isinstance(value, str):
        return [value]
    if is_region(value) or not isinstance(value, list | dict):
        return []
    names = [name.replace("_", " ") for name in value] if isinstance(value, dict) else []
    return names + [text for item in (value.values() if isinstance(value, dict) else value) for text in texts_in(item)]


def read_text(facts: Facts, result: str, texts: list[str], asked: frozenset[str], given: list[Thing], where: str) -> None:
    """A tool that answered in words."""
    facts.texts.append((result, where))
    read_numbers(facts, result, where)
    said = result.strip().lower().rstrip(".")
    if said in ("yes", "no"):
        facts.said.append((asked, said == "yes", where))
        for thing in given[:1]:
            (thing.words if said == "yes" else thing.denied).update(asked)
    else:
        for thing in given[:1]:
            thing.words.update(content(result))
    if texts and re.fullmatch(r"\d+", said) and ASKING_COUNTS & set(words_in(texts[0])):
        facts.tallies.append(Tally(asked, int(said), frozenset(), where))


def read_askings(facts: Facts, trace: Trace) -> None:
    """One question put to several things: of how many the answer was yes."""
    yes: dict[str, set[Corners]] = defaultdict(set)
    for call in trace.calls:
        regions = [region for value in call.arguments.values() for region in regions_in(value)]
        texts = [value for value in call.arguments.values() if isinstance(value, str)]
        said = call.result.strip().lower() if isinstance(call.result, str) else call.result
        if said in (True, False, "yes", "no") and regions and texts:
            yes[f"{call.tool} asked {texts}"] |= {corners(regions[0])} if said in (True, "yes") else set()
    for test, members in yes.items():
        known = frozenset(members & facts.things.keys())
        facts.tallies.append(Tally(frozenset(), len(known), known, "calls that asked the same", test=test))


def read_filter(facts: Facts, names: dict[str, Any], where: str) -> None:
    """A comprehension with a condition: how many it kept, and the first of them."""
    kept, items = names.get("kept"), names.get("items")
    if isinstance(kept, int) and is_regions(items):
        for region in regions_in(items):
            thing_of(facts, region, where)
        members = frozenset(corners(region) for region in regions_in(items))
        facts.tallies.append(Tally(frozenset(), kept, members, where, test=str(names.get("test", ""))))


def read_numbers(facts: Facts, value: Any, where: str) -> None:
    """The numbers in a plain value, but for those of regions."""
    if isinstance(value, bool) or is_region(value):
        return
    if isinstance(value, int | float):
        facts.numbers.setdefault(float(value), where)
    elif isinstance(value, str):
        for text in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])", value):
            facts.numbers.setdefault(float(text), where)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            read_numbers(facts, item, where)


def thing_of(facts: Facts, region: dict[str, Any], where: str) -> Thing:
    """The thing that a region is, with its label among its names."""
    thing = facts.things.setdefault(corners(region), Thing(box_of_region(region)))
    thing.labels.update(content(str(region.get("label") or "")))
    thing.words |= thing.labels
    if where not in thing.sources:
        thing.sources.append(where)
    return thing


def corners(region: dict[str, Any]) -> Corners:
    """A region's edges as a key."""
    left, top, right, bottom = (float(edge) for edge in region["region"])
    return left, top, right, bottom
