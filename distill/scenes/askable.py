"""All that a scene can be asked with at most one place, by its text: questions that come as text alone are known again."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from vpd.distill.scenes.questions import DIRECTIONS, Ask, Noun, Place, all_pairs
from vpd.distill.scenes.scene import COLORS, SHAPES

__all__ = ["ask_of_text", "plain"]


def ask_of_text(text: str) -> Ask | None:
    """The question that is asked in these words; None where no scene is asked that, or only with several places."""
    return askable().get(plain(text))


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
