"""How well texts fit images, by models taught both (CLIP, Radford et al. 2021; SigLIP, Zhai et al. 2023)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Loaded, Origin, model_of
from vpd.tools.shelf.pictures import pictures_of
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["matching_tools"]


def matching_tools(
    *,
    model: str = "google/siglip-base-patch16-224",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    batch: int = 16,
    placement: Placement | None = None,
) -> list[Tool]:
    """`best_text_match`, `best_image_match` and `verify_property` by one model."""
    origin = Origin(model, revision, device, dtype)
    matcher = Resource(model_of(origin, "AutoModel"), placement)
    version = f"1-{origin.version}"

    def likeness(images: Sequence[Image], texts: Sequence[str]) -> "NDArray[np.float32]":
        with matcher.use() as loaded:
            return likeness_of(loaded, images, texts)

    def likest(images: Sequence[Image], texts: Sequence[Sequence[str]]) -> list[int]:
        """For each image the place of the text among its own that fits best; one pass over all images and texts."""
        columns = {text: place for place, text in enumerate(dict.fromkeys(text for own in texts for text in own))}
        scores = likeness(images, list(columns))
        return [int(row[[columns[text] for text in own]].argmax()) for row, own in zip(scores, texts, strict=True)]

    @tool(version=version, batch=batch, resources=(matcher,))
    def best_text_match(
        image: list[Image],
        option_list: list[list[str]],
        prefix: list[str | None] = None,  # type: ignore[assignment]  # noqa: RUF013  a batch form's default is that of one request
    ) -> list[str]:
        """Which of the options fits the image or region best: best_text_match(image, ["a cat", "a dog"])."""
        if not all(option_list):
            raise ToolFailed("best_text_match", "there is no option to choose from")
        texts = [[f"{start or 'a photo of'} {option}" for option in own] for own, start in zip(option_list, prefix, strict=True)]
        return [own[place] for own, place in zip(option_list, likest(image, texts), strict=True)]

    @tool(version=version, batch=batch, resources=(matcher,))
    def verify_property(image: list[Image], object_name: list[str], property: list[str]) -> list[bool]:  # noqa: A002  ViperGPT's name
        """Whether the object in the region has the property: verify_property(find(image, "dog")[0], "dog", "wet")."""
        texts = [
            (f"a photo of a {name}", f"a photo of a {special} {name}")
            for name, special in zip(object_name, property, strict=True)
        ]
        return [place == 1 for place in likest(image, texts)]

    @tool(version=version, cacheable=False, resources=(matcher,))  # an image cannot be kept in a cache of texts
    def best_image_match(list_patches: list[Image], content: list[str], return_index: bool = False) -> Image | int:  # noqa: FBT001, FBT002  the form is ViperGPT's
        """Which of the images or regions fits the texts best, or its place in the list with return_index=True."""
        if not list_patches or not content:
            raise ToolFailed("best_image_match", "needs at least one image and one text")
        place = int(likeness(list_patches, content).mean(axis=1).argmax())
        return place if return_index else list_patches[place]

    return [best_text_match, best_image_match, verify_property]


def likeness_of(loaded: Loaded, images: Sequence[Image], texts: Sequence[str]) -> "NDArray[np.float32]":
    """The model's score for each image (row) and text (column); higher fits better, and only scores of one row compare."""
    import torch  # seconds

    # SigLIP was taught with texts filled up to its full length, and reads others badly
    padding = "max_length" if loaded.network.config.model_type.startswith("siglip") else True
    inputs = loaded.prepared(images=pictures_of(images), text=list(texts), padding=padding, truncation=True)
    with torch.inference_mode():
        scores: NDArray[np.float32] = loaded.network(**inputs).logits_per_image.float().cpu().numpy()
    return scores
