"""What a faultless program would have been told as: the steps to an answer from the truth of a drawn scene."""

from collections.abc import Iterator

from vpd.distill.grid import Grid
from vpd.distill.scenes.questions import Ask, Noun
from vpd.distill.scenes.scene import Scene, describe

__all__ = ["tell_truth"]


def tell_truth(ask: Ask, scene: Scene, grid: Grid) -> list[str]:
    """Sentences: what the question names is listed, and then what of it stands where the question asks."""
    nouns = [ask.noun] if ask.other is None else [ask.noun, ask.other]
    return [sentence for noun in nouns for sentence in tell_noun(noun, scene, grid)]


def tell_noun(noun: Noun, scene: Scene, grid: Grid) -> Iterator[str]:
    """The listing of each anchor and of the noun without its places; then, of those, the ones in their places."""
    for place in noun.places:
        yield from tell_noun(place.anchor, scene, grid)
    yield listing(noun.head(plural=True), Noun(noun.color, noun.shape), scene, grid)
    if noun.places:
        yield listing(noun.where(), noun, scene, grid)


def listing(title: str, noun: Noun, scene: Scene, grid: Grid) -> str:
    """`Red circles: red circle at x3 y5.`, or `Red circles: none.`"""
    found = describe(scene, grid, noun.among(scene.objects) or ())
    return f"{title[:1].upper()}{title[1:]}: {found or 'none'}."
