"""Which pixels are what: things and surroundings by name, outlined by transformers' networks for panoptic segmentation.

Mask2Former (Cheng et al. 2022), MaskFormer, DETR, EoMT. The outlines stay here; a program is given boxes and numbers.
"""

import inspect
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.tools.box import Box
from vpd.tools.coco import match_names, singulars
from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image, ImageRef
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Loaded, Origin, model_of
from vpd.tools.shelf.pictures import pictures_of, sizes_of
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Segment", "segmentation_tools"]

REMEMBERED = 16
"""Pictures whose outlines are kept."""
LEAST_SHARED = 0.5
"""Intersection over union of a region and of an outlined thing's box, from which the region means that thing."""
ADDED = re.compile(r"-(?:other|merged|stuff)\b")
"""What COCO adds to the names of surroundings: `sky-other-merged`."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A thing or surroundings by its outline: where, how many pixels, and how much of the image that was looked at."""

    box: Box
    """Around the part inside the image; its label is the network's name for it."""
    area: int
    """Pixels inside the image that belong to it."""
    share: float
    """The same as a part of all the image's pixels, in 0..1."""


class Outlined(NamedTuple):
    """One outlined thing of a picture."""

    label: str
    score: float
    number: int
    """The value of its pixels in the map."""


class Outlines(NamedTuple):
    """All outlined things of a picture."""

    map_HW: "NDArray[np.int32]"  # noqa: N815  an array's name carries its axes
    """For each pixel the number of what it belongs to."""
    things: tuple[Outlined, ...]


class Outliner:
    """The outlines of whole pictures; several pictures in one pass, each looked at once while it is remembered."""

    def __init__(self, network: Resource[Loaded], threshold: float) -> None:
        self.network = network
        self.threshold = threshold
        """Least confidence in 0..1."""
        self._kept: OrderedDict[ImageRef, Outlines] = OrderedDict()
        self._lock = Lock()

    def outlines(self, refs: Iterable[ImageRef]) -> dict[ImageRef, Outlines]:
        """Of each picture."""
        wanted = list(dict.fromkeys(refs))
        with self._lock:
            found = {ref: self._kept[ref] for ref in wanted if ref in self._kept}
        missing = [ref for ref in wanted if ref not in found]
        if missing:
            with self.network.use() as loaded:
                found |= zip(missing, outline(loaded, [Image(ref) for ref in missing], self.threshold))
        with self._lock:
            for ref in wanted:
                self._kept[ref] = found[ref]
                self._kept.move_to_end(ref)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return found

    def names(self) -> Mapping[str, str]:
        """The network's own names by what people call them."""
        with self.network.use() as loaded:
            return {ADDED.sub("", label.lower()): label for label in loaded.network.config.id2label.values()}


def outline(loaded: Loaded, images: Sequence[Image], threshold: float) -> list[Outlines]:
    """One pass of the network over whole pictures."""
    import numpy as np  # both load with the first use; torch takes seconds
    import torch

    with torch.inference_mode():
        outputs = loaded.network(**loaded.prepared(images=pictures_of(images)))
    for name, value in outputs.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            outputs[name] = value.float()
    read = loaded.processor.post_process_panoptic_segmentation
    # where it is left out, some processors warn that they take no two things for one, which is what is wanted
    none: dict[str, Any] = {"label_ids_to_fuse": set()} if "label_ids_to_fuse" in inspect.signature(read).parameters else {}
    rows = read(outputs, threshold=threshold, target_sizes=sizes_of(images), **none)
    names = loaded.network.config.id2label
    return [
        Outlines(
            np.asarray(row["segmentation"].cpu(), dtype=np.int32),
            tuple(Outlined(names[one["label_id"]], round(one["score"], 4), one["id"]) for one in row["segments_info"]),
        )
        for row in rows
    ]


def segments_in(outlines: Outlines, image: Image, labels: set[str]) -> list[Segment]:
    """What of those names has pixels in the image, the largest first."""
    left, top, right, bottom = (int(edge) for edge in image.frame.corners)
    part_HW = outlines.map_HW[top:bottom, left:right]  # noqa: N806  as above
    found = []
    for thing in outlines.things:
        if thing.label not in labels:
            continue
        rows, columns = (part_HW == thing.number).nonzero()
        if rows.size:
            box = box_around(rows, columns, ADDED.sub("", thing.label), thing.score)
            found.append(Segment(box, int(rows.size), round(rows.size / part_HW.size, 4)))
    return sorted(found, key=lambda segment: -segment.area)


def box_around(rows: "NDArray[np.intp]", columns: "NDArray[np.intp]", label: str, score: float) -> Box:
    """The smallest box around some pixels."""
    left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return Box(float(left), float(top), float(right), float(bottom), label, score)


def pixels_of(outlines: Outlines, region: Box) -> "NDArray[np.bool_]":
    """The pixels of the thing that a region of the whole picture encloses. Raises `ToolFailed` where it encloses none."""
    best: NDArray[np.bool_] | None = None
    most = LEAST_SHARED
    for thing in outlines.things:
        mask_HW: NDArray[np.bool_] = outlines.map_HW == thing.number  # noqa: N806  as above
        rows, columns = mask_HW.nonzero()
        if rows.size and (shared := box_around(rows, columns, thing.label, thing.score).overlap(region)) >= most:
            best, most = mask_HW, shared
    if best is None:
        raise ToolFailed("overlap_of", "no outlined thing fills that region; take the box of one that segment(...) gave")
    return best


def segmentation_tools(
    *,
    model: str = "facebook/mask2former-swin-tiny-coco-panoptic",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    threshold: float = 0.5,
    batch: int = 4,
    placement: Placement | None = None,
) -> list[Tool]:
    """`segment` and `overlap_of`; whole pictures are looked at, whatever regions are asked for."""
    origin = Origin(model, revision, device, dtype)
    network = Resource(model_of(origin, "AutoModelForUniversalSegmentation", "AutoImageProcessor"), placement)
    outliner, version = Outliner(network, threshold), f"1-{origin.version}-{threshold:g}"

    def meant(name: str) -> set[str]:
        """The classes that a name stands for."""
        plain, known = " ".join(name.lower().split()), outliner.names()
        chosen = {known[form] for form in (plain, *singulars(plain), *match_names(name)) if form in known}
        if not chosen:
            told = ", ".join(sorted(known)[:12])
            raise ToolFailed("segment", f"there is no word for {name[:60]!r} among the {len(known)} it knows, such as {told}")
        return chosen

    @tool(version=version, batch=batch, timeout=180, resources=(network,))
    def segment(image: list[Image], object_name: list[str]) -> list[list[Segment]]:
        """Things or surroundings (sky, grass, road) of that name by their outlines, the largest first.

        Each has `box`, `area` in pixels and `share`, its part of the image from 0 to 1.
        """
        labels = [meant(name) for name in object_name]
        found = outliner.outlines(one.ref for one in image)
        return [segments_in(found[one.ref], one, wanted) for one, wanted in zip(image, labels, strict=True)]

    @tool(version=version, timeout=180, resources=(network,))
    def overlap_of(image: Image, other: Image) -> float:
        """How much of the thing in the first region lies inside the second, from 0 to 1, by its outline."""
        if image.ref.sha256 != other.ref.sha256:
            raise ToolFailed("overlap_of", "the two regions are of different pictures")
        mask_HW = pixels_of(outliner.outlines([image.ref])[image.ref], image.frame)  # noqa: N806  as above
        left, top, right, bottom = (int(edge) for edge in other.frame.corners)
        return round(float(mask_HW[top:bottom, left:right].sum() / mask_HW.sum()), 4)

    return [segment, overlap_of]
