"""Hugging Face data sets: parquet files with an Image feature, as conversations, parts, prompt and completion, or pairs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vpd.distill.export.job import Format, Job, ReadRow, groups_of
from vpd.distill.export.source import Row
from vpd.engine.records import Message
from vpd.tools.errors import MissingExtra

__all__ = ["MESSAGES", "PAIRS", "PARTS", "PROMPT"]

ROWS_A_GROUP = 256
"""Rows that a reader must take in at once."""


def libraries() -> tuple[Any, Any]:
    """`pyarrow` and `datasets`. Raises `MissingExtra`."""
    try:
        import datasets  # heavy; for this form alone
        import pyarrow as arrow
    except ImportError as error:
        raise MissingExtra("train", error.name or "datasets") from error
    return arrow, datasets


def plain(turns: tuple[Message, ...]) -> list[dict[str, str]]:
    """Turns with plain text; TRL puts the picture before the first user's text itself."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def in_parts(turns: tuple[Message, ...]) -> list[dict[str, Any]]:
    """Turns as lists of parts, a placeholder for the picture first."""
    first = next(number for number, turn in enumerate(turns) if turn.role == "user")
    made = list[dict[str, Any]]()
    for number, turn in enumerate(turns):
        words = {"type": "text", "text": turn.content}
        made.append({"role": turn.role, "content": [{"type": "image", "text": None}, words] if number == first else [words]})
    return made


def as_messages(row: Row) -> dict[str, Any]:
    """The columns of a conversation."""
    return {"messages": plain(row.turns)}


def as_parts(row: Row) -> dict[str, Any]:
    """The columns of a conversation in parts."""
    return {"messages": in_parts(row.turns)}


def as_prompt(row: Row) -> dict[str, Any]:
    """The columns that keep the loss on the answer without a special chat template."""
    return {"prompt": plain(row.turns[:-1]), "completion": plain(row.turns[-1:])}


def as_pair(row: Row) -> dict[str, Any]:
    """The columns of a preference: TRL compares the two answers to one prompt."""
    rejected = Message(role="assistant", content=row.rejected or "")
    return {"prompt": plain(row.turns[:-1]), "chosen": plain(row.turns[-1:]), "rejected": plain((rejected,))}


def features(example: dict[str, Any], datasets: Any) -> Any:
    """The types of the columns; `example` is one row's columns of turns."""
    text = datasets.Value("string")
    turn = {"role": text, "content": text}
    if "messages" in example and isinstance(example["messages"][0]["content"], list):
        turn = {"role": text, "content": datasets.List({"type": text, "text": text})}
    return datasets.Features(
        {
            "id": text,
            "images": datasets.List(datasets.Image()),
            **{name: datasets.List(turn) for name in example},
            "task": text,
            "kind": text,
            "data_set": text,
            "weight": datasets.Value("float64"),
        }
    )


def columns(row: Row, job: Job, shape: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    """One row."""
    return {
        "id": row.id,
        "images": [{"bytes": job.picture(row), "path": job.file_name(row)}],
        **shape(row),
        "task": row.task,
        "kind": row.kind,
        "data_set": row.data_set,
        "weight": row.weight,
    }


def writer(shape: Callable[[Row], dict[str, Any]]) -> Callable[[Job], None]:
    """Writes `data/SPLIT-00000-of-00001.parquet` and so on, as a hub expects them."""

    def write(job: Job) -> None:
        """All splits, each in as many files as its rows need."""
        arrow, datasets = libraries()
        from pyarrow import parquet

        (job.folder / "data").mkdir()
        for split, count in job.survey.rows.items():
            files = -(-count // job.settings.rows_per_file)
            for number, rows in enumerate(groups_of(job.rows(split), job.settings.rows_per_file)):
                path = job.folder / "data" / f"{split}-{number:05d}-of-{files:05d}.parquet"
                schema = features(shape(rows[0]), datasets).arrow_schema
                # Rows of one picture lie side by side, and a group's dictionary holds its bytes once.
                with parquet.ParquetWriter(path, schema, use_dictionary=True) as file:
                    for group in groups_of(rows, ROWS_A_GROUP):
                        file.write_table(arrow.Table.from_pylist([columns(row, job, shape) for row in group], schema))

    return write


def read(folder: Path, _images: Path) -> Iterator[ReadRow]:
    """Every file's rows, in any of the forms."""
    libraries()
    from pyarrow import parquet

    for path in sorted((folder / "data").glob("*.parquet")):
        with parquet.ParquetFile(path) as file:
            for group in file.iter_batches(ROWS_A_GROUP):
                for row in group.to_pylist():
                    turns, marks = list[tuple[str, str]](), 0
                    for turn in row.get("messages") or [*row["prompt"], *(row.get("completion") or row["chosen"])]:
                        parts = turn["content"]
                        if isinstance(parts, list):
                            marks += sum(part["type"] == "image" for part in parts)
                            parts = "".join(part["text"] or "" for part in parts)
                        turns.append((turn["role"], parts))
                    pictures = tuple(image["bytes"] for image in row["images"])
                    # Plain turns have no mark: there the reader itself puts one for each picture.
                    yield ReadRow(
                        id=row["id"],
                        split=path.name.rsplit("-", 3)[0],
                        task=row["task"],
                        turns=tuple(turns),
                        marks=marks or len(pictures),
                        images=pictures,
                        rejected=row["rejected"][0]["content"] if "rejected" in row else None,
                    )


LOADS = '`datasets.load_dataset("parquet", data_files="data/train-*.parquet")`'
MESSAGES = Format(
    name="hf-messages",
    says="datasets, TRL: parquet with messages and images",
    loads=f"{LOADS}; TRL's `SFTTrainer` takes it as it is, with `max_length=None`, so that no picture is cut.",
    embeds=True,
    write=writer(as_messages),
    read=read,
)
PROMPT = Format(
    name="hf-prompt",
    says="datasets, TRL: parquet with prompt, completion and images",
    loads=f"{LOADS}; TRL's `SFTTrainer` takes it as it is, with `max_length=None`, and its loss is on the completion alone.",
    embeds=True,
    write=writer(as_prompt),
    read=read,
)
PARTS = Format(
    name="hf-parts",
    says="datasets, TRL, unsloth: parquet with messages in parts and images",
    loads=f"{LOADS}; the placeholder part of a row stands for the picture in its `images`.",
    embeds=True,
    write=writer(as_parts),
    read=read,
)
PAIRS = Format(
    name="hf-pairs",
    says="datasets, TRL: parquet with prompt, chosen, rejected and images",
    loads=f"{LOADS}; TRL's `DPOTrainer` takes it as it is, with `max_length=None`, so that no picture is cut.",
    embeds=True,
    write=writer(as_pair),
    read=read,
    pairs=True,
)
