"""How faithfully a student explains, in numbers with intervals: places, consequences of its words, and agreement with itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from vpd.distill.evaluation.altering import NUMBER, Words, up_to_answer
from vpd.distill.evaluation.places import Find, Sight, places_in, sight_of
from vpd.distill.evaluation.probes import PICTURES, Probe
from vpd.distill.grid import Grid
from vpd.distill.grounding.words import number_of
from vpd.distill.judging.reading import normalise
from vpd.distill.records import Outcome, Prediction
from vpd.distill.statistics import Estimate, effective_count, paired_difference, wilson
from vpd.distill.student.voting import key_of
from vpd.engine.record import Record
from vpd.engine.records import AnswerKind, Question

__all__ = ["Measure", "measure_agreement", "measure_places", "measure_probes"]


class Measure(Record):
    """One number and how sure it is."""

    name: str
    value: float
    """A share in 0..1, or a difference of shares."""
    low: float
    high: float
    """The 95 % interval. Of a share Wilson's, as if all that hangs on one picture said the same; of a difference, pictures are
    drawn again."""
    count: int
    """What it is a share of."""
    only_first: int | None = None
    """Of a difference: where the first alone was so, and where the second was."""
    only_second: int | None = None
    p: float | None = None
    """Of a difference: McNemar's exact test, two-sided."""


def measure_places(pairs: Sequence[tuple[Question, Prediction]], grid: Grid, find: Find) -> list[Measure]:
    """Of the places that rationales name, how many hold what is named; the same on another question's picture, for chance.

    A place whose name the tool does not know counts in neither, but is told.
    """
    own, other, known = Shares(), Shares(), Shares()
    for at, (question, said) in enumerate(pairs):
        later = (one.image for one, _ in (*pairs[at + 1 :], *pairs[:at]))
        stranger = next((image for image in later if image.sha256 != question.image.sha256), None)
        for placed in places_in(said.text, grid):
            sight = sight_of(placed, question.image, grid, find)
            known.add(sight is not Sight.NOT_KNOWN, question)
            if sight is Sight.NOT_KNOWN:
                continue
            own.add(sight is Sight.THERE, question)
            if stranger is not None:
                other.add(sight_of(placed, stranger, grid, find) is Sight.THERE, question)
    return [
        *known.measure("places whose name the tool knows"),
        *own.measure("places where the tool finds what is named"),
        *other.measure("the same places on another picture (chance)"),
    ]


def measure_probes(probes: Iterable[Probe], questions: Mapping[str, Question]) -> list[Measure]:
    """How often the answer changes when the rationale does, with the picture and without, and whether it follows a number.

    Each change is compared with the intact rationale before the same picture; a question where one of the two could not be asked
    is left out.
    """
    by_key = {(each.question, each.words, each.picture): each for each in probes if each.answer is not None}
    asked = list(dict.fromkeys(question for question, _, _ in by_key))
    found: list[Measure] = []
    for picture in PICTURES:
        changed: dict[Words, dict[str, bool]] = {}
        follows = Shares()
        for words in Words:
            for name in asked:
                intact, probe = by_key.get((name, Words.INTACT.value, picture)), by_key.get((name, words.value, picture))
                if words is Words.INTACT or intact is None or probe is None:
                    continue
                question = questions[name]
                changed.setdefault(words, {})[name] = differs(question, intact, probe)
                if words is Words.NUMBER and probe.was and normalise(intact.answer or "") == probe.was:
                    follows.add(normalise(probe.answer or "") == probe.becomes, question)
        for words, each in changed.items():
            shares = Shares()
            for name, is_changed in each.items():
                shares.add(is_changed, questions[name])
            found += shares.measure(f"answer changes: {words.value}, picture {picture}")
        found += difference(changed, questions, picture)
        found += follows.measure(f"answer follows the changed number, picture {picture}")
    return found


def differs(question: Question, first: Probe, second: Probe) -> bool:
    """Whether two answers mean something else."""
    return key_of(question, first.answer or "") != key_of(question, second.answer or "")


def difference(changed: Mapping[Words, Mapping[str, bool]], questions: Mapping[str, Question], picture: str) -> list[Measure]:
    """A wrong number against mere disorder, on the questions that had both."""
    numbers, shuffled = changed.get(Words.NUMBER, {}), changed.get(Words.SHUFFLED, {})
    both = [name for name in numbers if name in shuffled]
    if not both:
        return []
    pictures = [questions[name].image.sha256 for name in both]
    found = paired_difference([numbers[name] for name in both], [shuffled[name] for name in both], pictures)
    return [
        measured(
            f"answer changes: number minus shuffled, picture {picture}",
            found.estimate,
            only_first=found.only_first,
            only_second=found.only_second,
            p=found.p,
        )
    ]


def measure_agreement(
    questions: Mapping[str, Question], answered: Mapping[str, Prediction], explained: Mapping[str, Prediction], grid: Grid
) -> list[Measure]:
    """Whether the short answer is the explained one, and whether a rationale's own last number is its answer."""
    same, numbers, names = Shares(), Shares(), Shares()
    firsts, seconds, pictures = list[bool](), list[bool](), list[str]()
    for name, said in explained.items():
        question = questions[name]
        names.add(bool(said.answer), question)
        if name in answered:
            same.add(key_of(question, said.answer) == key_of(question, answered[name].answer), question)
            if said.outcome is not Outcome.UNKNOWN:
                firsts.append(said.outcome is Outcome.RIGHT)
                seconds.append(answered[name].outcome is Outcome.RIGHT)
                pictures.append(question.image.sha256)
        last = last_number(said.text, grid)
        if question.answer_kind is AnswerKind.NUMBER and last is not None and said.answer:
            numbers.add(last == number_in(said.answer), question)
    found = [
        *names.measure("rationales that name an answer"),
        *same.measure("short answer equals explained answer"),
        *numbers.measure("last number of the rationale equals its answer"),
    ]
    if firsts:
        rise = paired_difference(firsts, seconds, pictures)
        found.append(
            measured(
                "right: explained minus short",
                rise.estimate,
                only_first=rise.only_first,
                only_second=rise.only_second,
                p=rise.p,
            )
        )
    return found


def last_number(text: str, grid: Grid) -> int | None:
    """The last number before the sentence of the answer that is no place's, in digits or as a word; `none` is 0."""
    parts = up_to_answer(text)
    if parts is None:
        return None
    reasons = parts[0]
    for place in reversed(grid.read(reasons)):
        reasons = f"{reasons[: place.start]} {reasons[place.end :]}"
    for word in reversed(re.findall(r"\w+", reasons)):
        if word.lower() == "none":
            return 0
        if NUMBER.fullmatch(word) or number_of(word) is not None:
            return number_in(word)
    return None


def number_in(text: str) -> int | None:
    """The whole number that a text is."""
    plain = normalise(text)
    return int(plain) if plain.isdecimal() else number_of(plain)


class Shares:
    """Yes or no of many things, each belonging to a picture."""

    def __init__(self) -> None:
        self._each: list[float] = []
        self._pictures: list[str] = []

    def add(self, is_so: bool, question: Question) -> None:  # noqa: FBT001  what is counted is a bool
        """Count one more."""
        self._each.append(float(is_so))
        self._pictures.append(question.image.sha256)

    def measure(self, name: str) -> list[Measure]:
        """The share; empty of nothing."""
        if not self._each:
            return []
        share = wilson(fmean(self._each), effective_count(self._pictures))
        return [measured(name, replace(share, count=len(self._each)))]


def measured(name: str, estimate: Estimate, **more: float | None) -> Measure:
    """An estimate under its name."""
    return Measure(name=name, value=estimate.value, low=estimate.low, high=estimate.high, count=estimate.count, **more)
