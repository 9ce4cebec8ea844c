"""Traces of a made-up photograph: known boxes, answers that never change, programs run confined."""

from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.distill.grid import Grid
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import AnswerKind, Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools import Box, Image, ImageRef, Registry, read_image_ref, tool

GRID = Grid("cell", 8)
THERE = {
    "dog": [(10, 50), (30, 20), (70, 40)],
    "bench": [(50, 60)],
    "cat": [(20, 20), (60, 70)],
    "white mouse": [(40, 40)],
    "green bottle": [],
    "lamp": [(30, 15)],
    "wooden table": [(35, 70)],
    "blue plate": [(20, 40)],
    "cup": [(10, 10), (60, 40)],
    "car": [(15, 65), (45, 65), (75, 65)],
    "sign": [(65, 15)],
}
LIT = {15: "yes", 45: "no", 75: "yes"}


@tool
def find(image: Image, name: str) -> list[Box]:
    """Boxes of 8 x 8 pixels round the places that are known."""
    return [Box(x - 4, y - 4, x + 4, y + 4, name) for x, y in THERE[name]]


@tool
def exists(image: Image, name: str) -> bool:
    """Whether there is any."""
    return bool(THERE.get(name))


@tool
def color_of(image: Image) -> str:
    """Pink in the right half."""
    return "pink" if image.frame.centre[0] > 40 else "brown"


@tool
def simple_query(image: Image, question: str) -> str:
    """Whether brake lights are on, and what the man does."""
    return LIT.get(int(image.frame.centre[0]), "yes") if "brake" in question else "surfing"


@tool
def compute_depth(image: Image) -> float:
    """Nearer the lower it stands."""
    return 10 - image.frame.centre[1] / 10


@tool
def verify_property(image: Image, object_name: str, property: str) -> bool:  # noqa: A002
    """Only what is at the left is wet."""
    return image.frame.centre[0] < 20


@tool
def read_text(image: Image) -> str:
    """What the sign says."""
    return "STOP"


@tool
def image_caption(image: Image) -> str:
    """Always the same."""
    return "a man riding a wave on a surfboard"


TOOLS = Registry([find, exists, color_of, simple_query, compute_depth, verify_property, read_text, image_caption])

PROGRAMS = {
    "left dogs": (
        "How many dogs are to the left of the bench?",
        'dogs = find(image, "dog")\n    bench = find(image, "bench")[0]\n'
        "    left = [dog for dog in dogs if dog.x < bench.x]\n    return str(len(left))",
    ),
    "lamp": (
        "Is the lamp above the wooden table?",
        'lamp = find(image, "lamp")[0]\n    table = find(image, "wooden table")[0]\n'
        '    if lamp.y < table.y:\n        return "yes"\n    return "no"',
    ),
    "cup": (
        "What color is the cup to the right of the blue plate?",
        'plate = find(image, "blue plate")[0]\n    cups = [cup for cup in find(image, "cup") if cup.x > plate.x]\n'
        "    return color_of(cups[0])",
    ),
    "cats": (
        "Are there more cats than white mice?",
        'cats = find(image, "cat")\n    mice = find(image, "white mouse")\n'
        '    if len(cats) > len(mice):\n        return "yes"\n    return "no"',
    ),
    "bottle": ("Is there a green bottle?", 'return "yes" if find(image, "green bottle") else "no"'),
    "cars": (
        "How many cars have their brake lights on?",
        'n = 0\n    for car in find(image, "car"):\n        if simple_query(car, "Are the brake lights on?") == "yes":\n'
        "            n += 1\n    return str(n)",
    ),
    "depth": (
        "Is the lamp closer than the bench?",
        'lamp = compute_depth(find(image, "lamp")[0])\n    bench = compute_depth(find(image, "bench")[0])\n'
        '    if lamp < bench:\n        return "yes"\n    return "no"',
    ),
    "sign": ("What does the sign say?", 'return read_text(find(image, "sign")[0])'),
    "wet": (
        "How many dogs are wet?",
        'dogs = find(image, "dog")\n    wet = [dog for dog in dogs if verify_property(dog, "dog", "wet")]\n'
        "    return str(len(wet))",
    ),
    "man": ("What is the man doing?", 'return simple_query(image, "What is the man doing?")'),
}


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> ImageRef:
    path: Path = tmp_path_factory.mktemp("picture") / "a.png"
    Picture.new("RGB", (80, 80)).save(path)
    return read_image_ref(path)


@pytest.fixture(scope="session")
def grid() -> Grid:
    return GRID


def make_stories(picture: ImageRef) -> dict[str, tuple[Question, Trace]]:
    """By name, a question and the trace of a right program."""
    found = {}
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        for name, (text, body) in PROGRAMS.items():
            run = ProgramRun(name, f"def execute_command(image):\n    {body}\n", (picture,))
            (trace,) = run_programs([run], sandbox, TOOLS, dispatcher)
            assert trace.failure is None, trace.failure
            question = Question(
                key=name, text=text, image=picture, kind="k", answer_kind=AnswerKind.TEXT, source="test", split="train"
            )
            found[name] = (question, trace)
    return found


@pytest.fixture(scope="session")
def stories(picture: ImageRef) -> dict[str, tuple[Question, Trace]]:
    return make_stories(picture)
