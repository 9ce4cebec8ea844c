"""Which text fits an image, without a model that was taught both: a classifier's labels compared with the texts.

A stand-in for CLIP from small parts, and not CLIP: it knows what a thing is as far as ImageNet's thousand labels say so,
and nothing of actions, moods or how things lie.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vpd.tools.classifier import WEIGHTS as CLASSIFIER
from vpd.tools.classifier import Classifier
from vpd.tools.colour import COLOURS, color_named, color_of, has_color
from vpd.tools.errors import ToolFailed
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.text_encoder import WEIGHTS as ENCODER
from vpd.tools.text_encoder import TextEncoder
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["text_match_tools"]


def text_match_tools(
    *, device: str = "cpu", fetch: Callable[[str], Mapping[str, Path]] = weights, placement: Placement | None = None
) -> list[Tool]:
    """`best_text_match`, `best_image_match` and `verify_property`, as far as small models carry."""
    classifier, encoder = Classifier(fetch, placement, device), TextEncoder(fetch, placement, device)
    both = (classifier.network, encoder.network)

    def vector_of(image: Image) -> "NDArray[np.float32]":
        guesses = classifier.guesses(image)
        vectors = encoder.vectors([f"a photo of a {guess.label}" for guess in guesses])
        summed: NDArray[np.float32] = sum(guess.score * vector for guess, vector in zip(guesses, vectors))
        return summed

    @tool(timeout=180, weights=(CLASSIFIER, ENCODER), resources=both)
    def best_text_match(image: Image, option_list: list[str], prefix: str | None = None) -> str:
        """Which option says best what the image or region mainly shows: best_text_match(image, ["a cat", "a dog"])."""
        named = [color_named(option) for option in option_list]
        if len(set(named) - {None}) == len(option_list):  # a question of color, which pixels answer
            seen = color_of.run(image)
            if seen in named:
                return option_list[named.index(seen)]
        return option_list[
            closest(vector_of(image), encoder.vectors([f"{prefix or 'a photo of'} {option}" for option in filled(option_list)]))
        ]

    @tool(
        timeout=180, weights=(CLASSIFIER, ENCODER), resources=both, cacheable=False
    )  # an image cannot be kept in a cache of texts
    def best_image_match(list_patches: list[Image], content: list[str], return_index: bool = False) -> Image | int:  # noqa: FBT001, FBT002  the form is ViperGPT's
        """Which of the images or regions mainly shows what the texts say, or its place in the list with return_index=True."""
        if not list_patches or not content:
            raise ToolFailed("best_image_match", "needs at least one image and one text")
        texts = encoder.vectors([f"a photo of {text}" for text in content])
        place = max(range(len(list_patches)), key=lambda at: float((texts @ vector_of(list_patches[at])).mean()))
        return place if return_index else list_patches[place]

    @tool(version="2")
    def verify_property(image: Image, object_name: str, property: str) -> bool:  # noqa: A002, ARG001  ViperGPT's names
        """Whether the object in the region has that color: verify_property(find(image, "car")[0], "car", "red")."""
        color = color_named(property)
        if color is None:
            raise ToolFailed("verify_property", f"tells colors only ({', '.join(COLOURS)}), and {property[:60]!r} is none")
        return has_color(image, color)

    return [best_text_match, best_image_match, verify_property]


def filled(options: Sequence[str]) -> Sequence[str]:
    """The options, of which there must be one at least."""
    if not any(option.strip() for option in options):
        raise ToolFailed("best_text_match", "there is no option to choose from")
    return options


def closest(vector: "NDArray[np.float32]", rows: "NDArray[np.float32]") -> int:
    """The row most like the vector."""
    return int((rows @ vector).argmax())
