"""Files of predictions, read and written as each benchmark's own code has them."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from vpd.distill.errors import MetricError
from vpd.distill.run_directory import write_text
from vpd.engine.records import Question
from vpd.tools.errors import UnknownName

__all__ = ["FORMATS", "Format", "Said", "read_predictions", "write_predictions"]

HALF = 0.5


class Said(NamedTuple):
    """One prediction of a file."""

    key: str | None
    """The data set's own number of the question; None where the file goes by order."""
    value: Any


@dataclass(frozen=True, slots=True)
class Format:
    """How a benchmark's predictions are written down."""

    shape: str
    """`array` or `object` of JSON, JSON `lines`, or a table: `csv`, `tsv`."""
    key: str
    """The field that names the question."""
    value: str
    """The field that holds the prediction."""
    others: Callable[[Question, Any], Mapping[str, Any]] = lambda _question, _said: {}
    """Further fields, written before the prediction, which nobody reads back."""
    number: bool = False
    """Whether questions are named by numbers."""


def options_too(question: Question, _said: Any) -> dict[str, Any]:
    """What MMBench's tables repeat of a question."""
    details = question.details
    options = {letter: details.get("options", {}).get(letter, "") for letter in "ABCD"}
    return {"question": question.text, **options} | {name: details.get(name, "") for name in ("category", "l2-category", "split")}


FORMATS: dict[str, Format] = {
    "vqav2": Format("array", "question_id", "answer", number=True),
    "okvqa": Format("array", "question_id", "answer", number=True),
    "textvqa": Format("array", "question_id", "answer", number=True),
    "tallyqa": Format("array", "question_id", "answer", number=True),
    "ocrvqa": Format("array", "question_id", "answer"),
    "aokvqa-choice": Format("object", "", "multiple_choice"),
    "aokvqa-direct": Format("object", "", "direct_answer"),
    "gqa": Format("array", "questionId", "prediction"),
    "pope": Format("lines", "question_id", "answer", lambda question, _said: {"question": question.text}, number=True),
    "mmbench": Format("tsv", "index", "prediction", options_too),
    "mmbench-circular": Format("tsv", "index", "prediction", options_too),
    "hateful-memes": Format("csv", "id", "proba"),
}
"""By the benchmark's name. POPE's own script goes by order alone; a `question_id` is read and written beside it."""


def format_of(benchmark: str) -> Format:
    """A benchmark's format. Raises `UnknownName`."""
    if benchmark not in FORMATS:
        raise UnknownName("benchmark", benchmark, tuple(FORMATS))
    return FORMATS[benchmark]


def read_predictions(benchmark: str, path: Path, questions: Sequence[Question]) -> dict[str, Any]:
    """A file's predictions by `Question.id`; those of other questions are left out.

    By the question's key where keys are given and no two questions share one, else by order, and then as many as there are
    questions. Raises `MetricError` that names file and record.
    """
    said = list(read_rows(format_of(benchmark), path))
    keyed = all(row.key is not None for row in said)
    if keyed and len({question.key for question in questions}) == len(questions):
        return by_key(path, said, questions)
    if len(said) != len(questions):
        why = "two questions share a key" if keyed else "it names no questions"
        message = f"{path} goes by order, since {why}; it has {len(said)} predictions for {len(questions)} questions"
        raise MetricError(message)
    for number, (row, question) in enumerate(zip(said, questions), 1):
        if row.key is not None and plain(row.key) != plain(question.key):
            message = f"{path}, record {number}: is of question {row.key}, but question {question.key} is next"
            raise MetricError(message)
    return {question.id: row.value for row, question in zip(said, questions)}


def by_key(path: Path, said: Iterable[Said], questions: Iterable[Question]) -> dict[str, Any]:
    """Predictions joined by the questions' keys."""
    exact = {question.key: question.id for question in questions}
    padded = Counter(plain(key) for key in exact)
    loose = {plain(key): name for key, name in exact.items() if padded[plain(key)] == 1}
    found: dict[str, Any] = {}
    for number, row in enumerate(said, 1):
        key = row.key or ""
        name = exact.get(key, loose.get(plain(key)))
        if name is not None and name in found:
            message = f"{path}, record {number}: question {row.key} has a prediction already"
            raise MetricError(message)
        if name is not None:
            found[name] = row.value
    return found


def plain(key: str) -> str:
    """A key without the zeros that some files put before a number."""
    return str(int(key)) if key.isdecimal() and len(key) < 100 else key


def read_rows(form: Format, path: Path) -> Iterable[Said]:
    """A file's predictions in their order. Raises `MetricError` that names file and record."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({getattr(error, 'strerror', None) or error})"
        raise MetricError(message) from error
    if form.shape in ("csv", "tsv"):
        rows: Iterable[Any] = csv.DictReader(StringIO(text, newline=""), delimiter="," if form.shape == "csv" else "\t")
    elif form.shape == "lines":
        rows = [decoded(path, line, f", line {number}") for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        rows = decoded(path, text, "")
    if form.shape == "object":
        if not isinstance(rows, dict):
            message = f"{path}: expected a JSON object by question, got {type(rows).__name__}"
            raise MetricError(message)
        rows = [{form.key: key} | (value if isinstance(value, dict) else {form.value: value}) for key, value in rows.items()]
        rows = [row for row in rows if form.value in row]
    if isinstance(rows, dict | str | int | float | None):
        message = f"{path}: expected a JSON array of records, got {type(rows).__name__}"
        raise MetricError(message)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or form.value not in row or row[form.value] is None:
            message = f"{path}, record {number}: has no {form.value!r}"
            raise MetricError(message)
        key = row.get(form.key)
        if key is None and form.shape != "lines":
            message = f"{path}, record {number}: has no {form.key!r}"
            raise MetricError(message)
        yield Said(None if key is None else str(key), row[form.value])


def decoded(path: Path, text: str, where: str) -> Any:
    """The JSON value of a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{path}{where}: is not JSON ({error})"
        raise MetricError(message) from error


def write_predictions(benchmark: str, path: Path, questions: Iterable[Question], predictions: Mapping[str, Any]) -> int:
    """Write predictions, by `Question.id`, for a benchmark's own code or server, in the questions' order; gives their number.

    Questions without a prediction are left out. Raises `RunError` where the file cannot be written.
    """
    form = format_of(benchmark)
    rows = []
    for question in questions:
        said = predictions.get(question.id)
        if said is not None:
            key = int(question.key) if form.number and question.key.isdecimal() else question.key
            label = {"label": int(float(said) > HALF)} if form.value == "proba" else {}
            rows.append({form.key: key, **form.others(question, said), form.value: said, **label})
    if form.shape in ("csv", "tsv"):
        out = StringIO()
        writer = csv.DictWriter(
            out, list(rows[0]) if rows else [], delimiter="," if form.shape == "csv" else "\t", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    elif form.shape == "lines":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    elif form.shape == "object":
        text = json.dumps({str(row[form.key]): {form.value: row[form.value]} for row in rows}, ensure_ascii=False) + "\n"
    else:
        text = json.dumps(rows, ensure_ascii=False) + "\n"
    write_text(path, text)
    return len(rows)
