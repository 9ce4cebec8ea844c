"""Archives read in place: members are found by name; nothing is unpacked under a name that an archive gives."""

import bz2
import contextlib
import gzip
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Self

from vpd.distill.datasets.errors import BadFile

__all__ = ["ARCHIVES", "Archive", "TarArchive", "ZipArchive", "open_archive", "put_file"]

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""Endings of what is read as an archive."""
BROKEN = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    struct.error,
)
"""What broken archives raise, encrypted ones and those compressed in an unknown way among them."""
LARGEST_PICTURE = 64 << 20
"""Bytes of the largest picture file that is read from an archive."""
MOST_EXPANSION = 200
"""How many times its packed size a member may have; lists of questions reach 30, pictures 2."""
ALWAYS_FINE = 16 << 20
"""Bytes below which a member's expansion is not looked at."""
CHUNK = 1 << 20


def plain_name(archive: Path, name: str) -> str:
    """A member's name without `./` at its start. Raises `BadFile` where it leads outside."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or (parts and parts[0].endswith(":")):
        raise BadFile(archive, f"holds a member whose name leads outside, {name!r}; it is not read")
    return "/".join(parts)


class Archive:
    """An archive's members by name; `with` closes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._by_end: dict[str, list[str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        raise NotImplementedError

    def names(self) -> Iterable[str]:
        """The names of the files in it."""
        raise NotImplementedError

    def chunks(self, name: str, most: int) -> Iterator[bytes]:
        """A member's bytes, piece by piece. Raises `BadFile` where it is broken, or larger than `most` bytes."""
        raise NotImplementedError

    def find(self, wanted: str) -> str | None:
        """The member of that name, else the only one whose name ends with it, folder by folder; None where there is none."""
        if self._by_end is None:
            self._by_end = {}
            for name in self.names():
                self._by_end.setdefault(name.rpartition("/")[2], []).append(name)
        near = self._by_end.get(wanted.rpartition("/")[2], [])
        if wanted in near:
            return wanted
        fitting = [name for name in near if name.endswith(f"/{wanted}")]
        return fitting[0] if len(fitting) == 1 else None

    def read(self, name: str, most: int = LARGEST_PICTURE) -> bytes:
        """A member's bytes at once. Raises `BadFile`."""
        return b"".join(self.chunks(name, most))

    def copied(self, file: IO[bytes], name: str, most: int) -> Iterator[bytes]:
        """What a member's file gives, up to `most` bytes."""
        total = 0
        try:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > most:
                    raise BadFile(self.path, f"{name} is larger than {most:,} bytes unpacked; it is not read")
                yield chunk
        except BROKEN as error:
            if isinstance(error, BadFile):
                raise
            raise BadFile(self.path, f"{name} cannot be unpacked ({error})") from error


class ZipArchive(Archive):
    """A zip archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise BadFile(path, f"is not a whole zip archive ({error})") from error
        try:
            self._members = {plain_name(path, each.filename): each for each in self._zip.infolist() if not each.is_dir()}
        except BadFile:
            self._zip.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def names(self) -> Iterable[str]:
        """The names of the files in it."""
        return self._members

    def chunks(self, name: str, most: int) -> Iterator[bytes]:
        """A member's bytes, piece by piece."""
        member = self._members[name]
        grown = member.file_size > ALWAYS_FINE and member.file_size > MOST_EXPANSION * max(1, member.compress_size)
        if member.file_size > most or grown:
            packed = f"{member.file_size:,} bytes unpacked, {member.compress_size:,} packed"
            raise BadFile(self.path, f"{name} is too large ({packed}); it is not read")
        try:
            file = self._zip.open(member)
        except BROKEN as error:
            raise BadFile(self.path, f"{name} cannot be unpacked ({error})") from error
        with file:
            yield from self.copied(file, name, min(most, member.file_size))


class TarArchive(Archive):
    """A tar archive that is not compressed; links and devices in it are no files."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115  closed by `close`
        except BROKEN as error:
            raise BadFile(path, f"is not a whole tar archive ({error})") from error
        try:
            self._members = {plain_name(path, each.name): each for each in self._tar if each.isreg() and not each.issparse()}
        except BROKEN as error:
            self._tar.close()
            if isinstance(error, BadFile):
                raise
            raise BadFile(path, f"is not a whole tar archive ({error})") from error

    def close(self) -> None:
        """Close the file."""
        self._tar.close()

    def names(self) -> Iterable[str]:
        """The names of the files in it."""
        return self._members

    def chunks(self, name: str, most: int) -> Iterator[bytes]:
        """A member's bytes, piece by piece."""
        member = self._members[name]
        if member.size > most:
            raise BadFile(self.path, f"{name} is too large ({member.size:,} bytes); it is not read")
        try:
            file = self._tar.extractfile(member)
        except BROKEN as error:
            raise BadFile(self.path, f"{name} cannot be unpacked ({error})") from error
        if file is None:
            raise BadFile(self.path, f"{name} is no file")
        with file:
            yield from self.copied(file, name, most)


def open_archive(path: Path, cache: Path) -> Archive:
    """The archive in a file. A compressed tar, which cannot be read from its middle, is first made a plain one in `cache`."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return ZipArchive(path)
    if name.endswith(".tar"):
        return TarArchive(path)
    stamp = path.stat()
    plain = cache / "tars" / f"{path.name}-{stamp.st_size:x}-{stamp.st_mtime_ns:x}.tar"
    if not plain.is_file():
        put_file(plain, unpacked(path))
    return TarArchive(plain)


def unpacked(path: Path) -> Iterator[bytes]:
    """What a compressed file holds. Raises `BadFile` where it is broken or grows beyond measure."""
    openers: dict[str, Callable[[Path], BufferedIOBase]] = {
        "gz": gzip.GzipFile,
        "tgz": gzip.GzipFile,
        "bz2": bz2.BZ2File,
        "xz": lzma.LZMAFile,
    }
    size, total = path.stat().st_size, 0
    try:
        with openers[path.name.lower().rpartition(".")[2]](path) as file:
            while chunk := file.read(CHUNK):
                total += len(chunk)
                if total > ALWAYS_FINE and total > MOST_EXPANSION * size:
                    raise BadFile(path, f"grows to more than {MOST_EXPANSION} times its size unpacked; it is not read")
                yield chunk
    except BROKEN as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(path, f"cannot be unpacked ({error})") from error


def put_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises `BadFile`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        part.replace(path)
    except OSError as error:
        raise BadFile(path, f"cannot be written ({error.strerror or error})") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
