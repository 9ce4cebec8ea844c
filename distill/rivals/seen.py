"""What a rival is told of a picture: boxes with labels, captions and words; and the same as facts to hold its text against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vpd.distill.grid import Grid
from vpd.distill.rationales.regions import box_of_region, regions_in
from vpd.distill.scenes.scene import Scene
from vpd.engine.records import Isolation, ToolCall, Trace
from vpd.tools.box import Box
from vpd.tools.image import ImageRef

__all__ = ["Seen", "seen_by_tools", "seen_in_scenes"]

TEXTS = {"image_caption": "Caption", "read_text": "Words in the picture"}
"""Tools that say something of the whole picture in words, and how a rival is told of it."""
SAME = 0.7
"""Least overlap (intersection over union) of two boxes that are one thing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of one picture without a program."""

    image: ImageRef
    things: tuple[Box, ...] = ()
    """From left to right, in pixels."""
    texts: tuple[tuple[str, str], ...] = ()
    """Tool and what it said."""

    def write(self, grid: Grid) -> str:
        """As a rival reads it."""
        size = self.image.width, self.image.height
        lines = [f"{TEXTS[tool]}: {' '.join(text.split()) or 'none'}" for tool, text in self.texts]
        lines.append("Objects:" if self.things else "Objects: none")
        return "\n".join([*lines, *(f"{thing.label} at {grid.write(thing, *size)}" for thing in self.things)])

    def as_trace(self) -> Trace:
        """The same as a trace of calls, for grounding: one search that found everything, and one call for each text."""
        whole = {"region": [0.0, 0.0, float(self.image.width), float(self.image.height)], "label": "", "from": None}
        found = [{"region": list(thing.corners), "label": thing.label, "score": thing.score} for thing in self.things]
        asked: list[tuple[str, dict[str, Any], Any]] = [("find", {"image": whole, "object_name": "object"}, found)]
        asked += [(tool, {"image": whole}, text) for tool, text in self.texts]
        return Trace(
            program="seen",
            source="",
            image=self.image,
            image_sha256=self.image.sha256,
            tools=(),
            isolation=Isolation.PROCESS,
            calls=tuple(
                ToolCall(number=number, line=None, tool=tool, arguments=given, result=result)
                for number, (tool, given, result) in enumerate(asked)
            ),
        )


def seen_in_scenes(scenes: Iterable[Scene]) -> dict[str, Seen]:
    """By a picture's digest, the true listing of each scene: what people's boxes are to the data set that LLaVA starts from."""
    return {scene.image.sha256: Seen(scene.image, tuple(thing.box for thing in scene.objects)) for scene in scenes}


def seen_by_tools(traces: Iterable[Trace]) -> dict[str, Seen]:
    """By a picture's digest, all that the tools said of it in any program of the run: nothing is looked at again.

    Pictures on which no call succeeded are left out.
    """
    images: dict[str, ImageRef] = {}
    boxes: dict[str, list[Box]] = defaultdict(list)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for trace in traces:
        for call in trace.calls:
            if call.failure is not None:
                continue
            images[trace.image_sha256] = trace.image
            if isinstance(call.result, str) and call.tool in TEXTS and is_of_whole(call):
                texts[trace.image_sha256].setdefault(call.tool, call.result)
            for region in regions_in(call.result):
                if region.get("label"):
                    add_box(boxes[trace.image_sha256], box_of_region(region), str(region["label"]), region.get("score"))
    return {
        digest: Seen(image, tuple(sorted(boxes[digest], key=lambda box: box.centre)), tuple(sorted(texts[digest].items())))
        for digest, image in images.items()
    }


def is_of_whole(call: ToolCall) -> bool:
    """Whether a call looked at the whole picture."""
    return not any(region.get("from") for value in call.arguments.values() for region in regions_in(value))


def add_box(boxes: list[Box], box: Box, label: str, score: Any) -> None:
    """Add a box, unless it is there already; of two names for one thing the one that says more stays."""
    named = Box(*box.corners, label, score if isinstance(score, float) else 1.0)
    for place, other in enumerate(boxes):
        words, others = set(label.lower().split()), set(other.label.lower().split())
        if other.overlap(box) >= SAME and (words <= others or others <= words):
            if words > others:
                boxes[place] = named
            return
    boxes.append(named)
