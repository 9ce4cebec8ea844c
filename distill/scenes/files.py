"""A data set's folder: what lies where, written whole or not at all, and never two data sets in one place."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.scenes.scene import Scene, SceneFileError, SettingsDiffer
from vpd.engine.journal import read_records
from vpd.engine.records import Question
from vpd.tools.image import ImageRef

__all__ = ["SceneFiles", "claim", "keep_picture", "read_questions", "read_scenes", "write_whole", "writing"]


@dataclass(frozen=True, slots=True)
class SceneFiles:
    """Where a data set lies."""

    folder: Path
    questions: Path
    """`Question` records; pictures are named relative to the folder."""
    scenes: Path
    """`Scene` records: the truth, which tools never see."""
    settings: Path
    images: Path

    @classmethod
    def of(cls, folder: Path) -> "SceneFiles":
        """The files of a folder, whether they are there or not."""
        return cls(folder, folder / "questions.jsonl", folder / "scenes.jsonl", folder / "settings.json", folder / "images")

    def are_complete(self) -> bool:
        """Whether everything was written; `questions` is written last."""
        if not (self.questions.exists() and self.scenes.exists()):
            return False
        return all(Path(scene.image.path).exists() for scene in read_scenes(self.scenes))


def claim(settings_file: Path, settings: str) -> None:
    """Take a folder for these settings. Raises `SettingsDiffer` where others have it."""
    if not settings_file.exists():
        settings_file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(settings_file, settings.encode())
    elif settings_file.read_text() != settings:
        message = f"{settings_file.parent} holds scenes made with other settings; name another folder, or remove this one"
        raise SettingsDiffer(message)


def keep_picture(folder: Path, name: str, side: int, png: bytes | None) -> ImageRef:
    """Write one picture, or read the one that is there; its path is relative to the folder."""
    path = folder / name
    if png is None:
        png = path.read_bytes()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, png)
    return ImageRef(hashlib.sha256(png).hexdigest(), name, side, side)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there in full or not at all."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    os.replace(draft, path)  # noqa: PTH105  the same as Path.replace, which hides that it overwrites


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in one line where a data set cannot be written."""
    try:
        yield
    except SceneFileError:
        raise
    except OSError as error:
        message = (
            f"{folder} cannot be written ({error.strerror or error}); what was written before stays, the same command goes on"
        )
        raise SceneFileError(message) from error


def read_questions(folder: Path) -> list[Question]:
    """All questions of a data set; their pictures can be opened. Raises `SceneFileError` where there are none."""
    path = SceneFiles.of(folder).questions
    if not path.exists():
        message = f"{path} is not there; make it with: vpd scenes make {folder}"
        raise SceneFileError(message)
    return list(read_records(path, Question))


def read_scenes(path: Path) -> list[Scene]:
    """The truth in a `scenes.jsonl` or `base.jsonl`; its pictures can be opened."""
    return list(read_records(path, Scene))
