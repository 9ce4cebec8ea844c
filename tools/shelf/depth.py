"""How far things are, from one picture (DPT, Ranftl et al. 2021; Depth Anything, Yang et al. 2024)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vpd.tools.image import Image, ImageRef
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Loaded, Origin, model_of
from vpd.tools.shelf.pictures import pictures_of, sizes_of
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["depth_tools"]

NEAREST = 1e-3
"""Least inverse depth that is turned over, so that what is endlessly far has a number."""


def depth_tools(
    *,
    model: str = "depth-anything/Depth-Anything-V2-Small-hf",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    placement: Placement | None = None,
) -> list[Tool]:
    """`compute_depth`; the whole picture is looked at once, whatever regions are asked for."""
    origin = Origin(model, revision, device, dtype)
    estimator = Resource(model_of(origin, "AutoModelForDepthEstimation", "AutoImageProcessor"), placement)

    @lru_cache(maxsize=16)
    def whole(ref: ImageRef) -> "NDArray[np.float32]":
        with estimator.use() as loaded:
            return farness_of(loaded, Image(ref))

    @tool(version=f"1-{origin.version}", resources=(estimator,))
    def compute_depth(image: Image) -> float:
        """How far away the region is, the median over it; larger is farther, and only numbers of one picture compare."""
        left, top, right, bottom = (int(edge) for edge in image.frame.corners)
        region = sorted(whole(image.ref)[top:bottom, left:right].ravel().tolist())
        return float(region[len(region) // 2])

    return [compute_depth]


def farness_of(loaded: Loaded, image: Image) -> "NDArray[np.float32]":
    """A number a pixel that grows with the distance: metres where the model gives metres, else one over its inverse depth."""
    import torch  # seconds

    with torch.inference_mode():
        outputs: Any = loaded.network(**loaded.prepared(images=pictures_of([image])))
    outputs.predicted_depth = outputs.predicted_depth.float()
    (row,) = loaded.processor.post_process_depth_estimation(outputs, target_sizes=sizes_of([image]))
    depth_HW = row["predicted_depth"].cpu()  # noqa: N806  height, width
    if getattr(loaded.network.config, "depth_estimation_type", "relative") != "metric":
        depth_HW = 1 / depth_HW.clamp(min=NEAREST)  # noqa: N806
    farness: NDArray[np.float32] = depth_HW.numpy()
    return farness
