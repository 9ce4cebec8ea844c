"""Export: look at every row, write a format whole or not at all, and compare what is on the disk with the source."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vpd.distill.export.errors import ExportError
from vpd.distill.export.job import IMAGES, Format, Job, ReadRow
from vpd.distill.export.readme import write_readme
from vpd.distill.export.rows import rows_of, survey
from vpd.distill.export.settings import ExportSettings, Pictures
from vpd.distill.export.source import Row, Source, open_source
from vpd.distill.manifest import described, versions
from vpd.distill.run_directory import write_text
from vpd.distill.whole_folder import whole_folder

__all__ = ["NOTE", "Exported", "check", "export", "read_back"]

NOTE = "export.json"
"""What was written: by it an export is known, checked, and replaced."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    folder: Path
    rows: dict[str, int]
    """By split."""
    pictures: int
    redrawn: int
    """Pictures that were written anew as upright RGB."""
    dropped: int
    """Rows with marks that were dropped."""


def export(source: Path, form: Format, out: Path, settings: ExportSettings, *, replace: bool = False) -> Exported:
    """Write a set or a run, or a run's pairs, in a format.

    Raises `ExportError` or `ImageError` before a byte is written where a row is not fit, `RunError` where the source is none or
    `out` is taken, `MissingExtra` where the format's library is not there.
    """
    opened = open_source(source, settings, pairs=form.pairs)
    found = survey(opened, settings)
    with whole_folder(out, NOTE, replace=replace) as folder:
        form.write(Job(opened, found, settings, folder, out))
        write_text(folder / "README.md", write_readme(opened, form, found))
        done = Exported(
            folder=out,
            rows=dict(found.rows),
            pictures=len(found.shapes),
            redrawn=sum(shape.redrawn for shape in found.shapes.values()),
            dropped=found.dropped,
        )
        write_text(folder / NOTE, json.dumps(noted(folder, opened, form, settings, done), indent=2) + "\n")
    return done


def noted(folder: Path, source: Source, form: Format, settings: ExportSettings, done: Exported) -> dict[str, Any]:
    """What `export.json` says. No path of this machine is in it, since an export is passed on."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] != IMAGES)
    return {
        "format": form.name,
        "source": {"name": source.name, source.file: described(source.folder / source.file)},
        "settings": settings.model_dump(mode="json", exclude={"image_root"}),
        "rows": done.rows,
        "pictures": done.pictures,
        "pictures written anew": done.redrawn,
        "rows dropped for marks": done.dropped,
        "versions": versions(),
        "files": {path.relative_to(folder).as_posix(): described(path) for path in files},
    }


def read_back(form: Format, folder: Path, image_root: Path | None = None) -> Iterator[ReadRow]:
    """The rows of an export in the order of its files. Raises `ExportError` where they are not in the format."""
    try:
        yield from form.read(folder, image_root or folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, tarfile.TarError) as error:
        if isinstance(error, ExportError):
            raise
        message = f"{folder} cannot be read as {form.name} ({type(error).__name__}: {str(error).splitlines()[0]})"
        raise ExportError(message) from error


def check(source: Path, form: Format, out: Path, settings: ExportSettings) -> Exported:
    """Read an export back and compare each row, its words and its picture's bytes with the source.

    Raises `ExportError` that names the first row that differs, is missing, or should not be there.
    """
    opened = open_source(source, settings, pairs=form.pairs)
    found = survey(opened, settings)
    root = Path(settings.image_root or ".") if settings.pictures is Pictures.REFER else out
    job = Job(opened, found, settings, out, out)
    left: dict[str, Row] = {row.id: row for row in rows_of(opened, settings)}
    for row in read_back(form, out, root):
        wanted = left.pop(row.id, None)
        if wanted is None:
            message = f"{out} holds row {row.id}, which {source} does not, or holds it twice"
            raise ExportError(message)
        compare(row, wanted, job, out)
    if left:
        message = f"{out} lacks {len(left)} of {found.rows.total()} rows of {source}, {next(iter(left))} first"
        raise ExportError(message)
    redrawn = sum(shape.redrawn for shape in found.shapes.values())
    return Exported(out, dict(found.rows), len(found.shapes), redrawn, found.dropped)


def compare(row: ReadRow, wanted: Row, job: Job, out: Path) -> None:
    """Raise `ExportError` where what was read is not what should have been written."""
    turns = tuple((turn.role, turn.content) for turn in wanted.turns)
    differing = {
        "its split": row.split != wanted.split,
        "what it teaches": row.task not in ("", wanted.task),
        "its words": row.turns != turns,
        "the words that they are preferred to": row.rejected != wanted.rejected,
        "its marks for pictures": row.marks != len(row.images) or row.marks != 1,
        "its picture": row.images != (job.picture(wanted),),
    }
    wrong = [name for name, differs in differing.items() if differs]
    if wrong:
        message = f"{out}: row {row.id} is not as in the source: {', '.join(wrong)}"
        raise ExportError(message)
