"""A drawn-up scene with tools that answer from a table, a sandbox, and the same scene for plain Python to compare with."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vpd.engine.sandbox import Answered, Execution, Limits, Sandbox
from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool, tool

WIDTH, HEIGHT = 640, 480
SCENE = (
    Box(40, 200, 140, 330, "dog", 0.95),
    Box(400, 220, 500, 340, "dog", 0.9),
    Box(300, 250, 360, 460, "bench", 0.8),
    Box(180, 60, 260, 400, "person", 0.97),
    Box(520, 80, 600, 420, "person", 0.93),
    Box(560, 70, 590, 100, "hat", 0.7),
    Box(90, 300, 110, 320, "ball", 0.6),
    Box(330, 100, 350, 120, "muffin", 0.9),
    Box(360, 100, 380, 120, "muffin", 0.9),
    Box(390, 100, 410, 120, "muffin", 0.9),
    Box(420, 100, 440, 120, "muffin", 0.9),
)
COLORS = {"dog": "brown", "bench": "green", "person": "tall", "hat": "red", "ball": "blue", "muffin": "golden"}


def seen(left: float, top: float, right: float, bottom: float) -> list[Box]:
    """What has its middle in a region, in pixels of the picture."""
    return [box for box in SCENE if left <= box.centre[0] < right and top <= box.centre[1] < bottom]


def asked_of(objects: list[Box], question: str) -> str:
    """What a question about some objects is answered with."""
    text = question.lower()
    names = [box.label for box in objects if box.label in text] or [box.label for box in objects[:1]]
    if "how many" in text:
        return str(len(names))
    if not names:
        return "nothing"
    if "color" in text or "colour" in text:
        return COLORS[names[0]]
    if text.startswith(("is ", "are ", "does ", "do ")):
        return "yes" if any(box.label in text for box in objects) else "no"
    return names[0]


@tool
def find(image: Image, object_name: str) -> list[Box]:
    """The objects of that name, in the image's own pixels."""
    frame = image.frame
    return [box.moved(-frame.left, -frame.top) for box in seen(*frame.corners) if box.label == object_name]


@tool
def exists(image: Image, object_name: str) -> bool:
    """Whether there is such an object."""
    return any(box.label == object_name for box in seen(*image.frame.corners))


@tool
def verify_property(image: Image, object_name: str, visual_property: str) -> bool:
    """Whether an object has a property."""
    return any(box.label == object_name and COLORS[box.label] == visual_property for box in seen(*image.frame.corners))


@tool(aliases=("vqa", "visual_question_answering"))
def simple_query(image: Image, question: str = "What is this?") -> str:
    """Answer a simple question."""
    return asked_of(seen(*image.frame.corners), question)


@tool
def image_caption(image: Image) -> str:
    """Describe the image."""
    return "a picture of " + ", ".join(sorted({box.label for box in seen(*image.frame.corners)}))


@tool
def best_text_match(image: Image, option_list: list[str]) -> str:
    """Which text fits best."""
    labels = {word for box in seen(*image.frame.corners) for word in (box.label, COLORS[box.label])}
    return max(option_list, key=lambda option: (option in labels, -option_list.index(option)))


@tool
def compute_depth(image: Image) -> float:
    """How far away it is."""
    return round(1000 / image.frame.height, 3)


@tool
def crop(image: Image, left: float = 0.0, lower: float = 0.0, right: float = 1e9, upper: float = 1e9) -> Box:
    """The part between edges that count upward from the image's own bottom."""
    width, height = image.frame.width, image.frame.height
    return Box(left, height - min(upper, height), min(right, width), height - lower)


@tool(aliases=("language_question_answering",))
def llm_query(query: str, context: str = "", long_answer: bool = True) -> str:
    """Ask a language model."""
    return f"{len(query)}{'' if long_answer else ' short'} {context}".strip()


@tool
def bool_to_yesno(value: bool) -> str:
    """Yes or no."""
    return "yes" if value else "no"


@tool
def coerce_to_numeric(string: str) -> float:
    """The number in a text."""
    found = re.search(r"-?\d+(\.\d+)?", string)
    return float(found[0]) if found else 0.0


@tool(aliases=("dist",))
def distance(first: Image, second: Image) -> float:
    """Pixels between the middles."""
    (x, y), (u, v) = first.frame.centre, second.frame.centre
    return round(math.hypot(x - u, y - v), 3)


@tool(aliases=("overlaps",))
def overlaps_with(image: Image, other: Image) -> bool:
    """Whether two regions share area."""
    return image.frame.overlap(other.frame) > 0


@tool
def formatting_answer(answer: str | float | bool | list[str]) -> str:
    """The answer in short words."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list):
        return ", ".join(answer)
    return answer if isinstance(answer, str) else f"{answer:g}"


@tool
def failing(image: Image) -> str:
    """Always fails."""
    message = "the model has no such class"
    raise RuntimeError(message)


TOOLS = Registry(
    (
        find, exists, verify_property, simple_query, image_caption, best_text_match, compute_depth, crop, llm_query,
        bool_to_yesno, coerce_to_numeric, distance, overlaps_with, formatting_answer, failing,
    )
)  # fmt: skip
PICTURE = Image(ImageRef("5" * 64, "scene.png", WIDTH, HEIGHT))


def answer_call(called: Tool, arguments: dict[str, Any]) -> Answered:
    """Ask the tool itself."""
    return Answered(called.run(**arguments))


class Patch:
    """What plain Python holds for a region, with every tool that takes an image as a method."""

    def __init__(self, box: Box) -> None:
        self.box, self.image = box, Image(PICTURE.ref, box if box.corners != (0, 0, WIDTH, HEIGHT) else None)
        self.left, self.top, self.right, self.bottom = box.corners
        self.label, self.score, self.width, self.height, self.area = box.label, box.score, box.width, box.height, box.area
        self.x, self.y = box.centre
        self.horizontal_center, self.vertical_center = self.x, HEIGHT - self.y
        self.lower, self.upper = HEIGHT - self.bottom, HEIGHT - self.top

    def __repr__(self) -> str:
        name = self.label or ("image" if self.image.box is None else "region")
        return f"<{name}: left={self.left:g} top={self.top:g} right={self.right:g} bottom={self.bottom:g}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in TOOLS or not TOOLS[name].takes_image:
            raise AttributeError(name)
        return lambda *arguments, **keywords: call_plainly(name, self, *arguments, **keywords)


def call_plainly(name: str, *arguments: Any, **keywords: Any) -> Any:
    """A tool, called by plain Python."""
    called = TOOLS[name]
    bound = {parameter.name: value for parameter, value in zip(called.parameters, arguments)} | keywords
    frame = next((value.image.frame for value in bound.values() if isinstance(value, Patch)), None)
    result = called.run(**{key: value.image if isinstance(value, Patch) else value for key, value in bound.items()})

    def live(value: Any) -> Any:
        if isinstance(value, Box):
            return Patch(value if frame is None else value.moved(frame.left, frame.top))
        return [live(item) for item in value] if isinstance(value, list) else value

    return live(result)


def make_patch(*arguments: Any, **keywords: Any) -> Any:
    """ViperGPT's class, as plain Python has it."""
    if len(arguments) == 1 and not keywords:
        return arguments[0]
    return call_plainly("crop", *arguments, **keywords)


def plain_namespace() -> dict[str, Any]:
    """What a program can name in plain Python."""
    names = {
        name: (lambda *a, name=name, **k: call_plainly(name, *a, **k))
        for each in TOOLS.values()
        for name in (each.name, *each.aliases)
    }
    whole = Patch(Box(0, 0, WIDTH, HEIGHT))
    return {"image": whole, "ImagePatch": make_patch, "ToolError": RuntimeError, "__name__": "program", **names}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with short clocks, for all tests that change nothing of it."""
    with Sandbox(Limits(wall_seconds=20, program_seconds=2)) as made:
        yield made


@pytest.fixture(scope="session")
def run(sandbox: Sandbox) -> Callable[[str], Execution]:
    """Run a program on the scene."""
    return lambda source: sandbox.run(source, PICTURE, TOOLS, answer_call)


@pytest.fixture(scope="session")
def scene() -> dict[str, Any]:
    """The picture, the tools and what answers them, for tests that run programs in other ways."""
    return {"image": PICTURE, "tools": TOOLS, "answer": answer_call}


@pytest.fixture(scope="session")
def plainly() -> Callable[[str], Any]:
    """Run a program in plain Python; its answer."""

    def act(source: str) -> Any:
        names = plain_namespace()
        exec(compile(source, "<plain>", "exec", dont_inherit=True), names)
        if "answer" in names:
            return names["answer"]
        entry = names["execute_command"]
        wanted = entry.__code__.co_varnames[1 : entry.__code__.co_argcount - len(entry.__defaults__ or ())]
        extra = {"query": "", "question": "", "possible_answers": []}
        return entry(names["image"], *(extra.get(name, names.get(name)) for name in wanted))

    return act


def read_programs(name: str) -> list[tuple[str, str]]:
    """The programs of a file, with a title each."""
    text = (Path(__file__).parent / "programs" / name).read_text(encoding="utf-8")
    if name == "expressions.txt":
        return [(line, f"answer = {line}\n") for line in text.splitlines() if line]
    parts = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a `NAME_program` argument is run on every program of `programs/NAME.txt`."""
    for argument in metafunc.fixturenames:
        if argument.endswith("_program"):
            cases = read_programs(argument.removesuffix("_program") + ".txt")
            metafunc.parametrize(argument, [source for _, source in cases], ids=[title for title, _ in cases])


@pytest.fixture(scope="session")
def as_answer() -> Callable[[Any], Any]:
    """A plain answer as the sandbox gives it: JSON, with regions by their edges."""

    def turn(value: Any) -> Any:
        if isinstance(value, Patch):
            return {"region": [value.left, value.top, value.right, value.bottom], "label": value.label}
        if isinstance(value, dict):
            return {str(key): turn(item) for key, item in value.items()}
        if isinstance(value, int) and value.bit_length() > 63:
            return str(value)
        if isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not isinstance(value, str | set | frozenset)):
            return [turn(item) for item in value]
        if isinstance(value, set | frozenset):
            return [turn(item) for item in sorted(value)]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    return turn


@pytest.fixture(scope="session")
def without_origin() -> Callable[[Any], Any]:
    """An answer of the sandbox without the calls that its regions came from."""

    def turn(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turn(item) for key, item in value.items() if not ("region" in value and key == "from")}
        return [turn(item) for item in value] if isinstance(value, list) else value

    return turn
