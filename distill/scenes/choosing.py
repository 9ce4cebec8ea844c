"""Which questions a picture is asked: all kinds alike, and no answer so common that guessing it pays."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from vpd.distill.scenes.layout import SceneSettings, Wanted, place_things
from vpd.distill.scenes.questions import Answered, Ask
from vpd.distill.scenes.scene import SceneError, Thing
from vpd.engine.records import AnswerKind

__all__ = ["Chooser", "Posed"]

TRIES = 400
"""Scenes drawn for one picture at most."""
LOOKS = 6
"""Scenes in which the leading question makes sense, from which the one with the rarest answer is taken."""
SHOWN = 3
"""Of so many of these, the first that can be asked half of the wanted questions is taken, else the last."""
KEPT = 0.2
"""How often a question with too common an answer is asked all the same."""
COMMON = {AnswerKind.YES_NO: 0.52, AnswerKind.NUMBER: 0.38, AnswerKind.TEXT: 0.25}
"""Shares of a kind's questions above which an answer is too common."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question put to a scene."""

    ask: Ask
    answered: Answered


class Chooser:
    """Picks scenes and questions for one split, remembering what was asked before."""

    def __init__(self, pool: Sequence[Ask], settings: SceneSettings, per_picture: int) -> None:
        self.pool, self.settings, self.per_picture = tuple(pool), settings, per_picture
        self.led: Counter[str] = Counter()
        self.of_kind: Counter[str] = Counter()
        self.of_text: Counter[str] = Counter()
        self.of_answer: Counter[tuple[str, str]] = Counter()
        self.of_text_answer: Counter[tuple[str, str]] = Counter()
        self.by_kind: dict[str, list[Ask]] = defaultdict(list)
        for ask in self.pool:
            self.by_kind[ask.kind].append(ask)
        self.text = {ask: ask.text for ask in self.pool}

    def scene(self, rng: Random) -> tuple[tuple[Thing, ...], list[Posed]]:
        """A scene and its questions; one text leads, and the objects that it names are made sure of."""
        kind = min(self.by_kind, key=lambda kind: (self.of_kind[kind], kind))
        leader = min(self.by_kind[kind], key=lambda ask: (self.led[self.text[ask]], rng.random()))
        self.led[self.text[leader]] += 1
        wanted = wanted_by(leader, rng)
        fitting: list[tuple[float, tuple[Thing, ...]]] = []
        for _ in range(TRIES):
            things = place_things(self.settings, rng, wanted)
            answered = leader.answer(things)
            if answered is not None:
                fitting.append((self.weight(Posed(leader, answered), things), things))
            if len(fitting) == LOOKS:
                break
        if not fitting:
            message = f"no scene of {self.settings.objects} objects was found that fits {self.text[leader]!r}"
            raise SceneError(message)
        fitting.sort(key=lambda one: -one[0])
        for _, things in fitting[:SHOWN]:
            posed = self.pose(things)
            if 2 * len(posed) >= self.per_picture:
                break
        return things, self.choose(leader, things, posed, rng)

    def pose(self, things: Sequence[Thing]) -> list[Posed]:
        """All questions that make sense of a scene."""
        return [Posed(ask, answered) for ask in self.pool if (answered := ask.answer(things)) is not None]

    def choose(self, leader: Ask, things: Sequence[Thing], posed: Sequence[Posed], rng: Random) -> list[Posed]:
        """At most so many of the questions that make sense, each text once, the least asked kinds first."""
        left, chosen = list(posed), list[Posed]()
        while left and len(chosen) < self.per_picture:
            options = [one for one in left if one.ask is leader]
            if not options:
                kind = min({one.ask.kind for one in left}, key=lambda kind: (self.of_kind[kind], kind))
                options = [one for one in left if one.ask.kind == kind]
            pick = rng.choices(options, [self.weight(one, things) for one in options])[0]
            left = [one for one in left if one is not pick]
            if pick.ask is leader or not self.is_common(pick) or rng.random() < KEPT:
                self.note(pick)
                chosen.append(pick)
        return chosen

    def is_common(self, one: Posed) -> bool:
        """Whether more than its part of this kind's questions had this answer so far."""
        kind, answer = one.ask.kind, one.answered.answer
        return self.of_answer[kind, answer] > 3 + self.of_kind[kind] * COMMON[one.ask.answer_kind]

    def weight(self, one: Posed, things: Sequence[Thing]) -> float:
        """How welcome a question is: rare answers of its kind and of its text, and rare texts, are."""
        kind, text, answer = one.ask.kind, self.text[one.ask], one.answered.answer
        weight = (
            1 / (1 + self.of_answer[kind, answer]) ** 2 / (1 + self.of_text_answer[text, answer]) ** 2 / (1 + self.of_text[text])
        )
        easy = answer in ("no", "0") and not one.ask.is_hard(things)
        return weight * (0.25 if easy else 1)

    def note(self, one: Posed) -> None:
        """Remember what was asked."""
        kind, text, answer = one.ask.kind, self.text[one.ask], one.answered.answer
        self.of_kind[kind] += 1
        self.of_text[text] += 1
        self.of_answer[kind, answer] += 1
        self.of_text_answer[text, answer] += 1


def wanted_by(ask: Ask, rng: Random) -> list[Wanted]:
    """The objects that a question names, one of each, so that it makes sense; what it asks about, only every second time."""
    asked_about = ask.form in ("exist", "count") and rng.random() < 0.5
    looks = dict.fromkeys((noun.color, noun.shape) for noun in ask.nouns() if not (asked_about and noun is ask.noun))
    return [look for look in looks if any(look)]
