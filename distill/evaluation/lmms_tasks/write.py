"""A folder that lmms-eval takes as `--include_path`: the shipped task files, each beside a run's questions of its benchmark."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from vpd.distill.errors import MetricError
from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.scoring import questions_of
from vpd.distill.export.picture import Shape, bytes_of, examine
from vpd.distill.manifest import described, versions
from vpd.distill.run_directory import RunDirectory, write_text
from vpd.distill.whole_folder import whole_folder
from vpd.engine.records import Question
from vpd.tools.errors import MissingExtra, UnknownName
from vpd.tools.image import ImageRef

__all__ = ["TASKS", "Written", "write_tasks"]

NOTE = "tasks.json"
"""What was written: by it the folder is known, and replaced."""
TASKS = {
    "aokvqa-choice": "vpd_aokvqa_choice",
    "aokvqa-direct": "vpd_aokvqa_direct",
    "tallyqa": "vpd_tallyqa",
    "hateful-memes": "vpd_hateful_memes",
}
"""By the benchmark, its task in lmms-eval."""
ROWS_A_GROUP = 256


@dataclass(frozen=True, slots=True)
class Written:
    """What a folder of tasks holds."""

    folder: Path
    questions: dict[str, int]
    """By task."""
    unanswered: int
    """Questions that were left out, since nobody knows the answer."""


def write_tasks(
    run: RunDirectory, out: Path, benchmarks: Sequence[str] = (), splits: Sequence[str] = (), *, replace: bool = False
) -> Written:
    """Write a run's questions as tasks: of the benchmarks that are named, else of all that the run has and a task file knows.

    Raises `EvaluationError` where the run has none, `UnknownName` and `MetricError` where it lacks what was named, `ImageError`
    before a byte is written where a picture is missing or has changed, `RunError` where `out` is taken.
    """
    unknown = next((name for name in benchmarks if name not in TASKS), None)
    if unknown is not None:
        raise UnknownName("task file", unknown, tuple(TASKS))
    every = run.read(Question)
    chosen = {name: questions_of(name, every, splits) for name in benchmarks or present(every, splits)}
    known = {name: [one for one in asked if one.answers] for name, asked in chosen.items()}
    answered = {name: asked for name, asked in known.items() if asked}
    empty = [name for name in benchmarks if name not in answered]
    if empty or not answered:
        message = f"{run.path} has no question with an answer of {', '.join(empty or TASKS)}; put some in with: vpd data import"
        raise EvaluationError(message)
    shapes = shapes_of(question.image for asked in answered.values() for question in asked)
    with whole_folder(out, NOTE, replace=replace) as folder:
        for name, asked in answered.items():
            write_text(folder / f"{TASKS[name]}.yaml", files(__package__).joinpath(f"{TASKS[name]}.yaml").read_text("utf-8"))
            write_rows(folder / f"{TASKS[name]}.parquet", (row_of(name, one, shapes[one.image.sha256]) for one in asked))
        questions = {TASKS[name]: len(asked) for name, asked in answered.items()}
        write_text(folder / NOTE, json.dumps(noted(folder, run, questions), indent=2) + "\n")
    every_chosen = sum(len(asked) for asked in chosen.values())
    return Written(folder=out, questions=questions, unanswered=every_chosen - sum(questions.values()))


def present(every: Sequence[Question], splits: Sequence[str]) -> list[str]:
    """The benchmarks with a task file of which a run has questions."""
    found = []
    for name in TASKS:
        try:
            questions_of(name, every, splits)
        except MetricError:
            continue
        found.append(name)
    return found


def shapes_of(images: Iterable[ImageRef]) -> dict[str, Shape]:
    """How each picture will be written, by its digest. Raises `ImageError` with the first that cannot be."""
    return {digest: examine(image) for digest, image in {image.sha256: image for image in images}.items()}


def row_of(benchmark: str, question: Question, shape: Shape) -> dict[str, Any]:
    """A question as a document; the picture is the one that students and tools see, upright and in colour."""
    image = question.image
    placeless = ImageRef(image.sha256, "", image.width, image.height)  # the path is this machine's own, and no part of what it is
    return {
        "image": {"bytes": bytes_of(image, shape), "path": None},
        "question": question.text,
        "choices": list(question.choices),
        "target": question.answers[0],
        "benchmark": benchmark,
        "record": question.model_copy(update={"image": placeless}).to_line(),
    }


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """The documents as a parquet file with an Image feature. Raises `MissingExtra`."""
    try:
        import datasets  # heavy; for this form alone
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("train", error.name or "datasets") from error
    text = datasets.Value("string")
    columns = {"question": text, "choices": datasets.List(text), "target": text, "benchmark": text, "record": text}
    schema = datasets.Features({"image": datasets.Image(), **columns}).arrow_schema
    with parquet.ParquetWriter(path, schema) as file:
        left = iter(rows)
        while group := list(islice(left, ROWS_A_GROUP)):
            file.write_table(arrow.Table.from_pylist(group, schema))


def noted(folder: Path, run: RunDirectory, questions: dict[str, int]) -> dict[str, Any]:
    """What `tasks.json` says; no path of this machine is in it."""
    held = sorted(path for path in folder.iterdir() if path.is_file())
    return {
        "source": {"name": run.path.resolve().name, "questions": described(run.file(Question))},
        "questions": questions,
        "versions": versions(),
        "files": {path.name: described(path) for path in held},
    }
