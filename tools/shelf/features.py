"""How alike two images or regions look, by any network of timm (features of DINOv2: Oquab et al. 2023)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.tools.errors import MissingExtra, WeightsError
from vpd.tools.features import similarity_tool
from vpd.tools.image import Image
from vpd.tools.placement import Model, Placement, standing
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Origin
from vpd.tools.shelf.pictures import pictures_of
from vpd.tools.tool import Tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["feature_tools"]


class Embedder(NamedTuple):
    """What is in memory together."""

    network: Any
    """A timm model without its last layer."""
    prepare: Callable[[Any], Any]
    """From a picture to what the network reads."""


def feature_tools(
    *,
    model: str = "timm/vit_small_patch14_dinov2.lvd142m",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    batch: int = 16,
    placement: Placement | None = None,
) -> list[Tool]:
    """`similarity` by a timm model of the hub, or of a folder with timm's `config.json` and `model.safetensors`."""
    origin = Origin(model, revision, device, dtype)
    embedder = Model(f"timm {origin.version}", lambda: load_timm(origin), origin.size, device)
    network: Resource[Embedder] = Resource(embedder, placement)

    def vectors(images: Sequence[Image]) -> "NDArray[np.float32]":
        with network.use() as loaded:
            return vectors_of(loaded, images)

    return [similarity_tool(vectors, network, version=f"1-{origin.version}", batch=batch)]


def vectors_of(loaded: Embedder, images: Sequence[Image]) -> "NDArray[np.float32]":
    """One row an image, of length one."""
    import torch  # seconds

    some = next(loaded.network.parameters())
    batch_BCHW = torch.stack([loaded.prepare(picture) for picture in pictures_of(images)])  # noqa: N806  a tensor's name carries its axes
    with torch.inference_mode():
        features_BC = loaded.network(batch_BCHW.to(some.device, some.dtype)).float()  # noqa: N806
    vectors: NDArray[np.float32] = torch.nn.functional.normalize(features_BC, dim=-1).cpu().numpy()
    return vectors


def load_timm(origin: Origin) -> Embedder:
    """Load by timm's own functions, tensors only. Raises `MissingExtra`, `WeightsError`."""
    try:
        import timm  # brings torch with it: seconds
        import torch
        from timm.data import create_transform, resolve_data_config
    except ImportError as error:
        raise MissingExtra("models", error.name or "timm") from error

    local = Path(origin.model).is_dir()
    name = f"local-dir:{origin.model}" if local else f"hf-hub:{origin.model}@{origin.revision}"
    try:
        network = timm.create_model(name, pretrained=True, num_classes=0)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        why = " ".join(str(error).split())[:300]
        message = f"{origin.model} cannot be loaded by timm ({why})"
        raise WeightsError(message) from error
    prepare = create_transform(**resolve_data_config({}, model=network))
    return Embedder(network.to(standing(origin.device), getattr(torch, origin.precision)).eval(), prepare)
