"""A run of a few pictures with an answer and a rationale for each question, and a student that knows its words."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.build import answer_example, rationale_example
from vpd.distill.mixing import MixSettings, mix, open_examples
from vpd.distill.records import Preference, Rationale, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.distill.student import TinySettings, build_tiny_student
from vpd.engine.journal import read_records
from vpd.engine.record import Record
from vpd.engine.records import AnswerKind, Question
from vpd.prompts.tasks import ask_for_rationale
from vpd.tools.image import ImageRef, read_image_ref

MakeRun = Callable[..., Path]
SMALL = TinySettings(side=32, patch=8, merge=2, width=32, vision_layers=1, text_layers=2, heads=2, longest=192)
TEXT = "Is the square red?"


def save_picture(folder: Path, number: int, name: str = "") -> ImageRef:
    """A picture like no other; `name` may ask for another format, or for one that is turned."""
    path = folder / "images" / (name or f"{number}.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "P" if name.startswith("palette") else "RGB"
    picture = Picture.new(mode, (24, 16), number if mode == "P" else (number * 7 % 256, 40, 200))
    exif = Picture.Exif()
    if name.startswith("turned"):
        exif[0x0112] = 6
    picture.save(path, exif=exif)
    return read_image_ref(path)


def write_run(
    folder: Path, text: str = TEXT, names: tuple[str, ...] = ("", "", ""), told: str = "", *, held_out: bool = False
) -> Path:
    """A run with one question a picture, after `build`; with `held_out` the first picture is also asked about in a test."""
    with RunDirectory(folder, RunSettings(llm="local/drawn", draws=1)):
        pass
    questions, rationales, examples = list[Question](), list[Rationale](), list[TrainingExample]()
    for number, name in enumerate(names):
        question = Question(
            key=str(number),
            text=text,
            image=save_picture(folder, number, name),
            kind="existence",
            answer_kind=AnswerKind.YES_NO,
            answers=("yes" if number % 2 else "no",),
            source="squares-1",
            split="train",
        )
        answer = question.answers[0]
        rationale = Rationale(
            question=question.id,
            trace=f"{number:020x}",
            trace_digest="digest",
            writer="template-1",
            grid="cell-8",
            text=told or f"Red square: {number} in all. So the answer is {answer}.",
            answer=answer,
        )
        questions.append(question)
        rationales.append(rationale)
        examples += [answer_example(question), rationale_example(question, rationale)]
    if held_out:
        questions.append(questions[0].model_copy(update={"key": "test", "split": "test"}))
    held: dict[str, Sequence[Record]] = {"questions": questions, "rationales": rationales, "examples": examples}
    for file, records in held.items():
        (folder / f"{file}.jsonl").write_text("".join(f"{record.to_line()}\n" for record in records), "utf-8")
    return folder


def write_pairs(run: Path, chosen: str = "Red square: 1 in all.", rejected: str = "Red square: 5 in all.") -> Path:
    """A pair for every question of a run, as `vpd pairs` leaves them."""
    pairs = [
        Preference(
            question=question.id,
            image=question.image,
            asked=ask_for_rationale(question.text),
            chosen=f"{chosen} So the answer is {question.answers[0]}.",
            rejected=f"{rejected} So the answer is {'no' if question.answers[0] == 'yes' else 'yes'}.",
            kind=question.kind,
            split=question.split,
            chosen_trace=f"{number:020x}",
            rejected_trace=f"{number + 100:020x}",
            writer="template-1",
        )
        for number, question in enumerate(read_records(run / "questions.jsonl", Question))
    ]
    (run / "preferences.jsonl").write_text("".join(f"{pair.to_line()}\n" for pair in pairs), "utf-8")
    return run


@pytest.fixture
def make_pairs(tmp_path: Path) -> MakeRun:
    """Writes a run that holds pairs; the arguments are those of `write_pairs`, `names` and `text` those of `write_run`."""

    def make(text: str = TEXT, names: tuple[str, ...] = ("", "", ""), **words: str) -> Path:
        return write_pairs(write_run(tmp_path / "run", text, names), **words)

    return make


@pytest.fixture(scope="session")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six pictures with a pair for each."""
    return write_pairs(write_run(tmp_path_factory.mktemp("paired") / "run", names=("",) * 6))


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes a run of a name; the further arguments are those of `write_run`."""

    def make(name: str = "run", *arguments: object, **named: object) -> Path:
        return write_run(tmp_path / name, *arguments, **named)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures, six rows."""
    return write_run(tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures, some of them the split validation."""
    folder = tmp_path_factory.mktemp("mixed")
    run = write_run(folder / "run", names=("",) * 12)
    mix(folder / "set", MixSettings.checked(sources=[{"path": str(run)}], validation=0.3))
    return folder / "set"


@pytest.fixture(scope="session")
def tiny(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student with random weights that knows the words of the set."""
    folder = tmp_path_factory.mktemp("tiny") / "student"
    build_tiny_student([turn.content for row in open_examples(mixed).examples() for turn in row.messages], folder, SMALL)
    return folder


@pytest.fixture
def load_export(tmp_path: Path) -> Callable[..., Any]:
    """Reads the export at `tmp_path / "out"` as a user of `datasets` does, by the splits that its page names."""
    import datasets

    def load(split: str = "train") -> Any:
        return datasets.load_dataset(str(tmp_path / "out"), split=split, cache_dir=str(tmp_path / "cache"))

    return load


@pytest.fixture
def processor(tiny: Path) -> Any:
    """Of the student."""
    from transformers import AutoProcessor

    processors: Any = AutoProcessor  # untyped
    return processors.from_pretrained(tiny)


@pytest.fixture
def two_steps(tmp_path: Path) -> dict[str, Any]:
    """Settings of TRL's trainers for two steps on the CPU that leave nothing behind."""
    return {
        "output_dir": str(tmp_path / "trained"),
        "max_steps": 2,
        "max_length": None,
        "learning_rate": 1e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "use_cpu": True,
        "bf16": False,
        "report_to": [],
        "disable_tqdm": True,
    }
