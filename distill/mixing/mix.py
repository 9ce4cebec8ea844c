"""Mix: from the examples of several runs to one set with its card and its manifest."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vpd.distill.errors import RunError
from vpd.distill.manifest import described, versions
from vpd.distill.mixing.card import write_card
from vpd.distill.mixing.choose import choose, in_order, is_validation
from vpd.distill.mixing.rows import Source
from vpd.distill.mixing.screen import Asking, Dropped, screen
from vpd.distill.mixing.settings import MixSettings
from vpd.distill.mixing.summary import SourceSummary, summarise
from vpd.distill.mixing.tally import Mixed, Tally
from vpd.distill.mixing.training_set import CARD, EXAMPLES, MANIFEST, SETTINGS, TRAIN, digests_in
from vpd.distill.records import TrainingExample
from vpd.distill.run_directory import write_text
from vpd.distill.whole_folder import whole_folder
from vpd.engine.record import sha256_of
from vpd.tools.image import ImageRef

__all__ = ["mix"]


def mix(
    out: Path,
    settings: MixSettings,
    *,
    excluded: Iterable[Path] = (),
    licences: Mapping[str, str] | None = None,
    replace: bool = False,
) -> Mixed:
    """Write a set to `out`, whole or not at all: examples, card, settings, manifest.

    Raises `RunError` where a source is none, nothing is left, or `out` is taken; `JournalError` for a broken file of records.
    """
    excluded = tuple(excluded)
    with whole_folder(out, SETTINGS, replace=replace) as folder:
        sources = [
            Source(number, Path(one.path), one.name, unlabelled=settings.unlabelled)
            for number, one in enumerate(settings.sources)
        ]
        held_out = set[str]().union(*(source.held_out() for source in sources))
        refused = set[str]().union(*(digests_in(path) for path in excluded))
        screened = screen((row for source in sources for row in source.rows()), held_out, refused)
        chosen, left_out = choose(screened.askings, settings)
        dropped = {source.name: screened.dropped.get(source.number, Counter()) + left_out[source.number] for source in sources}
        if not chosen:
            raise nothing_left(dropped)
        tally = write_examples(folder / EXAMPLES, out, sources, in_order(chosen, settings.seed), settings)
        summaries = [summarise(source.path, source.name, choice.weight) for source, choice in zip(sources, settings.sources)]
        mixed = Mixed(out, tally, dropped, screened.contradictions)
        described_excluded = {path.name: len(digests_in(path)) for path in excluded}
        write_text(folder / CARD, write_card(out.name, settings, mixed, summaries, described_excluded, licences or {}))
        write_text(folder / SETTINGS, noted_settings(settings, out) + "\n")
        write_manifest(folder, mixed, sources, summaries, sha256_of(sorted(held_out | refused)))
    return mixed


def nothing_left(dropped: Mapping[str, Counter[Dropped]]) -> RunError:
    """What is said of a set without rows."""
    reasons = sum(dropped.values(), Counter[Dropped]())
    why = ", ".join(f"{count} {reason.value}" for reason, count in reasons.most_common()) or "the sources hold no examples"
    return RunError(f"no row is left to learn from: {why}; nothing was written")


def write_examples(path: Path, out: Path, sources: list[Source], chosen: list[Asking], settings: MixSettings) -> Tally:
    """The chosen rows in their order. They are written as they come and put in order on the disk: memory holds places only."""
    wanted = {(row.source, row.place): (number, at) for number, one in enumerate(chosen) for at, row in enumerate(one.rows)}
    tally, taken = Tally(), set[str]()
    places = list[tuple[tuple[int, int], int, int]]()
    unsorted = path.with_suffix(".unsorted")
    with unsorted.open("wb") as file:
        for order, example in wanted_of(sources, wanted):
            split = "validation" if is_validation(example.image.sha256, settings) else TRAIN
            row = example.model_copy(update={"split": split, "image": seen_from(example.image, out)})
            row = renamed(row) if row.id in taken else row
            taken.add(row.id)
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


def renamed(example: TrainingExample) -> TrainingExample:
    """An example whose id another has, such as of a drawn data set of another seed: its question gets a name of its own.

    `provenance` keeps the names that its run knows it by.
    """
    return example.model_copy(update={"question": sha256_of([example.question, example.image.sha256, example.provenance])[:20]})


def seen_from(image: ImageRef, folder: Path) -> ImageRef:
    """The picture with its path as the set's folder sees it, so that set and pictures can be moved together."""
    return ImageRef(image.sha256, os.path.relpath(image.path, folder), image.width, image.height)


def noted_settings(settings: MixSettings, out: Path) -> str:
    """The settings as JSON, paths of sources as the set's folder sees them."""
    sources = tuple(one.model_copy(update={"path": os.path.relpath(one.path, out)}) for one in settings.sources)
    return settings.model_copy(update={"sources": sources}).model_dump_json(indent=2)


def write_manifest(folder: Path, mixed: Mixed, sources: list[Source], summaries: list[SourceSummary], refused: str) -> None:
    """Counts, costs, what the sources' files were, what the set's files are; written last."""
    manifest: dict[str, Any] = {
        "counts": mixed.tally.as_counts(),
        "dropped": {name: {reason.value: count for reason, count in why.items() if count} for name, why in mixed.dropped.items()},
        "contradicting answers": mixed.contradictions,
        "refused pictures": {"sha256 of the sorted digests": refused},
        "language model": {one.name: one.spent for one in summaries},
        "versions": versions(),
        "sources": {source.name: {EXAMPLES: described(source.path / EXAMPLES)} for source in sources},
        "files": {name: described(folder / name) for name in (EXAMPLES, CARD, SETTINGS)},
    }
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
