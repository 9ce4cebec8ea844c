"""Where a data set's pictures come from: folders, archives, or the records themselves; each is looked at once."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from vpd.distill.datasets.archives import ARCHIVES, Archive, open_archive, put_file
from vpd.distill.datasets.entry import Encoded, Entry, Picture
from vpd.distill.datasets.errors import BadFile, BadRecord, PictureMissing
from vpd.engine.records import Question
from vpd.tools.errors import ImageError
from vpd.tools.image import ImageRef, decode, read_image_ref

__all__ = ["Pictures", "question_of"]

LARGEST_FILE = 64 << 20
"""Bytes of the largest picture file in a record."""
KINDS = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"RIFF", "webp"), (b"BM", "bmp"), (b"II*\x00", "tif"))
"""How picture files start, and their usual endings."""


class Pictures:
    """Pictures by name or in base64. Use it in a `with` statement: it keeps archives open."""

    def __init__(self, places: Iterable[Path], cache: Path, *, keep: Path | None = None) -> None:
        """`places` are folders, which count with the archives in them, and archives.

        A picture that is no file of its own is written to `keep`, under its digest; with `keep` None it is only looked at, and
        its `ImageRef` cannot be opened. `cache` takes what has to be unpacked before it can be looked at.
        """
        self.cache, self.keep = cache, keep
        self.folders: list[Path] = []
        self.archives: list[Path] = []
        for place in places:
            self.add(place)
        self._known: dict[str, ImageRef] = {}
        self._open: list[Archive] | None = None
        self._stack = ExitStack()

    def add(self, place: Path) -> None:
        """One more place. Raises `BadFile` where it is neither folder nor archive."""
        if place.is_dir():
            self.folders.append(place.resolve())
            inside = (each for each in place.iterdir() if each.name.lower().endswith(ARCHIVES) and each.is_file())
            self.archives += sorted(inside)
        elif place.is_file() and place.name.lower().endswith(ARCHIVES):
            self.archives.append(place)
        else:
            why = f"neither a folder nor an archive ({', '.join(ARCHIVES)})" if place.exists() else "not there"
            raise BadFile(place, f"is {why}; pictures cannot be read from it")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def look(self, picture: Picture) -> ImageRef | None:
        """The picture, or None where no place has it. Raises `ImageError` where it is broken, `BadFile` where its archive is."""
        if isinstance(picture, Encoded):
            return self.held(file_bytes(picture), str(picture))
        for name in picture.names:
            found = self._known.get(name) or self.in_folders(name)
            if found is not None:
                self._known[name] = found
                return found
        for name in picture.names:
            found = self.in_archives(name)
            if found is not None:
                self._known[name] = found
                return found
        return None

    def in_folders(self, name: str) -> ImageRef | None:
        """The picture of that name in a folder, in its `images`, or in either without the name's own folders."""
        inner = inside(name)
        for folder in self.folders:
            for place in dict.fromkeys(
                (inner, f"images/{inner}", PurePosixPath(inner).name, f"images/{PurePosixPath(inner).name}")
            ):
                path = folder / place
                try:
                    there = path.is_file()
                except (OSError, ValueError) as error:
                    raise ImageError(name, f"cannot be a file's name ({error})") from error
                if there:
                    return read_image_ref(path)
        return None

    def in_archives(self, name: str) -> ImageRef | None:
        """The picture of that name in an archive."""
        if self._open is None:
            self._open = [self._stack.enter_context(open_archive(path, self.cache)) for path in self.archives]
        for archive in self._open:
            member = archive.find(inside(name))
            if member is not None:
                return self.held(archive.read(member), f"{archive.path}!{member}")
        return None

    def held(self, data: bytes, name: str) -> ImageRef:
        """A picture that is no file of its own."""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._known:
            pixels = decode(data, name)
            if self.keep is not None:
                path = self.keep / digest[:2] / f"{digest}.{ending(data)}"
                if not path.is_file():
                    put_file(path, [data])
                name = str(path.resolve())
            self._known[digest] = ImageRef(digest, name, int(pixels.shape[1]), int(pixels.shape[0]))
        return self._known[digest]


def inside(name: str) -> str:
    """The name, if it stays inside a folder. Raises `ImageError` otherwise."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0] == "/" or parts[0].endswith(":") or "\0" in name:
        raise ImageError(name, "is no name of a picture inside the data set's folder")
    return "/".join(parts)


def file_bytes(picture: Encoded) -> bytes:
    """A picture's file out of its record. Raises `ImageError` where it is no base64 or too large."""
    if isinstance(picture.data, bytes):
        return picture.data
    text = picture.data
    if len(text) > LARGEST_FILE * 4 // 3:
        raise ImageError(str(picture), f"is larger than {LARGEST_FILE:,} bytes")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError(str(picture), f"is not in base64 ({error})") from error


def ending(data: bytes) -> str:
    """The usual ending of a picture file that starts so."""
    return next((name for start, name in KINDS if data.startswith(start)), "picture")


def question_of(entry: Entry, pictures: Pictures) -> Question:
    """The entry with its picture. Raises `PictureMissing`, or `BadRecord` where the picture is broken."""
    try:
        image = pictures.look(entry.picture)
    except ImageError as error:
        raise BadRecord(entry.file, entry.record, f"its picture: {error}") from error
    if image is None:
        looked = [str(place) for place in (*pictures.folders, *pictures.archives)]
        where = ", ".join(looked[:4]) + (f" and {len(looked) - 4} more places" if len(looked) > 4 else "")
        raise PictureMissing(entry.file, entry.record, f"its picture {entry.picture} is not in {where or 'any place'}")
    return Question(
        key=entry.key,
        text=entry.text,
        image=image,
        kind=entry.kind,
        answer_kind=entry.answer_kind,
        choices=entry.choices,
        answers=entry.answers,
        source=entry.source,
        split=entry.split,
        details=dict(entry.details),
    )
