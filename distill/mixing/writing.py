"""The chosen rows as one file, in their order, with a split and an id of their own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from vpd.distill.mixing.choose import is_validation
from vpd.distill.mixing.rows import Source
from vpd.distill.mixing.screen import Asking
from vpd.distill.mixing.settings import MixSettings
from vpd.distill.mixing.tally import Tally
from vpd.distill.mixing.training_set import TRAIN
from vpd.distill.records import TrainingExample
from vpd.engine.picture_paths import seen_from
from vpd.engine.record import sha256_of

__all__ = ["noted_settings", "write_examples"]


def write_examples(path: Path, out: Path, sources: list[Source], chosen: list[Asking], settings: MixSettings) -> Tally:
    """The chosen rows in their order. They are written as they come and put in order on the disk: memory holds places only."""
    wanted = {(row.source, row.place): (number, at) for number, one in enumerate(chosen) for at, row in enumerate(one.rows)}
    tally, owners = Tally(), dict[str, tuple[str, str]]()
    places = list[tuple[tuple[int, int], int, int]]()
    unsorted = path.with_suffix(".unsorted")
    with unsorted.open("wb") as file:
        for order, example in wanted_of(sources, wanted):
            split = "validation" if is_validation(example.image.sha256, settings) else TRAIN
            placed = {"split": split, "image": seen_from(example.image, out), "question": name_of(example, owners)}
            row = example.model_copy(update=placed)
            tally.add(row)
            line = row.to_line().encode() + b"\n"
            places.append((order, file.tell(), len(line)))
            file.write(line)
    with unsorted.open("rb") as held, path.open("wb") as file:
        for _, start, length in sorted(places):
            held.seek(start)
            file.write(held.read(length))
    unsorted.unlink()
    return tally


def wanted_of(
    sources: list[Source], wanted: Mapping[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], TrainingExample]]:
    """The wanted examples as the sources have them, each with its place in the set."""
    for source in sources:
        for place, example in enumerate(source.examples()):
            if (source.number, place) in wanted:
                yield wanted[source.number, place], example


def name_of(example: TrainingExample, owners: dict[str, tuple[str, str]]) -> str:
    """The question's id in the set: its own, unless another picture's question has it, as in drawn data sets of two seeds.

    `provenance` keeps the id by which its run knows it.
    """
    asks = (example.image.sha256, str(example.provenance.get("asked", example.messages[-2].content)))
    if owners.setdefault(example.question, asks) == asks:
        return example.question
    return sha256_of([example.question, *asks])[:20]


def noted_settings(settings: MixSettings, out: Path) -> str:
    """The settings as JSON, paths of sources as the set's folder sees them."""
    sources = tuple(one.model_copy(update={"path": os.path.relpath(one.path, out)}) for one in settings.sources)
    return settings.model_copy(update={"sources": sources}).model_dump_json(indent=2)
