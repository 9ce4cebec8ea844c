"""A made-up photograph with known boxes, tools whose answers never change, and programs run on it confined."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image as Picture

from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import AnswerKind, Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools import Box, Image, ImageRef, Registry, Tool, read_image_ref, tool
from vpd.tools.conversions import conversion_tools
from vpd.tools.geometry import geometry_tools

THERE = {
    "dog": [(10, 50), (30, 20), (70, 40)],
    "brown dog": [(10, 50)],
    "bench": [(50, 60)],
    "cat": [(20, 20), (60, 70)],
    "white mouse": [(40, 40)],
    "green bottle": [],
    "lamp": [(30, 15)],
    "wooden table": [(35, 70)],
    "silver spoon": [(5, 5), (15, 75)],
    "blue plate": [(20, 40)],
    "cup": [(10, 10), (60, 40)],
    "car": [(15, 65), (45, 65), (75, 65)],
    "sign": [(65, 15)],
    "unicorn": [],
}
LIT = {15: "yes", 45: "no", 75: "yes"}
"""Whether a car has its brake lights on, by where it is."""
Run = Callable[[str], Trace]


@tool
def find(image: Image, name: str) -> list[Box]:
    """Boxes of 8 x 8 pixels round the places that are known, in the picture's own frame."""
    frame = image.frame
    return [Box(x - 4, y - 4, x + 4, y + 4, name).moved(-frame.left, -frame.top) for x, y in THERE[name]]


@tool
def exists(image: Image, name: str) -> bool:
    """Whether there is any."""
    return bool(THERE.get(name))


@tool
def color_of(image: Image) -> str:
    """Pink in the right half."""
    return "pink" if image.frame.centre[0] > 40 else "brown"


@tool(aliases=("visual_question_answering", "vqa"))
def simple_query(image: Image, question: str) -> str:
    """Whether brake lights are on; of anything else always the same."""
    return LIT.get(int(image.frame.centre[0]), "yes") if "brake" in question else "surfing"


@tool
def compute_depth(image: Image) -> float:
    """Nearer the lower it stands."""
    return 10 - image.frame.centre[1] / 10


@tool
def verify_property(image: Image, object_name: str, property: str) -> bool:  # noqa: A002
    """Only what is at the left is so."""
    return image.frame.centre[0] < 20


@tool
def read_text(image: Image) -> str:
    """Only the sign says something."""
    return "STOP" if image.frame.centre == (65, 15) else ""


@tool
def image_caption(image: Image) -> str:
    """Always the same."""
    return "a man riding a wave"


@tool
def classify(image: Image) -> str:
    """Always the same."""
    return "tabby"


@tool
def best_text_match(image: Image, option_list: list[str], prefix: str | None = None) -> str:
    """The last."""
    return option_list[-1]


@tool
def best_image_match(list_patches: list[Image], content: list[str]) -> Image:
    """The last."""
    return list_patches[-1]


@tool
def language_question_answering(question: str) -> str:
    """Always the same."""
    return "about 12 years"


@tool(aliases=("judge_text",))
def judgement(question: str, facts: list[str] | str) -> Literal["yes", "no"]:
    """Always the same."""
    return "no"


@tool
def sharpness_of(image: Image, radius: int) -> float:
    """A tool that nothing is known of."""
    return 0.25


OWN: list[Tool] = [
    find, exists, color_of, simple_query, compute_depth, verify_property, read_text, image_caption, classify, best_text_match,
    best_image_match, language_question_answering, judgement, sharpness_of,
]  # fmt: skip
TOOLS = Registry([*OWN, *geometry_tools(), *conversion_tools()])


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> ImageRef:
    path: Path = tmp_path_factory.mktemp("photo") / "a.png"
    Picture.new("RGB", (80, 80)).save(path)
    return read_image_ref(path)


@contextmanager
def running(photo: ImageRef) -> Iterator[Run]:
    """Runs programs with the tools above."""
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        yield lambda source: next(run_programs([ProgramRun(source, source, (photo,))], sandbox, TOOLS, dispatcher))


@pytest.fixture(scope="session")
def run_source(photo: ImageRef) -> Iterator[Run]:
    """Runs a program."""
    with running(photo) as run:
        yield run


@pytest.fixture(scope="session")
def run(run_source: Run) -> Run:
    """Runs a program, given as the lines of its function."""

    def make(body: str) -> Trace:
        lines = "\n    ".join(body.strip("\n").split("\n"))
        return run_source(f"def execute_command(image):\n    {lines}\n")

    return make


@pytest.fixture
def question(photo: ImageRef) -> Question:
    return Question(key="1", text="?", image=photo, kind="k", answer_kind=AnswerKind.TEXT, source="test", split="train")
