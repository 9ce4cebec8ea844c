"""How alike two images or regions look: the cosine of what a classifier makes of them before it names them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.tools.classifier import WEIGHTS, Classifier
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["feature_tools", "similarity_tool"]


def similarity_tool(
    vectors: "Callable[[Sequence[Image]], NDArray[np.float32]]",
    network: Resource[Any],
    *,
    version: str = "1",
    batch: int = 16,
    weights: tuple[str, ...] = (),
) -> Tool:
    """`similarity` by a function that gives one row of length one an image; each image of a batch is looked at once."""

    @tool(version=version, batch=batch, timeout=180, weights=weights, resources=(network,))
    def similarity(image: list[Image], other: list[Image]) -> list[float]:
        """How alike two images or regions look, 1 for the same; compare it with that of others: which pair is more alike."""
        places = {one: place for place, one in enumerate(dict.fromkeys([*image, *other]))}
        rows = vectors(list(places))
        return [round(min(1.0, float(rows[places[one]] @ rows[places[two]])), 4) for one, two in zip(image, other, strict=True)]

    return similarity


def feature_tools(
    *, device: str = "cpu", fetch: Callable[[str], Mapping[str, Path]] = weights, placement: Placement | None = None
) -> list[Tool]:
    """`similarity` by the classifier's network (EfficientNet-Lite0), of which there is one copy for both."""
    classifier = Classifier(fetch, placement, device)
    return [similarity_tool(classifier.vectors, classifier.network, weights=(WEIGHTS,))]
