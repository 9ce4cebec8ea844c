"""Pictures of one coloured square, questions about them, a tiny student with random weights, and a run that holds all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image as Picture
from PIL import ImageDraw

from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.distill.student import TinySettings, build_tiny_student
from vpd.engine.records import AnswerKind, Question
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale
from vpd.tools.image import ImageRef, read_image_ref

COLOURS = {"red": (214, 39, 40), "blue": (31, 87, 190)}
SMALL = TinySettings(side=32, patch=8, merge=2, width=32, vision_layers=1, text_layers=1, heads=2, longest=192)
SPOKEN = (
    "red squares : red square at x1 y1 ; 1 in all. squares : blue square at x2 y3, red square at x0 y7 ; 2 in all. none. "
    "so the answer is yes. so the answer is no. so the answer is red. 0 1 2 3 4 5 6 7 8 9"
)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Tests run beside others; more threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[ImageRef]:
    """Squares, red and blue in turn."""
    folder = tmp_path_factory.mktemp("pictures")
    made = []
    for number in range(4):
        picture = Picture.new("RGB", (64, 64), (220, 220, 220))
        colour = list(COLOURS.values())[number % 2]
        ImageDraw.Draw(picture).rectangle((8 + 8 * number, 10, 24 + 8 * number, 26), fill=colour)
        picture.save(folder / f"{number}.png")
        made.append(read_image_ref(folder / f"{number}.png"))
    return made


@pytest.fixture(scope="session")
def questions(images: list[ImageRef]) -> list[Question]:
    """Three of each picture: yes or no, a number, a word."""
    asked = (
        ("existence", "Is there a red square?", AnswerKind.YES_NO, ("yes", "no")),
        ("counting", "How many squares are there?", AnswerKind.NUMBER, ("1", "1")),
        ("attribute", "What color is the square?", AnswerKind.TEXT, ("red", "blue")),
    )
    return [
        Question(
            key=f"{number}-{kind}",
            text=text,
            image=image,
            kind=kind,
            answer_kind=answer_kind,
            answers=(answers[number % 2],),
            source="squares-1",
            split="plain",
        )
        for number, image in enumerate(images)
        for kind, text, answer_kind, answers in asked
    ]


@pytest.fixture(scope="session")
def tiny(questions: list[Question], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a student that knows all words and nothing else."""
    folder = tmp_path_factory.mktemp("tiny") / "student"
    texts = [ask(question.text) for question in questions for ask in (ask_for_answer, ask_for_rationale)]
    build_tiny_student([*texts, SPOKEN], folder, SMALL)
    return folder


@pytest.fixture
def run(tmp_path: Path, questions: list[Question]) -> Path:
    """A run that holds the questions."""
    with RunDirectory(tmp_path / "run", RunSettings()) as place, place.journal(Question) as journal:
        for question in questions:
            journal.append(question)
    return tmp_path / "run"
