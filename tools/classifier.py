"""Naming what an image mainly shows by ImageNet's thousand labels, with timm (EfficientNet-Lite0, Tan and Le 2019)."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.tools.errors import MissingExtra
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Model, Placement, standing
from vpd.tools.resource import Resource
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Classifier", "Guess", "classifier_tools"]

WEIGHTS = "efficientnet-lite0"
NETWORK, NETWORK_FILE, LABELS_FILE = "tf_efficientnet_lite0", "efficientnet-lite0-57934424.pth", "imagenet_labels.txt"
GUESSES = 5
"""Labels kept of each image."""

Fetch = Callable[[str], Mapping[str, Path]]
"""Gives the files of a catalogue entry by name."""


class Guess(NamedTuple):
    """A label and how sure the network is of it."""

    label: str
    score: float
    """Probability in 0..1."""


class Loaded(NamedTuple):
    """What is in memory together."""

    network: Any
    prepare: Callable[[Any], Any]
    """From a picture to what the network reads."""
    labels: tuple[str, ...]

    def prepared(self, images: Sequence[Image]) -> Any:
        """The images as one tensor, where the network is."""
        import torch  # seconds
        from PIL import Image as Picture

        batch_BCHW = torch.stack([self.prepare(Picture.fromarray(image.pixels)) for image in images])  # noqa: N806  a tensor's name carries its axes
        return batch_BCHW.to(next(self.network.parameters()).device)


class Classifier:
    """The likeliest labels of an image; remembers the last images looked at."""

    def __init__(self, fetch: Fetch, placement: Placement | None = None, device: str = "cpu") -> None:
        model: Model[Loaded] = Model(
            "EfficientNet-Lite0 ImageNet", lambda: load_classifier(fetch, standing(device)), size=19_000_000, device=device
        )
        self.network = Resource(model, placement)
        self.guesses = lru_cache(maxsize=256)(self._guesses)

    def _guesses(self, image: Image) -> tuple[Guess, ...]:
        return self.look([image])[0]

    def look(self, images: Sequence[Image]) -> list[tuple[Guess, ...]]:
        """The likeliest labels of each image, in one pass of the network."""
        with self.network.use() as loaded:
            import torch  # seconds

            with torch.inference_mode():
                best = loaded.network(loaded.prepared(images)).softmax(-1).topk(GUESSES)
            labels = loaded.labels
        rows = zip(best.indices.tolist(), best.values.tolist())
        return [tuple(Guess(labels[place], round(score, 4)) for place, score in zip(*row)) for row in rows]

    def vectors(self, images: Sequence[Image]) -> "NDArray[np.float32]":
        """What the network makes of each image before it names it: one row an image, of length one."""
        with self.network.use() as loaded:
            import torch  # seconds

            with torch.inference_mode():
                features_BCHW = loaded.network.forward_features(loaded.prepared(images))  # noqa: N806  a tensor's name carries its axes
                pooled_BC = loaded.network.forward_head(features_BCHW, pre_logits=True)  # noqa: N806
                vectors: NDArray[np.float32] = torch.nn.functional.normalize(pooled_BC.float(), dim=-1).cpu().numpy()
        return vectors


def load_classifier(fetch: Fetch, device: str) -> Loaded:
    """The network with the catalogue's weights, on its device."""
    try:
        import timm  # brings torch with it: seconds
        import torch
        from timm.data import create_transform, resolve_data_config
    except ImportError as error:
        raise MissingExtra("models", error.name or "timm") from error

    files = fetch(WEIGHTS)
    network = timm.create_model(NETWORK, pretrained=False).eval()
    stored = torch.load(files[NETWORK_FILE], map_location="cpu", weights_only=True)
    # the file has another project's names for the same tensors in the same order; a shape that differs raises
    network.load_state_dict(dict(zip(network.state_dict(), stored.values(), strict=True)))
    labels = tuple(line.split(",")[0].strip() for line in files[LABELS_FILE].read_text("utf-8").splitlines())
    return Loaded(network.to(device), create_transform(**resolve_data_config({}, model=network)), labels)


def classifier_tools(*, device: str = "cpu", fetch: Fetch = weights, placement: Placement | None = None) -> list[Tool]:
    """`classify`."""
    classifier = Classifier(fetch, placement, device)

    @tool(batch=16, timeout=180, weights=(WEIGHTS,), resources=(classifier.network,))
    def classify(image: list[Image]) -> list[str]:
        """The kind of thing the image or region mainly shows, in one or two words: "tabby", "espresso", "sports car"."""
        return [guesses[0].label for guesses in classifier.look(image)]

    return [classify]
