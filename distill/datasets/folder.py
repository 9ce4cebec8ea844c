"""The folder that a user keeps a data set in: where its files are, unpacked or still in the archives they were released in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from vpd.distill.datasets.archives import ZipArchive, put_file
from vpd.distill.datasets.errors import BadFile, FileMissing

__all__ = ["Folder"]

LARGEST_LIST = 8 << 30
"""Bytes of the largest file of records that is unpacked from an archive."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A data set's folder, and the one place where unpacked files may be kept."""

    path: Path
    cache: Path

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            why = "is not a folder" if self.path.exists() else "is not there"
            raise BadFile(self.path, f"{why}; name the folder that holds the data set's files")

    def places(self) -> Iterator[Path]:
        """The folder, then the folders in it, by name."""
        yield self.path
        try:
            yield from sorted(place for place in self.path.iterdir() if place.is_dir())
        except OSError as error:
            raise BadFile(self.path, f"cannot be read ({error.strerror or error})") from error

    def archives(self, *endings: str) -> list[Path]:
        """The archives that lie in the folder, by name."""
        found = (place for place in self.path.iterdir() if place.name.lower().endswith(endings) and place.is_file())
        return sorted(found)

    def find(self, *names: str) -> Path:
        """The first file of these names. Raises `FileMissing`."""
        found = self.look(*names)
        if found is None:
            raise FileMissing(self.path, " or ".join(names))
        return found

    def look(self, *names: str) -> Path | None:
        """The first file of these names in the folder, in the folders in it, or in a zip archive; None where there is none."""
        for name in names:
            for place in self.places():
                if (place / name).is_file():
                    return place / name
        for name in names:
            for archive in self.archives(".zip"):
                found = self.unpacked(archive, name)
                if found is not None:
                    return found
        return None

    def every(self, patterns: Iterable[str]) -> list[Path]:
        """All files whose names fit one of the patterns, by pattern and name; `*` stands for any signs, and case is no matter."""
        found: dict[Path, None] = {}
        for pattern in patterns:
            for place in self.places():
                fitting = (path for path in place.iterdir() if fnmatchcase(path.name.lower(), pattern.lower()) and path.is_file())
                found.update(dict.fromkeys(sorted(fitting)))
        if not found:
            for pattern in patterns:
                for archive in self.archives(".zip"):
                    names = [name for name in listed(archive) if fnmatchcase(name.rpartition("/")[2].lower(), pattern.lower())]
                    unpacked = (self.unpacked(archive, name) for name in sorted(names))
                    found.update({path: None for path in unpacked if path is not None})
        return list(found)

    def unpacked(self, archive: Path, name: str) -> Path | None:
        """A member of a zip archive as a file in the cache; unpacked once."""
        if not any(member == name or member.endswith(f"/{name}") for member in listed(archive)):
            return None
        with ZipArchive(archive) as members:
            member = members.find(name)
            if member is None:
                return None
            stamp = archive.stat()
            kept = self.cache / "lists" / f"{archive.stem}-{stamp.st_size:x}-{stamp.st_mtime_ns:x}" / member
            if not kept.is_file():
                put_file(kept, members.chunks(member, LARGEST_LIST))
            return kept


def listed(archive: Path) -> tuple[str, ...]:
    """The names in a zip archive, read once: those of pictures are many, and each list of questions is looked for in them."""
    stamp = archive.stat()
    return names_in(archive.resolve(), stamp.st_size, stamp.st_mtime_ns)


@lru_cache(maxsize=8)
def names_in(archive: Path, _size: int, _changed: int) -> tuple[str, ...]:
    """The names in an archive as it was at that size and time."""
    with ZipArchive(archive) as members:
        return tuple(members.names())
