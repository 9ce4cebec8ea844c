"""JSON of any size, record by record: a file is mapped, cut into records, and each record decoded when its turn comes."""

import mmap
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import TypeVar

import msgspec

from vpd.distill.datasets.errors import BadFile, BadRecord

__all__ = ["decode_row", "holds_array", "read_array", "read_lines", "read_object", "rows_of"]

T = TypeVar("T")
Data = mmap.mmap | bytes
MARK = b"\xef\xbb\xbf"
"""Some editors write these three bytes before a text."""
BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding raises: not JSON, not UTF-8, another shape, nested too deeply."""


def mapped(path: Path) -> Data:
    """The bytes of a file, which the system pages in as they are needed. Raises `BadFile`."""
    try:
        with path.open("rb") as file:
            if file.seek(0, 2) == 0:
                return b""
            data: Data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise BadFile(path, f"cannot be read ({getattr(error, 'strerror', None) or error})") from error
    return data[len(MARK) :] if data[: len(MARK)] == MARK else data


def reason(error: Exception) -> str:
    """What a decoder has to say, in a few words."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start})"
    return str(error)


def decode_row(path: Path, number: int, raw: msgspec.Raw | bytes, kind: type[T]) -> T:
    """One record as `kind`. Raises `BadRecord`."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except BROKEN as error:
        raise BadRecord(path, number, reason(error)) from error


def rows_of(path: Path, under: str | None = None) -> list[msgspec.Raw]:
    """The records of a JSON array, or of the array under a key, not decoded yet. Raises `BadFile` and `BadRecord`."""
    data = mapped(path)
    try:
        if under is None:
            return msgspec.json.decode(data, type=list[msgspec.Raw])
        top = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        if under not in top:
            raise BadFile(path, f"has no {under!r} at its top level; it has {', '.join(map(repr, list(top)[:8])) or 'nothing'}")
        return msgspec.json.decode(top[under], type=list[msgspec.Raw])
    except BROKEN as error:
        raise located(path, data, error, under) from error


def read_array(path: Path, kind: type[T], under: str | None = None) -> Iterator[tuple[int, T]]:
    """Number, from 1, and record of each element of a JSON array, or of the array under a key."""
    for number, raw in enumerate(rows_of(path, under), 1):
        yield number, decode_row(path, number, raw, kind)


def read_object(path: Path, kind: type[T]) -> Iterator[tuple[int, str, T]]:
    """Number, from 1, key and record of each entry of a JSON object."""
    data = mapped(path)
    try:
        rows = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except BROKEN as error:
        raise located(path, data, error) from error
    for number, (key, raw) in enumerate(rows.items(), 1):
        yield number, key, decode_row(path, number, raw, kind)


def read_lines(path: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
    """Number of the line, from 1, and record of each line that is not blank."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                plain = line.removeprefix(MARK) if number == 1 else line
                if plain.strip():
                    yield number, decode_row(path, number, plain, kind)
    except OSError as error:
        raise BadFile(path, f"cannot be read ({error.strerror or error})") from error


def holds_array(path: Path) -> bool:
    """Whether a file starts as a JSON array does; JSON Lines start with their first record."""
    return bytes(mapped(path)[:4096]).lstrip()[:1] == b"["


def located(path: Path, data: Data, error: Exception, under: str | None = None) -> BadFile | BadRecord:
    """The error with the number of the record in which the file breaks, found by reading it again from its start."""
    why = f"cut or broken JSON ({reason(error)})"
    if isinstance(error, msgspec.ValidationError):
        return BadFile(path, f"of another shape than its layout ({reason(error)})")
    if isinstance(error, RecursionError | UnicodeDecodeError):
        return BadFile(path, why)
    text = bytes(data).decode("latin-1")  # one sign for each byte: what is counted here is structure, which is ASCII
    start = re.search(rf'"{re.escape(under)}"\s*:\s*\[' if under else r"[\[{]", text)
    whole = count_whole(text, start.end()) if start else 0
    return BadRecord(path, whole + 1, why) if start else BadFile(path, why)


def count_whole(text: str, place: int) -> int:
    """How many records, or keys with their records, are whole from `place` on, up to the first that is not."""
    decoder, blank, count = JSONDecoder(), re.compile(r"[\s,]*"), 0
    while True:
        place = blank.match(text, place).end()  # type: ignore[union-attr]  # it matches the empty text
        try:
            _, place = decoder.raw_decode(text, place)
            colon = re.compile(r"\s*:\s*").match(text, place)
            if colon:
                _, place = decoder.raw_decode(text, colon.end())
        except (JSONDecodeError, RecursionError, ValueError):
            return count
        count += 1
