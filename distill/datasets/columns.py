"""Which column of a table is which part of a question, as a small TOML file says it."""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from vpd.distill.datasets.entry import NOT_GIVEN, Encoded, Entry, Named, Picture
from vpd.distill.datasets.errors import BadFile, BadRecord
from vpd.engine.records import AnswerKind

__all__ = ["Columns", "entry_of", "read_columns"]

PARTS = ("key", "question", "image", "answers", "choices", "kind", "answer_kind", "split")
USUAL = {
    "key": ("key", "id", "question_id"),
    "question": ("question", "text"),
    "image": ("image", "image_path", "picture"),
    "answers": ("answers", "answer"),
    "choices": ("choices", "options"),
    "kind": ("kind",),
    "answer_kind": ("answer_kind",),
    "split": ("split",),
}
"""The columns looked for where the file names none."""
DEEPEST = 20
AnswersAre = Literal["text", "index", "letter"]


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's layout."""

    source: str = ""
    """The data set and its release; empty takes the file's name."""
    split: str = ""
    """Of rows that have no column for it; empty takes the file's."""
    kind: str = NOT_GIVEN
    answer_kind: AnswerKind | None = None
    """None looks at each row's choices and answers."""
    answers_are: AnswersAre = "text"
    """What stands in the column of answers: the answer, or the place (from 0) or letter of the right choice."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Part of the question to column; others are looked for under their usual names."""
    keep: tuple[str, ...] | None = None
    """Columns for the details; None keeps all that have no other use."""

    def column(self, part: str, row: Mapping[str, Any]) -> str | None:
        """The column of a part, None where the row has none."""
        names = (self.columns[part],) if part in self.columns else USUAL[part]
        return next((name for name in names if name in row), None)


def read_columns(path: Path) -> Columns:
    """The layout in a TOML file. Raises `BadFile` where it is not as `docs/data-sets.md` describes it."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise BadFile(path, f"cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(path, f"is not TOML ({error})") from error
    strings = ("source", "split", "kind", "answer_kind", "answers_are")
    names, keep = table.get("columns", {}), table.get("keep")
    unknown = sorted(table.keys() - {*strings, "columns", "keep"})
    if unknown:
        raise BadFile(path, f"has no setting {unknown[0]!r}; there is {', '.join((*strings, 'columns', 'keep'))}")
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()) or names.keys() - set(PARTS):
        raise BadFile(path, f"columns is a table from {', '.join(PARTS)} to names of columns")
    if keep is not None and not (isinstance(keep, list) and all(isinstance(name, str) for name in keep)):
        raise BadFile(path, "keep is a list of names of columns")
    given = {name: table[name] for name in strings if name in table}
    if not all(isinstance(value, str) for value in given.values()):
        raise BadFile(path, f"{', '.join(strings)} are texts")
    known = {"answer_kind": tuple(AnswerKind), "answers_are": get_args(AnswersAre)}
    for name, words in known.items():
        if name in given and given[name] not in words:
            raise BadFile(path, f"{name} is one of {', '.join(words)}")
    if "answer_kind" in given:
        given["answer_kind"] = AnswerKind(given["answer_kind"])
    return Columns(**given, columns=names, keep=None if keep is None else tuple(keep))


def entry_of(
    row: Mapping[str, Any], columns: Columns, file: Path, number: int, *, source: str, split: str, stem: str = ""
) -> Entry:
    """The question in a row; `source` and `split` are taken where neither row nor layout says them. Raises `BadRecord`.

    A row without a key gets `stem`, by default the file's name, and its number.
    """

    def wrong(why: str) -> BadRecord:
        return BadRecord(file, number, why)

    found = {part: columns.column(part, row) for part in PARTS}
    for part, name in columns.columns.items():
        if name not in row:
            raise wrong(f"has no column {name!r}, which is to be the {part}; it has {', '.join(map(repr, list(row)[:12]))}")
    cells = {part: row[name] for part, name in found.items() if name is not None and row[name] is not None}
    text = cells.get("question")
    if not isinstance(text, str) or not text.strip():
        raise wrong("has no question" if text is None else "its question is no text")
    try:
        choices = texts_in(cells.get("choices"))
        answers = answers_in(cells.get("answers"), choices, columns.answers_are)
        kind = AnswerKind(cells["answer_kind"]) if "answer_kind" in cells else columns.answer_kind or likely(answers, choices)
        used = {name for name in found.values() if name is not None}
        kept = [name for name in row if name not in used] if columns.keep is None else columns.keep
        return Entry(
            key=plain_text(cells["key"]) if "key" in cells else f"{stem or file.stem}-{number}",
            text=text,
            picture=picture_in(cells.get("image")),
            kind=plain_text(cells.get("kind", columns.kind)),
            answer_kind=kind,
            source=columns.source or source,
            split=plain_text(cells.get("split", columns.split or split)),
            file=file,
            record=number,
            choices=choices,
            answers=answers,
            details={name: plain(row[name]) for name in kept if row.get(name) is not None},
        )
    except (ValueError, TypeError) as error:
        raise wrong(str(error)) from error


def picture_in(cell: Any) -> Picture:
    """A cell's picture: a name, a data URL, bytes, or the pair of bytes and path of Hugging Face. Raises `ValueError`."""
    if isinstance(cell, list) and len(cell) == 1:
        cell = cell[0]
    if isinstance(cell, Mapping):
        cell = cell.get("bytes") or cell.get("path")
    if isinstance(cell, bytes) or (isinstance(cell, str) and cell.startswith("data:")):
        return Encoded(cell)
    if isinstance(cell, str) and cell.strip():
        return Named((cell,))
    message = "has no picture" if cell in (None, "", []) else f"its picture is a {type(cell).__name__}, not a name or bytes"
    raise ValueError(message)


def texts_in(cell: Any) -> tuple[str, ...]:
    """One text or several: a list, a list as JSON in a cell of text, or the cell itself. Raises `ValueError`."""
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = json.loads(cell)
        except RecursionError as error:
            message = "nested too deeply"
            raise ValueError(message) from error
    if cell is None or cell == "":
        return ()
    if isinstance(cell, list | tuple):
        return tuple(plain_text(each["answer"] if isinstance(each, Mapping) and "answer" in each else each) for each in cell)
    return (plain_text(cell),)


def answers_in(cell: Any, choices: tuple[str, ...], they_are: AnswersAre) -> tuple[str, ...]:
    """The answers in a cell, as texts. Raises `ValueError` where a place or a letter is none of a choice."""
    said = texts_in(cell)
    if they_are == "text":
        return said
    places = [int(each) if they_are == "index" else ord(each.strip().upper()) - ord("A") for each in said]
    if not all(0 <= place < len(choices) for place in places):
        message = f"its answer {said[0][:40]!r} is no {they_are} of {len(choices)} choices"
        raise ValueError(message)
    return tuple(choices[place] for place in places)


def plain_text(value: Any) -> str:
    """A text, number or truth value as text. Raises `ValueError`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(plain(value))
    message = f"holds a {type(value).__name__} where a text belongs"
    raise ValueError(message)


def plain(value: Any, depth: int = 0) -> Any:
    """The value as plain JSON. Raises `ValueError` where it is none, or nested too deeply."""
    if depth > DEEPEST:
        message = "nested too deeply"
        raise ValueError(message)
    if isinstance(value, str):
        value.encode()  # half of a pair of signs is no text that a record can hold
        return value
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {plain(name): plain(each, depth + 1) for name, each in value.items()}
    shown = repr(value) if isinstance(value, float) else f"a {type(value).__name__}"
    message = f"holds {shown}, which plain JSON cannot hold; name the columns to keep in the layout"
    raise ValueError(message)


def likely(answers: tuple[str, ...], choices: tuple[str, ...]) -> AnswerKind:
    """The kind of answer that a row's choices and answers look like."""
    if choices:
        return AnswerKind.CHOICE
    if len(answers) > 1:
        return AnswerKind.SOFT
    if answers and answers[0].strip().lower() in {"yes", "no"}:
        return AnswerKind.YES_NO
    if answers and answers[0].strip().lstrip("+-").replace(".", "", 1).isdigit():
        return AnswerKind.NUMBER
    return AnswerKind.TEXT
