"""What can be asked of a scene: nouns, where they stand, and the one true answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vpd.distill.scenes.scene import COLORS, SHAPES, Thing
from vpd.engine.records import AnswerKind

__all__ = ["DIRECTIONS", "Answered", "Ask", "Noun", "Place"]

Direction = Literal["left", "right", "above", "below"]
DIRECTIONS: tuple[Direction, ...] = ("left", "right", "above", "below")
WORDS = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"}
PLURALS = {"circle": "circles", "square": "squares", "triangle": "triangles", "cross": "crosses"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, seen from the one object that `anchor` names."""

    direction: Direction
    anchor: "Noun"

    def phrase(self) -> str:
        """The place in words."""
        return f"{WORDS[self.direction]} the {self.anchor.phrase()}"

    def holds(self, thing: Thing, anchor: Thing) -> bool:
        """Whether the middle of a thing lies on that side of the anchor's."""
        if self.direction == "left":
            return thing.x < anchor.x
        if self.direction == "right":
            return thing.x > anchor.x
        return thing.y < anchor.y if self.direction == "above" else thing.y > anchor.y


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of object, such as "red circles to the left of the blue square"; None where any will do."""

    color: str | None = None
    shape: str | None = None
    places: tuple[Place, ...] = ()

    def phrase(self, *, plural: bool = False, general: str = "shape") -> str:
        """The noun with its places, without an article."""
        return " ".join(filter(None, (self.head(plural=plural, general=general), self.where())))

    def head(self, *, plural: bool = False, general: str = "shape") -> str:
        """Colour and shape in words; `general` stands for any shape."""
        shape = self.shape or general
        return " ".join(filter(None, (self.color, PLURALS.get(shape, f"{shape}s") if plural else shape)))

    def where(self) -> str:
        """The places in words; empty where there are none."""
        return " and ".join(place.phrase() for place in self.places)

    def nouns(self) -> Iterator["Noun"]:
        """This noun and all nouns that its places name."""
        yield self
        for place in self.places:
            yield from place.anchor.nouns()

    def among(self, things: Sequence[Thing]) -> tuple[int, ...] | None:
        """Numbers of the things that it names; None where an anchor is not there exactly once."""
        named = [
            number
            for number, thing in enumerate(things)
            if self.color in (None, thing.color) and self.shape in (None, thing.shape)
        ]
        for place in self.places:
            anchors = place.anchor.among(things)
            if anchors is None or len(anchors) != 1:
                return None
            named = [number for number in named if place.holds(things[number], things[anchors[0]])]
        return tuple(named)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question's answer in a scene, and the objects that it rests on."""

    answer: str
    counted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, the same for all scenes in which it makes sense."""

    kind: str
    form: Literal["exist", "count", "color", "shape", "relation", "compare"]
    noun: Noun
    other: Noun | None = None
    """What is compared with; only of a comparison."""

    @property
    def text(self) -> str:
        """The question in English."""
        noun, head, where = self.noun, self.noun.head(plural=True), self.noun.where()
        if self.form == "exist":
            return f"Is there a {noun.phrase()}?"
        if self.form == "count":
            return f"How many {head} are {where or 'there'}?"
        if self.form == "color":
            return f"What color is the {noun.phrase()}?"
        if self.form == "shape":
            return f"What shape is the {noun.phrase(general='object')}?"
        if self.form == "relation":
            return f"Is the {noun.head()} {where}?"
        return f"Are there more {head} than {self.other.phrase(plural=True) if self.other else ''}?"

    @property
    def answer_kind(self) -> AnswerKind:
        """By which rule an answer is judged."""
        if self.form == "count":
            return AnswerKind.NUMBER
        return AnswerKind.TEXT if self.form in ("color", "shape") else AnswerKind.YES_NO

    def nouns(self) -> Iterator[Noun]:
        """All nouns that the text names."""
        yield from self.noun.nouns()
        if self.other is not None:
            yield from self.other.nouns()

    def pairs(self) -> set[tuple[str, str]]:
        """Colours and shapes that the text names together."""
        return {(noun.color, noun.shape) for noun in self.nouns() if noun.color and noun.shape}

    def answer(self, things: Sequence[Thing]) -> Answered | None:
        """The answer in a scene; None where the question takes for granted what is not so."""
        named = self.noun.among(things)
        if named is None:
            return None
        if self.form == "count":
            return Answered(str(len(named)), named)
        if self.form == "exist":
            return Answered(yes_no(bool(named)), named)
        if self.form == "relation":
            return self.answer_relation(things, named)
        if self.form == "compare":
            others = self.other.among(things) if self.other else None
            if others is None or not (named or others):
                return None
            return Answered(yes_no(len(named) > len(others)), tuple(sorted({*named, *others})))
        if len(named) != 1:
            return None
        return Answered(getattr(things[named[0]], self.form), named)

    def answer_relation(self, things: Sequence[Thing], named: tuple[int, ...]) -> Answered | None:
        """Whether the one object so named stands there; None where it is not there exactly once."""
        subject = Noun(self.noun.color, self.noun.shape).among(things) or ()
        anchors = self.noun.places[0].anchor.among(things) or ()
        if len(subject) != 1 or len(anchors) != 1 or subject == anchors:
            return None
        return Answered(yes_no(bool(named)), (*subject, *anchors))

    def is_hard(self, things: Sequence[Thing]) -> bool:
        """Whether something like what is asked for is there: a "no" or a 0 that colour or shape alone does not give away."""
        return any(self.noun.color == thing.color or self.noun.shape == thing.shape for thing in things)


def yes_no(truth: bool) -> str:  # noqa: FBT001  the value is the argument
    """The answer to a yes-or-no question."""
    return "yes" if truth else "no"


def all_pairs() -> list[tuple[str, str]]:
    """Every colour with every shape."""
    return [(color, shape) for color in COLORS for shape in SHAPES]
