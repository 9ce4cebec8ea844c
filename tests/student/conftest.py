"""Pictures of one coloured square each, what there is to learn from them, and a tiny student that knows the words."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import torch
from PIL import Image as Picture
from PIL import ImageDraw

from vpd.distill.build import answer_example, description_example, rationale_example
from vpd.distill.records import Rationale, TrainingExample
from vpd.distill.student import TinySettings, build_tiny_student
from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef, read_image_ref

COLORS = {"red": (215, 45, 45), "green": (45, 165, 65), "blue": (50, 85, 215)}
SIDES = ("left", "right")
ASKED = ("What color is the square?", "Where is the square?")
SMALL = TinySettings(side=32, patch=8, merge=2, width=32, vision_layers=1, text_layers=2, heads=2, longest=192)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Tests run beside others; more threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def looks() -> list[tuple[str, str]]:
    """Colour and side of each picture's square."""
    rng = Random(0)
    return [(rng.choice(list(COLORS)), rng.choice(SIDES)) for _ in range(24)]


@pytest.fixture(scope="session")
def images(looks: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> list[ImageRef]:
    folder = tmp_path_factory.mktemp("pictures")
    made = []
    for number, (color, side) in enumerate(looks):
        picture = Picture.new("RGB", (32, 32), (230, 230, 230))
        left = 4 if side == "left" else 18
        ImageDraw.Draw(picture).rectangle((left, 5 + number % 12, left + 9, 14 + number % 12), fill=COLORS[color])
        picture.save(folder / f"{number}.png")
        made.append(read_image_ref(folder / f"{number}.png"))
    return made


@pytest.fixture(scope="session")
def questions(looks: list[tuple[str, str]], images: list[ImageRef]) -> list[Question]:
    """Two of each picture."""
    return [
        Question(
            key=f"{number} {text}",
            text=text,
            image=image,
            kind="attribute",
            answer_kind=AnswerKind.TEXT,
            answers=(answer,),
            source="squares-1",
            split="train",
        )
        for number, (look, image) in enumerate(zip(looks, images))
        for text, answer in zip(ASKED, look)
    ]


@pytest.fixture(scope="session")
def descriptions(looks: list[tuple[str, str]], images: list[ImageRef]) -> list[TrainingExample]:
    return [description_example(image, f"{color} square on the {side}", "base") for image, (color, side) in zip(images, looks)]


@pytest.fixture(scope="session")
def lessons(looks: list[tuple[str, str]], questions: list[Question]) -> list[TrainingExample]:
    """An answer for each question, and a rationale for all but every fifth."""
    made = []
    for number, question in enumerate(questions):
        made.append(answer_example(question))
        if number % 5:
            color, side = looks[number // 2]
            answer = question.answers[0]
            told = Rationale(
                question=question.id,
                trace="trace",
                trace_digest="digest",
                writer="test",
                grid="none",
                text=f"There is 1 {color} square: it is on the {side}. So the answer is {answer}.",
                answer=answer,
            )
            made.append(rationale_example(question, told))
    return made


@pytest.fixture(scope="session")
def tiny(descriptions: list[TrainingExample], lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a student with random weights."""
    folder = tmp_path_factory.mktemp("tiny") / "student"
    texts = [message.content for example in (*descriptions, *lessons) for message in example.messages]
    build_tiny_student(texts, folder, SMALL)
    return folder
