"""From a name and a folder to questions: which entries are taken, in which order, and with which pictures."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.datasets.catalogue import DATASETS, dataset
from vpd.distill.datasets.columns import Columns
from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.folder import Folder
from vpd.distill.datasets.hub import HUB, read_hub
from vpd.distill.datasets.own import read_own
from vpd.distill.datasets.pictures import Pictures, question_of
from vpd.engine.records import Question
from vpd.tools.errors import UnknownName

__all__ = ["GENERAL", "Source", "choose", "open_source", "read_questions"]

GENERAL = {"own": "JSON Lines, JSON, CSV or TSV of one's own", "hf": "a Hugging Face data set: parquet, saved, or hub:OWNER/NAME"}
"""Readers for data sets that are not known by name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set at its place: entries as often as they are asked for, and where its pictures may be."""

    title: str
    entries: Callable[[], Iterator[Entry]]
    places: tuple[Path, ...]


def open_source(
    name: str,
    place: str,
    cache: Path,
    *,
    split: str | None = None,
    kinds: Iterable[str] = (),
    columns: Columns | None = None,
) -> Source:
    """The data set of that name in a folder (of the general readers: in a folder, a file, or on the hub).

    `split` None takes all splits that are there; `kinds` empty takes all kinds. Raises `UnknownName` and `DatasetError`.
    """
    wanted = frozenset(kinds)
    layout = columns or Columns()
    path = Path(place)

    def fits(entry: Entry) -> bool:
        return (not wanted or entry.kind in wanted) and (split is None or entry.split == split or name in DATASETS)

    if name == "own":
        return Source(path.name, lambda: filter(fits, read_own(path, layout)), (path if path.is_dir() else path.parent,))
    if name == "hf":
        places = () if place.startswith(HUB) else (path if path.is_dir() else path.parent,)
        return Source(place, lambda: filter(fits, read_hub(place, layout)), places)
    if name not in DATASETS:
        raise UnknownName("data set", name, (*DATASETS, *GENERAL))
    data, folder = dataset(name), Folder(path, cache)
    splits = data.splits_for(split, folder)
    return Source(data.title, lambda: filter(fits, (entry for each in splits for entry in data.reader(folder, each))), (path,))


def choose(entries: Callable[[], Iterator[Entry]], limit: int | None, seed: int | None) -> Iterator[Entry]:
    """All entries, the first `limit`, or `limit` drawn with a seed, in the order of the file.

    What is only scored together is taken together and counts as one. Entries are read twice where they are drawn.
    """
    if limit is None:
        yield from entries()
        return
    drawn: set[str] | None = None
    if seed is not None:
        names = list(dict.fromkeys(map(group_of, entries())))
        drawn = set(random.Random(seed).sample(names, min(limit, len(names))))  # noqa: S311  no secret hangs on it
    taken: set[str] = set()
    for entry in entries():
        name = group_of(entry)
        if (name in drawn) if drawn is not None else (name in taken or len(taken) < limit):
            taken.add(name)
            yield entry
        elif drawn is None and not entry.group:
            return


def group_of(entry: Entry) -> str:
    """What is chosen as one."""
    return f"{entry.source} {entry.split} {entry.group or entry.key}"


def read_questions(
    source: Source, pictures: Pictures, *, limit: int | None = None, seed: int | None = None
) -> Iterator[Question]:
    """The questions with their pictures, one by one. Raises `DatasetError` at the first that is not whole."""
    for entry in choose(source.entries, limit, seed):
        yield question_of(entry, pictures)
