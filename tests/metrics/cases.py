"""Predictions made to trip metrics up: drawn from a seed, the same on every machine, in each benchmark's own fields."""

import hashlib
import json
import random
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef

__all__ = ["BENCHMARKS", "Case", "cases_of", "digest_of"]

T = TypeVar("T")
PICTURE = ImageRef("0" * 64, "a.png", 64, 64)
WORDS = (
    *"red Red a an the The dog dogs two Two 2 none zero ten eleven 10 0 yes no Yes many unknown".split(),
    *"dont don't couldnt've couldn'tve Im im ive yall'd've y'alld've 'ow'sat ow's'at oclock let's lets she's shes".split(),
    *"somebody'd somebodyd its it's man's U.S. u.s.a. a.b ... e.g black/white t-shirt (red) [left] {x} 'stop' \"stop\"".split(),
    *"1,000 1000 1,000,000 3,4 5. 5.0 .5 -5 50% $5 #1 1+1 red, ,red what? wow! a_b a=b c: & @home `tick` <b>".split(),
    *"> \\ ; ? ! - --".split(),
    *("5 oclock", "black and white", "t shirt", "caf\u00e9", "stra\u00dfe", "\u0130stanbul", "\u0663,\u0664", "\uff15", "\u00a0"),
    *("x\u00a0y", "na\u200bive", "\u00bd", "\u2019", "don\u2019t", "\U0001f600", ""),
)
JOINTS = (" ", " ", " ", " ", "", "  ", ", ", " ,", "-", ".", ". ", " .", "\n", "\t", " \n", "/", "; ", "? ", ",")
LONG = ("." * 40, "a." * 35, "1.2." * 20, "no. " * 40, "?" * 33, "the " * 12)
COUNTS = ("many", "Two", "none", "twenty", "21", "about 3", "-1", "2.0", "", "\u0663")
REPLIES = (
    *"Yes No yes no Yes, No, NO YES Not not nothing No. ... know".split(),
    *(" yes ", "It is not there", "There is a dog", "I see no dog", "Yes. No.", "no\n", ""),
)
OPTIONS = (
    "red",
    "dark red",
    "None",
    "NA",
    "a dog",
    "A",
    "two",
    "2",
    "the left one",
    "left",
    "both",
    "Z",
    "cat.",
    "a cat",
    "all of them",
)
ABILITIES = ("coarse_perception", "logic_reasoning", "attribute_reasoning", "something new")
ANSWERS = ("yes", "no", "red", "blue", "left", "right", "dog", "color", "material", "shape", "Red", "red.")


class Case(NamedTuple):
    """A question and what was predicted."""

    question: Question
    said: Any


class Draws:
    """Draws by `random()` alone, the one method that no release of Python changes."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def below(self, number: int) -> int:
        return int(self._random.random() * number)

    def one(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def share(self) -> float:
        return self._random.random()

    def phrase(self, words: Sequence[str] = WORDS, most: int = 4) -> str:
        """A few words, joined by anything."""
        if self.chance(0.01):
            return self.one(LONG)
        text = self.one(words)
        for _ in range(self.below(most)):
            text += self.one(JOINTS) + self.one(words)
        return text

    def twisted(self, text: str) -> str:
        """The text, often in a way that a metric reads as the same."""
        ways = (
            *(
                text,
                text,
                text,
                text.upper(),
                text.capitalize(),
                f"the {text}",
                f"A {text}",
                f"{text}.",
                f"{text}?",
                f" {text}\n",
            ),
            *(
                text.replace("'s", " 's"),
                f"{text},",
                f"{text} .",
                f"'{text}'",
                f"({text})",
                text.replace(" ", "  "),
                text.replace("\n", " "),
            ),
            *(
                text.replace("'", ""),
                text.replace("2", "two"),
                text.replace("two", "2"),
                text.replace(" ", "-"),
                text.replace(",", ""),
            ),
        )
        return self.one(ways)


def question(key: str, kind: AnswerKind, answers: Sequence[str], details: dict[str, Any], **more: Any) -> Question:
    fields = {"text": "How many things are there?", "kind": "k", "source": "test", "split": "val"} | more
    return Question(key=key, image=PICTURE, answer_kind=kind, answers=tuple(answers), details=details, **fields)


def vqa_cases(draws: Draws, count: int, people: Sequence[int]) -> list[Case]:
    """Ten answers or so, often from one stem; a fifth unanimous, some without the number of who answered."""
    found = []
    for number in range(count):
        stem, other = draws.phrase(most=3), draws.phrase(most=2)
        size = draws.one(people)
        if draws.chance(0.2):
            answers = [draws.one((stem, "yes", "red"))] * size
        else:
            answers = [draws.twisted(stem) if draws.chance(0.6) else draws.one((other, draws.phrase())) for _ in range(size)]
        said = draws.twisted(draws.one((stem, stem, other, draws.one(answers))))
        details: dict[str, Any] = {
            "question_type": draws.one(("what is", "how many", "none of the above")),
            "answer_type": draws.one(("other", "number", "yes/no")),
        }
        details["answer_confidence"] = [draws.one(("yes", "maybe", "no")) for _ in answers]
        if not draws.chance(0.15):
            details["answer_id"] = list(range(1, size + 1))
        found.append(Case(question(str(number), AnswerKind.SOFT, answers, details), said))
    return found


def vqav2(draws: Draws) -> list[Case]:
    return vqa_cases(draws, 4000, (10, 10, 10, 10, 10, 10, 10, 3, 1, 7))


def textvqa(draws: Draws) -> list[Case]:
    return vqa_cases(draws, 4000, (10,))


def aokvqa_choice(draws: Draws) -> list[Case]:
    found = []
    for number in range(2000):
        choices = tuple(f"{draws.phrase(most=2)}{place}" for place in range(4))
        right = draws.below(4)
        said = draws.one((choices[right], choices[right], draws.twisted(choices[right]), draws.one(choices), draws.phrase()))
        details = {"correct_choice_idx": right, "difficult_direct_answer": draws.chance(0.1)}
        found.append(Case(question(f"q{number}", AnswerKind.CHOICE, [choices[right]], details, choices=choices), said))
    return found


def aokvqa_direct(draws: Draws) -> list[Case]:
    found = []
    for number in range(2000):
        stem = draws.phrase(most=2)
        answers = [draws.twisted(stem) if draws.chance(0.7) else draws.phrase() for _ in range(10)]
        details = {"difficult_direct_answer": draws.chance(0.2)}
        said = draws.one((stem, draws.one(answers), draws.phrase()))
        found.append(Case(question(f"q{number}", AnswerKind.SOFT, answers, details), said))
    return found


def tallyqa(draws: Draws) -> list[Case]:
    found = []
    for number in range(3000):
        count = draws.below(16)
        near = str(max(0, count + draws.below(3) - 1))
        said = draws.one((*COUNTS, *(str(count),) * 3, near, near, f"{count} dogs", f"{count}.", f" {count}"))
        details = {"data_source": draws.one(("amt", "imported_genome", "imported_vqa")), "issimple": draws.chance(0.6)}
        found.append(Case(question(str(number), AnswerKind.NUMBER, [str(count)], details), said))
    return found


def pope(draws: Draws) -> list[Case]:
    found = []
    for number in range(3000):
        said = draws.one(REPLIES)
        if draws.chance(0.4):
            said += draws.one((" ", ".", ", ", ". ")) + draws.one(REPLIES)
        details = {"setting": ("random", "popular", "adversarial")[number // 1000], "label": "yes" if draws.chance(0.5) else "no"}
        found.append(Case(question(str(number + 1), AnswerKind.YES_NO, [details["label"]], details), said))
    return found


def mmbench_circular(draws: Draws) -> list[Case]:
    """Groups of rotations; some groups are nearly always answered rightly, so that whole groups are right."""
    found = []
    for group in range(700):
        size = draws.one((2, 3, 4, 4, 4))
        options = [f"{draws.one(OPTIONS)}{draws.one(('', '', f' {place}'))}" for place in range(size)]
        right, skill = draws.below(size), draws.share()
        told = {"l2-category": draws.one(ABILITIES), "category": draws.one(("ocr", "color", "count"))}
        for turn in range(size):
            turned = {chr(ord("A") + place): options[(place + turn) % size] for place in range(size)}
            answer = chr(ord("A") + (right - turn) % size)
            letter = answer if draws.share() < 0.6 + 0.4 * skill else draws.one(list(turned))
            said = (
                letter if draws.chance(0.5 + 0.4 * skill) else draws.one(ways_to_choose(letter, turned, draws.one(list(turned))))
            )
            index = group + turn * 1_000_000
            details = {"index": index, "group": group, "rotation": turn, "options": turned, "answer": answer} | told
            asked = question(str(index), AnswerKind.CHOICE, [turned[answer]], details, choices=tuple(turned.values()))
            found.append(Case(asked, said))
    return found


def ways_to_choose(letter: str, options: dict[str, str], other: str) -> list[str]:
    """How models name an option, and how they name none or two."""
    text = options[letter]
    return [
        *(
            letter,
            f"{letter}.",
            f"({letter})",
            f"{letter}. {text}",
            f"The answer is {letter}",
            f"Answer: {letter}",
            letter.lower(),
        ),
        *(text, text.upper(), f"It is {text}", f"A guess is {letter}", f"{letter} or so I would say from what I see"),
        *(f"{letter}{letter}", "Z", "I'm sorry, but without the image provided", "x " * 60 + text, f"{letter}, {other}"),
    ]


def gqa(draws: Draws) -> list[Case]:
    found = []
    for number in range(3000):
        answer = draws.one(ANSWERS[:10])
        said = answer if draws.chance(0.5) else draws.one((draws.one(ANSWERS), answer.upper(), f"{answer}.", f" {answer}"))
        steps = [(draws.one(("select", "relate", "exist", "query", "choose")), draws.one(("name", "dog (12)", "?", "exist")))]
        while draws.chance(0.7):
            steps.append((draws.one(("select", "query")), draws.one(("name", "color"))))
        details = {
            "isBalanced": draws.chance(0.7),
            "types": {
                "structural": draws.one(("query", "verify", "logical", "choose", "compare")),
                "semantic": draws.one(("attr", "cat", "global", "obj", "rel")),
                "detailed": draws.one(("twoCommon", "exist", "chooseAttr")),
            },
            "groups": {"global": draws.one((None, "animal", "color", "person", "place")), "local": "x"},
            "entailed": [str(draws.below(3000)) for _ in range(draws.below(4))] + ([str(number)] if draws.chance(0.3) else []),
            "semantic": [{"operation": operation, "argument": argument, "dependencies": []} for operation, argument in steps],
            "choices": {"valid": [draws.one(ANSWERS) for _ in range(4)], "plausible": [draws.one(ANSWERS) for _ in range(3)]},
        }
        text = " ".join(["Is", "it", "so"] + ["very"] * draws.below(6)) + "?"
        found.append(Case(question(str(number), AnswerKind.TEXT, [answer], details, text=text), said))
    return found


def hateful_memes(draws: Draws) -> list[Case]:
    found = []
    for number in range(2000):
        label = draws.chance(0.36)
        proba = draws.share() * 0.8 + (0.2 if label else 0.0)
        asked = question(str(number), AnswerKind.YES_NO, ["yes" if label else "no"], {"id": number, "label": int(label)})
        found.append(Case(asked, round(proba, 2) if draws.chance(0.7) else proba))
    return found


BENCHMARKS = {
    "vqav2": vqav2,
    "textvqa": textvqa,
    "aokvqa-choice": aokvqa_choice,
    "aokvqa-direct": aokvqa_direct,
    "tallyqa": tallyqa,
    "pope": pope,
    "mmbench-circular": mmbench_circular,
    "gqa": gqa,
    "hateful-memes": hateful_memes,
}
"""By the benchmark's name, what draws its cases."""


def cases_of(benchmark: str) -> list[Case]:
    """The cases of a benchmark, always the same."""
    return BENCHMARKS[benchmark](Draws(benchmark))


def digest_of(cases: Sequence[Case]) -> str:
    """What tells that the cases are those that the official code was run on."""
    held = [[case.question.key, case.question.answers, case.question.choices, case.question.details, case.said] for case in cases]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
