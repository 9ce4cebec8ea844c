"""The host's own account of what a program holds: regions and records by number, with the call that each came from."""

import dataclasses
import math
from typing import Any

from vpd.engine.characters import clean
from vpd.engine.sandbox.confined.wire import (
    RecordId,
    RecordSpec,
    RegionId,
    RegionSpec,
    Value,
    WireError,
    record_extension,
    region_extension,
)
from vpd.tools.box import Box
from vpd.tools.image import Image

__all__ = ["Table"]

MOST_PARTS, DEEPEST = 20_000, 60
"""Of any value that a child sends."""
LONGEST_LABEL = 200
"""Characters of a region's label: detectors give back the words that a program looked for, however many."""
MOST_REGIONS = 100_000
"""Of one run."""


class Table:
    """What the host issued in one run; the child names it by number and is believed nothing else."""

    def __init__(self, image: Image) -> None:
        self.images: list[Image] = [dataclasses.replace(image, origin=None)]
        self.records: list[tuple[Any, int]] = []
        """Each value that a tool gave as a record, and the call."""

    def whole(self) -> RegionSpec:
        """What the child is told of the picture itself."""
        return self.specify(0)

    def specify(self, number: int) -> RegionSpec:
        """What the child is told of a region."""
        image = self.images[number]
        box = image.box or image.frame
        left, top, right, bottom = edges_of(box)
        return RegionSpec(number, left, top, right, bottom, label_of(box), float(box.score))

    def image(self, reference: RegionId) -> Image:
        """The region of a number. Raises `WireError` where no such number was issued."""
        if reference.number >= len(self.images):
            message = f"region {reference.number} was never issued"
            raise WireError(message)
        return self.images[reference.number]

    def record(self, reference: RecordId) -> tuple[Any, int]:
        """The record of a number, and the call that gave it. Raises `WireError`."""
        if reference.number >= len(self.records):
            message = f"record {reference.number} was never issued"
            raise WireError(message)
        return self.records[reference.number]

    def plain(self, value: Any) -> Any:
        """What a child sent as plain JSON, regions and records in full. Raises `WireError` for what no child may send."""
        return self.walk(value, [MOST_PARTS], 0)

    def walk(self, value: Any, left: list[int], depth: int) -> Any:
        """`plain` with what is left of its budget."""
        left[0] -= 1
        if left[0] < 0 or depth > DEEPEST:
            message = f"a value of more than {MOST_PARTS} parts or deeper than {DEEPEST}"
            raise WireError(message)
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else str(value)
        if kind is list:
            return [self.walk(item, left, depth + 1) for item in value]
        if kind is dict:
            if not all(type(key) is str for key in value):
                message = "a dict with keys that are no text"
                raise WireError(message)
            return {key: self.walk(item, left, depth + 1) for key, item in value.items()}
        if kind is RegionId:
            return region_as_json(self.image(value))
        if kind is RecordId:
            left[0] -= 100
            return plain_result(self.record(value)[0])
        message = f"a value of kind {kind.__name__}"
        raise WireError(message)

    def origins(self, value: Any) -> set[int]:
        """Numbers of the calls that gave the regions and records in a value that `plain` has passed."""
        if type(value) is RegionId:
            origin = self.image(value).origin
            return set() if origin is None else {origin[0]}
        if type(value) is RecordId:
            return {self.record(value)[1]}
        parts = value if type(value) is list else value.values() if type(value) is dict else ()
        return {number for part in parts for number in self.origins(part)}


class Issue:
    """One result on its way to the child: regions and records get numbers, boxes get the whole picture's coordinates."""

    def __init__(self, table: Table, call: int, frame: Box | None) -> None:
        self.table, self.call, self.frame = table, call, frame
        self.place = 0
        self.regions: list[RegionSpec] = []
        self.new_records: list[RecordSpec] = []

    def value(self, result: Any) -> tuple[Value, Any]:
        """The result as it travels, and as the record of the call holds it."""
        travelling, recorded = self.walk(result)
        return Value(travelling, self.regions, self.new_records), recorded

    def region(self, image: Image) -> tuple[Any, Any]:
        """A region of the picture, new or the same."""
        if image.ref.sha256 != self.table.images[0].ref.sha256:
            message = "it gave a region of another picture"
            raise TypeError(message)
        if len(self.table.images) >= MOST_REGIONS:
            message = f"more than {MOST_REGIONS} regions in one run"
            raise TypeError(message)
        issued = Image(image.ref, image.box, (self.call, self.place))
        self.place += 1
        number = len(self.table.images)
        self.table.images.append(issued)
        spec = self.table.specify(number)
        if not all(map(math.isfinite, (spec.left, spec.top, spec.right, spec.bottom, spec.score))):
            message = "it gave a box with an edge or score that is no finite number"
            raise TypeError(message)
        self.regions.append(spec)
        return region_extension(number), region_of_result(issued)

    def walk(self, result: Any) -> tuple[Any, Any]:
        """Both forms of a value. Raises `TypeError` for what cannot travel."""
        if isinstance(result, Box):
            moved = result if self.frame is None else result.moved(self.frame.left, self.frame.top)
            return self.region(Image(self.table.images[0].ref, moved))
        if isinstance(result, Image):
            return self.region(result)
        if isinstance(result, list | tuple):
            pairs = [self.walk(item) for item in result]
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if isinstance(result, dict):
            both = {clean(key): self.walk(item) for key, item in result.items()}
            return {key: pair[0] for key, pair in both.items()}, {key: pair[1] for key, pair in both.items()}
        if dataclasses.is_dataclass(result) and not isinstance(result, type):
            both = {field.name: self.walk(getattr(result, field.name)) for field in dataclasses.fields(result)}
            number = len(self.table.records)
            self.table.records.append((result, self.call))
            fields = {name: pair[0] for name, pair in both.items()}
            self.new_records.append(RecordSpec(number, type(result).__name__, fields))
            return record_extension(number), {name: pair[1] for name, pair in both.items()}
        return plain_leaf(result)


def plain_leaf(result: Any) -> tuple[Any, Any]:
    """A text, number, truth or None, as it travels and as it is recorded."""
    if isinstance(result, str):
        text = clean(result)
        return text, text
    if result is None or isinstance(result, bool):
        return result, result
    if isinstance(result, int):
        if not -(1 << 63) <= result < 1 << 63:
            message = "it gave a number of more than 64 bits"
            raise TypeError(message)
        return int(result), int(result)
    if isinstance(result, float):
        return float(result), float(result) if math.isfinite(result) else str(result)
    message = f"it gave a {type(result).__name__}"
    raise TypeError(message)


def label_of(box: Box) -> str:
    """A region's label, cut where it is long."""
    label = clean(box.label)
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def edges_of(box: Box) -> tuple[int | float, ...]:
    """Left, top, right, bottom as plain numbers: whole ones stay whole, for programs write them down."""
    return tuple(int(edge) if isinstance(edge, int) else float(edge) for edge in box.corners)


def region_as_json(image: Image) -> dict[str, Any]:
    """A region as a call's arguments, a step and an answer hold it."""
    box = image.box or image.frame
    origin = None if image.origin is None else list(image.origin)
    return {"region": list(edges_of(box)), "label": label_of(box), "from": origin}


def region_of_result(image: Image) -> dict[str, Any]:
    """A region as a call's result holds it."""
    box = image.box or image.frame
    return {"region": list(edges_of(box)), "label": label_of(box), "score": float(box.score)}


def plain_result(result: Any) -> Any:
    """A record that a tool gave, as plain JSON."""
    if isinstance(result, Box):
        return region_of_result(Image(None, result))  # type: ignore[arg-type]  # the picture is not asked for
    if isinstance(result, list | tuple):
        return [plain_result(item) for item in result]
    if isinstance(result, dict):
        return {clean(key): plain_result(item) for key, item in result.items()}
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {field.name: plain_result(getattr(result, field.name)) for field in dataclasses.fields(result)}
    return plain_leaf(result)[1]
