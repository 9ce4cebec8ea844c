"""A caption made of what a detector finds: what stands in for a captioner where no captioner's weights can be had."""

from collections import Counter
from collections.abc import Iterable

from vpd.tools.detector import SLOWEST, WEIGHTS, Detector, Fetch
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.tool import Tool, tool

__all__ = ["caption_of", "caption_tools"]


def caption_of(labels: Iterable[str]) -> str:
    """Labels counted, the most frequent first: "2 person, 1 umbrella"."""
    counts = Counter(labels)
    told = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} {label}" for label, count in told) or "nothing that is known"


def caption_tools(*, threshold: float = 0.5, fetch: Fetch = weights, placement: Placement | None = None) -> list[Tool]:
    """`image_caption` over the detector's network, one copy for both; `threshold` is the least confidence in 0..1."""
    detector = Detector(threshold, fetch, placement)

    @tool(version=f"1-{threshold:g}", timeout=SLOWEST, weights=(WEIGHTS,), resources=(detector.network,))
    def image_caption(image: Image) -> str:
        """What the image or region shows: the everyday things in it, counted."""
        return caption_of(box.label for box in detector.detect(image))

    return [image_caption]
