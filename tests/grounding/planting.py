"""True rationales of drawn scenes, by programs that are known to be right, and lies planted in them.

The scenes, the tools, the sandbox and the template are the product's own. A planted error changes one thing of a true rationale,
and only so that what it then says is not so, or was never looked at.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from vpd.distill.grid import Grid
from vpd.distill.judging import judge_trace
from vpd.distill.rationales.template import explain_trace
from vpd.distill.records import Rationale
from vpd.distill.scenes import DatasetSettings, Split, make_scenes, read_questions
from vpd.distill.scenes.questions import Ask, Noun
from vpd.distill.scenes.scene import COLORS, SHAPES
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools.box import Box
from vpd.tools.toolsets import open_toolset

TESTS = {"left": "{one}.x < {to}.x", "right": "{one}.x > {to}.x", "above": "{one}.y < {to}.y", "below": "{one}.y > {to}.y"}
MANY = {"circle": "circles", "square": "squares", "triangle": "triangles", "cross": "crosses"}
ONE = {many: one for one, many in MANY.items()}
STRANGERS = (
    "bicycle",
    "dog",
    "green hexagon",
    "umbrella",
    "wooden chair",
    "black cat",
    "traffic light",
    "man with a hat",
    "kite",
)
FLIPS = {"to the left of": "to the right of", "above": "below", "Above": "Below", "To the left of": "To the right of"}
FLIPS |= {other: said for said, other in FLIPS.items()}


@dataclass(frozen=True)
class Told:
    """A question, a right program's trace, and the template's rationale."""

    question: Question
    trace: Trace
    rationale: Rationale
    grid: Grid


def program_of(ask: Ask, style: int) -> str:
    """A right program for a question; `style` chooses among ways to write it."""
    lines: list[str] = []
    names = iter("abcdefghij")

    def found(noun: Noun) -> str:
        """The name of the list of what a noun names."""
        anchors = [f"{found(place.anchor)}[0]" for place in noun.places]
        held = []
        for anchor in anchors:
            held.append(next(names))
            lines.append(f"{held[-1]} = {anchor}")
        name = next(names)
        head = f'find(image, "{noun.head()}")'
        if not noun.places:
            lines.append(f"{name} = {head}")
            return name
        test = " and ".join(TESTS[place.direction].format(one="each", to=to) for place, to in zip(noun.places, held, strict=True))
        if style % 3 == 0 and len(noun.places) == 1:
            lines.extend([f"{name} = []", f"for each in {head}:", f"    if {test}:", f"        {name}.append(each)"])
        else:
            lines.append(f"{name} = [each for each in {head} if {test}]")
        return name

    if ask.form == "exist" and not ask.noun.places and style % 2:
        lines.append(f'return "yes" if exists(image, "{ask.noun.head()}") else "no"')
    elif ask.form == "exist":
        lines.append(f'if len({found(ask.noun)}) > 0:\n        return "yes"\n    return "no"')
    elif ask.form == "count":
        lines.append(f"return str(len({found(ask.noun)}))")
    elif ask.form == "relation":
        one, place = found(Noun(ask.noun.color, ask.noun.shape)), ask.noun.places[0]
        to = found(place.anchor)
        lines.append(f"first = {one}[0]\n    second = {to}[0]")
        lines.append(f'return "yes" if {TESTS[place.direction].format(one="first", to="second")} else "no"')
    elif ask.form == "compare":
        assert ask.other is not None
        one, to = found(ask.noun), found(ask.other)
        lines.append(f'if len({one}) > len({to}):\n        return "yes"\n    return "no"')
    else:
        lines.append(f"return {ask.form}_of({found(ask.noun)}[0])")
    return "def execute_command(image):\n    " + "\n    ".join(lines) + "\n"


def tell_scenes(folder: Path, pictures: int, seed: int, grid: Grid) -> list[Told]:
    """Rationales of right traces of drawn scenes."""
    settings = DatasetSettings(train_images=pictures, test_images=max(1, pictures // 8), seed=seed)
    make_scenes(folder, settings)
    asks = {ask.text: ask for split in Split if split is not Split.BASE for ask in settings.pool(split)}
    questions = read_questions(folder)
    programs: dict[str, dict[str, Question]] = {}
    for number, question in enumerate(questions):
        programs.setdefault(program_of(asks[question.text], number), {})[question.image.sha256] = question
    runs = [ProgramRun(source, source, tuple(one.image for one in asked.values())) for source, asked in programs.items()]
    told = []
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        for trace in run_programs(runs, sandbox, open_toolset("scenes"), dispatcher, share=50):
            question = programs[trace.program][trace.image.sha256]
            verdict = judge_trace(question, trace)
            if verdict.score == 1.0:
                told.append(Told(question, trace, explain_trace(question, trace, verdict, grid), grid))
    told.sort(key=lambda one: one.question.key)
    return told


def plant(told: Told, rng: Random) -> Iterator[tuple[str, str]]:
    """One error of each kind that the rationale has room for: the kind, and the text with the error."""
    for kind, changes in (
        ("changed number", numbers(told, rng)),
        ("swapped box", boxes(told)),
        ("wrong name", names(told)),
        ("invented object", inventions(told, rng)),
        ("flipped relation", relations(told)),
        ("other answer", answers(told)),
    ):
        made = [text for text in changes if text != told.rationale.text]
        if made:
            yield kind, rng.choice(made)


def body_of(told: Told) -> tuple[str, str]:
    """The text before the last sentence, and that sentence."""
    body, marker, end = told.rationale.text.rpartition("So the answer is")
    return body, marker + end


def put(text: str, match: re.Match[str], new: str) -> str:
    """The text with a match replaced."""
    return text[: match.start()] + new + text[match.end() :]


def numbers(told: Told, rng: Random) -> Iterator[str]:
    """A count that is one, two or three off; a count that is no count of the same."""
    body, end = body_of(told)
    for match in re.finditer(
        r"(?<=; )\d+(?= in all)|(?<![\w.])\d+(?= (?:red|green|blue|yellow|purple|circle|square|triangle|cross|shape|object))",
        body,
    ):
        for change in (-2, -1, 1, 2, 3):
            number = int(match.group()) + change
            if number >= 0:
                yield put(body, match, str(number)) + end
    for match in re.finditer(r": none", body):
        yield put(body, match, f": {rng.randint(1, 3)} in all") + end


def written_of(told: Told) -> dict[str, set[str]]:
    """Labels by place."""
    found: dict[str, set[str]] = {}
    for call in told.trace.calls:
        for region in call.result if isinstance(call.result, list) else []:
            place = told.grid.write(Box(*region["region"]), told.trace.image.width, told.trace.image.height)
            found.setdefault(place, set()).add(region["label"])
    return found


def boxes(told: Told) -> Iterator[str]:
    """A place that is that of another object, or of none."""
    body, end = body_of(told)
    there = written_of(told)
    nowhere = told.grid.write(Box(1, 180, 3, 184), told.trace.image.width, told.trace.image.height)
    for written in told.grid.read(body):
        here = body[written.start : written.end]
        for other in [*there, nowhere]:
            if other != here and not there.get(other, set()) & there.get(here, set()):
                yield body[: written.start] + other + body[written.end :] + end


def looked_for(told: Told) -> list[set[str]]:
    """The words of each thing that was looked for."""
    return [set(str(call.arguments.get("name", "")).split()) - {"shape", "object"} for call in told.trace.calls]


def names(told: Told) -> Iterator[str]:
    """Another colour or shape, so that what is then named is not there, was not looked for, and is not known to be missing."""
    body, end = body_of(told)
    there = {label for labels in written_of(told).values() for label in labels}
    searched = looked_for(told)
    words = "|".join([*COLORS, *MANY, *ONE])
    for match in re.finditer(rf"\b(?:{words})\b", body, re.IGNORECASE):
        low = match.group().lower()
        kind: Iterable[str] = COLORS if low in COLORS else ONE if low in ONE else SHAPES
        for other in kind:
            near = body[max(0, match.start() - 8) : match.end() + 10].lower().replace(low, other)
            named = {ONE.get(word, word) for word in re.findall(r"[a-z]+", near)} & {*COLORS, *SHAPES}
            named = {word for word in named if word == ONE.get(other, other) or stands_with(near, word, other)}
            known = any(named <= set(label.split()) for label in there) or any(one <= named for one in searched)
            if other != low and not known:
                yield put(body, match, other.capitalize() if match.group()[0].isupper() else other) + end


def stands_with(text: str, word: str, other: str) -> bool:
    """Whether two words stand side by side."""
    return bool(re.search(rf"\b{word}(?:es|s)? {other}|\b{other} {word}(?:es|s)?\b", text))


def inventions(told: Told, rng: Random) -> Iterator[str]:
    """Something that is not there, with a place, with a number or without."""
    body, end = body_of(told)
    stranger = rng.choice(STRANGERS)
    place = rng.choice([*written_of(told), told.grid.write(Box(1, 180, 3, 184), 192, 192)])
    yield f"{body}There is also a {stranger} at {place}. {end}"
    yield f"{body}A {stranger} is visible. {end}"
    yield f"{body}There are 2 {stranger}s. {end}"
    for match in re.finditer(r"(?=; \d+ in all)", body):
        yield put(body, match, f", {stranger} at {place}") + end
    there = {label for labels in written_of(told).values() for label in labels}
    absent = [f"{color} {shape}" for color in COLORS for shape in SHAPES if f"{color} {shape}" not in there]
    for match in re.finditer(r"(?=; \d+ in all)", body):
        yield put(body, match, f", {rng.choice(absent)} at {place}") + end


def relations(told: Told) -> Iterator[str]:
    """Left for right, above for below, more for not more."""
    body, end = body_of(told)
    for said, other in FLIPS.items():
        for match in re.finditer(rf"\b{said}\b", body):
            yield put(body, match, other) + end
    for match in re.finditer(r"\b(is|are) (not )?(?=more than|to the|above|below)", body):
        yield put(body, match, f"{match[1]} {'' if match[2] else 'not '}") + end


def answers(told: Told) -> Iterator[str]:
    """Another answer of the same kind."""
    body, _ = body_of(told)
    answer = told.rationale.answer
    if answer.isdecimal():
        others = [str(int(answer) + change) for change in (-1, 1, 2) if int(answer) + change >= 0]
    else:
        others = [other for kind in (("yes", "no"), COLORS, SHAPES) if answer in kind for other in kind if other != answer]
    for other in others:
        yield f"{body}So the answer is {other}."


SWAPPED: tuple[tuple[str, str, str], ...] = (
    ("relation", "left", "right"), ("relation", "right", "left"), ("relation", "above", "below"), ("relation", "below", "above"),
    ("relation", "higher", "lower"), ("relation", "more", "fewer"), ("relation", "closer", "farther"),
    ("number", "two", "five"), ("number", "three", "six"), ("number", "both", "all five"),
)  # fmt: skip
NOUNS = "dog|bench|lamp|table|cup|plate|cat|mouse|bottle|car|sign|man"


def change_words(text: str) -> Iterator[tuple[str, str]]:
    """Changes of one word in a text of one's own that ends with its answer: their kind, and the changed text."""
    body, marker, end = text.rpartition("So the answer is")
    changes = [(kind, rf"\b{said}\b", other) for kind, said, other in SWAPPED]
    changes += [
        ("place", r"\bx\d y\d\b", "x0 y0"),
        ("name", rf"\b(?:{NOUNS})(?=s?\b)", "horse"),
        ("attribute", r"\b(?:blue|pink|white|green|wooden|wet)\b", "purple"),
    ]
    for kind, pattern, other in changes:
        for match in re.finditer(pattern, body, re.IGNORECASE):
            yield kind, put(body, match, other) + marker + end
    for match in re.finditer(r"(?<![xy\w.])\d+(?![\w.]\d)", body):
        yield "number", put(body, match, str(int(match.group()) + 3)) + marker + end
