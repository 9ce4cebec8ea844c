"""A folder that is written whole or not at all: beside its place first, then renamed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vpd.distill.errors import RunBusy, RunError

__all__ = ["whole_folder"]


@contextmanager
def whole_folder(out: Path, mark: str, *, replace: bool = False) -> Iterator[Path]:
    """A folder to write into, which becomes `out` where the block ends well and vanishes where it does not.

    With `replace` an older folder gives way at the very end, if it holds the file `mark` and so is one of ours. What a killed
    process left beside `out` is removed by the next one. Raises `RunError` where `out` is taken or cannot be written, `RunBusy`
    where another process writes it.
    """
    part, old = out.with_name(f".{out.name}.part"), out.with_name(f".{out.name}.old")
    lock = FileLock(out.with_name(f".{out.name}.lock"), timeout=0)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        message = f"{out} is being written by another process; wait for it or choose another name"
        raise RunBusy(message) from None
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        if old.exists() and not out.exists():
            old.rename(out)  # killed between the two renames below
        refuse_taken(out, mark, replace=replace)
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir()
        yield part
        if out.exists():
            out.rename(old)
        part.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if isinstance(error, RunBusy) or error.errno is None:
            raise
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        lock.release()


def refuse_taken(out: Path, mark: str, *, replace: bool) -> None:
    """Raise `RunError` where something lies at `out` that must stay."""
    if not (out.exists() or out.is_symlink()):
        return
    if not replace:
        message = f"{out} is there already; name another place, or give --force to write it anew"
        raise RunError(message)
    if not (out / mark).is_file():
        message = f"{out} is not replaced: it has no {mark}, so it is not what this command writes; name another place"
        raise RunError(message)


def unwritable(out: Path, error: OSError) -> RunError:
    """What is said where the disk does not take it."""
    return RunError(f"{out} cannot be written ({error.strerror or error}: {error.filename or out}); nothing was left there")
