"""The outline of whatever a region encloses, by a network that is shown the region (SAM: Kirillov et al. 2023; SAM 2)."""

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

__all__ = ["outline_tools"]


def outline_tools(
    *,
    model: str = "facebook/sam-vit-base",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    batch: int = 16,
    placement: Placement | None = None,
) -> list[Tool]:
    """`area_of` and `overlap_of` for any region, whoever found it; all regions of one picture take one pass."""
    origin = Origin(model, revision, device, dtype)
    network = Resource(model_of(origin, "AutoModelForMaskGeneration"), placement)
    version = f"1-{origin.version}"

    def outlines(images: Sequence[Image]) -> "list[NDArray[np.bool_]]":
        """A mask for each region, each picture embedded once."""
        found: dict[Image, NDArray[np.bool_]] = {}
        with network.use() as loaded:
            for ref in dict.fromkeys(image.ref for image in images):
                regions = list(dict.fromkeys(image for image in images if image.ref == ref))
                found |= zip(regions, outlines_of(loaded, Image(ref), regions))
        return [found[image] for image in images]

    @tool(version=version, batch=batch, timeout=180, resources=(network,))
    def area_of(image: list[Image]) -> list[int]:
        """How many pixels the thing in the region has, by its outline; the region itself has width times height."""
        return [int(mask.sum()) for mask in outlines(image)]

    @tool(version=version, batch=batch, timeout=180, resources=(network,))
    def overlap_of(image: list[Image], other: list[Image]) -> list[float]:
        """How much of the thing in the first region lies inside the second, from 0 to 1, by its outline."""
        shares = []
        if any(one.ref.sha256 != two.ref.sha256 for one, two in zip(image, other, strict=True)):
            raise ToolFailed("overlap_of", "the two regions are of different pictures")
        for mask, two in zip(outlines(image), other, strict=True):
            left, top, right, bottom = (int(edge) for edge in two.frame.corners)
            if not mask.any():
                raise ToolFailed("overlap_of", "nothing in the first region could be outlined")
            shares.append(round(float(mask[top:bottom, left:right].sum() / mask.sum()), 4))
        return shares

    return [area_of, overlap_of]


def outlines_of(loaded: Loaded, picture: Image, regions: Sequence[Image]) -> "list[NDArray[np.bool_]]":
    """For each region of a picture a mask of the whole picture, True inside of the region's thing."""
    import torch  # seconds

    boxes = [[list(region.frame.corners) for region in regions]]
    inputs = loaded.processor(images=pictures_of([picture]), input_boxes=boxes, return_tensors="pt")
    sizes = {name: inputs.pop(name) for name in ("original_sizes", "reshaped_input_sizes") if name in inputs}
    there = {name: value.to(loaded.network.device, loaded.network.dtype) for name, value in inputs.items()}
    with torch.inference_mode():
        masks = loaded.network(**there, multimask_output=False).pred_masks.float().cpu()
    (rows,) = loaded.processor.post_process_masks(masks, **sizes)
    return [row[0].numpy() for row in rows]
