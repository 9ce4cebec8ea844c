"""Questions about the made-up photograph of tests/rationales, and traces of right programs."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from vpd.distill.grid import Grid
from vpd.engine.records import AnswerKind, Question, Trace
from vpd.tools import ImageRef


def load_photograph() -> ModuleType:
    spec = spec_from_file_location("made_up_photograph", Path(__file__).parents[1] / "rationales" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PHOTOGRAPH = load_photograph()
photo = PHOTOGRAPH.photo
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
    "itself": (
        "Is the dog to the left of the brown dog?",
        'dogs = find(image, "dog")\n    brown = find(image, "brown dog")[0]\n'
        '    if dogs[0].x < brown.x:\n        return "yes"\n    return "no"',
    ),
    "man": ("What is the man doing?", 'return simple_query(image, "What is the man doing?")'),
}


@pytest.fixture(scope="session")
def grid() -> Grid:
    return Grid("cell", 8)


def make_stories(photo: ImageRef) -> dict[str, tuple[Question, Trace]]:
    """By name, a question and the trace of a right program."""
    found = {}
    with PHOTOGRAPH.running(photo) as run:
        for name, (text, body) in PROGRAMS.items():
            trace = run(f"def execute_command(image):\n    {body}\n")
            assert trace.failure is None, trace.failure
            question = Question(
                key=name, text=text, image=photo, kind="k", answer_kind=AnswerKind.TEXT, source="test", split="train"
            )
            found[name] = (question, trace)
    return found


@pytest.fixture(scope="session")
def stories(photo: ImageRef) -> dict[str, tuple[Question, Trace]]:
    return make_stories(photo)
