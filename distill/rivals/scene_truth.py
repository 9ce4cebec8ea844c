"""The label of a question that a rival made up about a drawn scene, where it asks what a scene's own questions can ask."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from vpd.distill.rivals.asking import Known
from vpd.distill.rivals.seen import Seen
from vpd.distill.scenes.questions import DIRECTIONS, Ask, Noun, Place, all_pairs
from vpd.distill.scenes.scene import COLORS, SHAPES, Scene
from vpd.engine.records import Question

__all__ = ["known_in_scenes"]


def known_in_scenes(scenes: Iterable[Scene]) -> Known:
    """Looks a text up among all that a scene can be asked with at most one place; a question that makes no sense has no label."""
    held = {scene.image.sha256: scene for scene in scenes}

    def known(text: str, seen: Seen) -> Question | None:
        ask, scene = askable().get(plain(text)), held.get(seen.image.sha256)
        answered = ask.answer(scene.objects) if ask is not None and scene is not None else None
        if ask is None or answered is None:
            return None
        return Question(
            key=f"{seen.image.sha256[:16]} {plain(text)}",
            text=text,
            image=seen.image,
            kind=ask.kind,
            answer_kind=ask.answer_kind,
            answers=(answered.answer,),
            source="made up, label worked out from the scene",
            split="train",
        )

    return known


def plain(text: str) -> str:
    """A question's text for looking it up: case, blanks, and American or British spelling do not count."""
    return " ".join(text.casefold().replace("colour", "color").split())


@lru_cache(maxsize=1)
def askable() -> dict[str, Ask]:
    """Every question about a colour, a shape, or both, with one place or none, by its text."""
    return {plain(ask.text): ask for ask in asks()}


def asks() -> Iterator[Ask]:
    """All of them; a text that comes twice means the same."""
    looks = [*all_pairs(), *((color, None) for color in COLORS), *((None, shape) for shape in SHAPES), (None, None)]
    anchors = [Place(direction, Noun(*pair)) for direction, pair in product(DIRECTIONS, all_pairs())]
    for look in looks:
        for places in [(), *((place,) for place in anchors)]:
            noun = Noun(look[0], look[1], places)
            yield Ask("exist", "exist", noun)
            yield Ask("count", "count", noun)
            if places and look[0] is None:
                yield Ask("attribute", "color", noun)
            if places and look[1] is None:
                yield Ask("attribute", "shape", noun)
            if places and None not in look:
                yield Ask("relation", "relation", noun)
    for one, other in product(looks, looks):
        if one != other:
            yield Ask("compare", "compare", Noun(*one), Noun(*other))
