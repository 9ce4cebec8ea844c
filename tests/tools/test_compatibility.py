"""Programs in the manner of ViperGPT and of VPD, run unmodified in the sandbox with the tools of the sets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from vpd.engine.dispatch import Dispatcher
from vpd.engine.sandbox import Execution, Limits, Sandbox
from vpd.tools import Image, read_image_ref
from vpd.tools.knowledge import Knowledge
from vpd.tools.toolsets import open_toolset

Run = Callable[[str, Image], Execution]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A program on a picture with the tools of `lite`."""
    tools = open_toolset("lite", knowledge=Knowledge("parrot", lambda question: f"heard {question!r}"))
    with Sandbox(Limits(program_seconds=60)) as sandbox, Dispatcher() as dispatcher:

        def go(source: str, image: Image) -> Execution:
            (execution,) = sandbox.run_many(source, [image], tools, dispatcher.answer)
            return execution

        yield go


@pytest.fixture
def flag(tmp_path: Path) -> Image:
    """200 x 100 pixels: blue on the left, red above green on the right."""
    picture = Picture.new("RGB", (200, 100), "blue")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 0, 200, 50), fill="red")
    draw.rectangle((100, 50, 200, 100), fill="green")
    picture.save(tmp_path / "flag.png")
    return Image(read_image_ref(tmp_path / "flag.png"))


def answer(run: Run, source: str, image: Image) -> Any:
    execution = run(source, image)
    assert execution.failure is None, execution.failure
    return execution.answer


def test_vipergpts_crop_counts_heights_from_the_bottom(run: Run, flag: Image) -> None:
    source = """
def execute_command(image) -> str:
    image_patch = ImagePatch(image)
    upper_right = image_patch.crop(100, 50, 200, 100)
    lower_right = ImagePatch(image, 100, 0, 200, 50)
    return upper_right.best_text_match(["red", "green"]) + " above " + lower_right.best_text_match(["red", "green"])
"""
    assert answer(run, source, flag) == "red above green"


def test_vipergpts_edges_of_a_crop_can_be_compared_and_overlapped(run: Run, flag: Image) -> None:
    source = """
def execute_command(image) -> str:
    image_patch = ImagePatch(image)
    left = image_patch.crop(0, 0, 100, 100)
    right = image_patch.crop(100, 0, 200, 100)
    upper = image_patch.crop(20, 60, 180, 100)
    if left.horizontal_center < right.horizontal_center and upper.vertical_center > left.vertical_center:
        return bool_to_yesno(upper.overlaps_with(left.left, left.lower, left.right, left.upper))
"""
    assert answer(run, source, flag) == "yes"


def test_vipergpts_distance_and_numbers(run: Run, flag: Image) -> None:
    source = """
def execute_command(image) -> str:
    left = ImagePatch(image, 0, 0, 50, 100)
    right = ImagePatch(image, 90, 0, 200, 100)
    return formatting_answer(distance(left, right) + coerce_to_numeric("2-3 apples") + distance(1, 4))
"""
    assert answer(run, source, flag) == "45"


@pytest.mark.parametrize(("given", "said"), [("1", "yes"), ("0", "no"), ("True", "yes"), ("len([image])", "yes")])
def test_zero_and_one_are_answers_to_yes_or_no(run: Run, flag: Image, given: str, said: str) -> None:
    assert answer(run, f"def execute_command(image) -> str:\n    return bool_to_yesno({given})\n", flag) == said


def test_a_whole_number_is_formatted_as_one(run: Run, flag: Image) -> None:
    assert answer(run, "def execute_command(image) -> str:\n    return formatting_answer([1, True])\n", flag) == "1, yes"


def test_vipergpts_property_of_a_region(run: Run, flag: Image) -> None:
    source = """
def execute_command(image) -> bool:
    return ImagePatch(image).crop(0, 0, 100, 100).verify_property("cloth", "blue")
"""
    assert answer(run, source, flag) is True


@pytest.mark.parametrize(
    "call",
    [
        'image_patch.llm_query("Who?", long_answer=False)',
        'llm_query("Who?", False)',
        'llm_query(question="Who?", long_answer=False)',
    ],
)
def test_vipergpts_query_is_a_method_and_a_function(run: Run, flag: Image, call: str) -> None:
    source = f"def execute_command(image):\n    image_patch = ImagePatch(image)\n    return {call}\n"
    assert answer(run, source, flag) == "heard 'Who?\\nAnswer in one or two words.'"


def test_vpds_names(run: Run, flag: Image) -> None:
    source = """
def execute_command(image):
    image_patch = ImagePatch(image)
    corner = image_patch.crop(150, 50, 200, 100)
    wider = corner.expand_patch_with_surrounding()
    print(f"the corner at {corner} grows to {wider}")
    if wider.overlaps(corner) and dist(corner, wider) > 0:
        print(language_question_answering("Which country has this flag?"))
    return formatting_answer([wider.width == 75, wider.height])
"""
    assert answer(run, source, flag) == "yes, 75"


def test_a_tool_that_is_not_there_is_an_error_that_names_what_is(run: Run, flag: Image) -> None:
    failure = run("def execute_command(image):\n    return image.simple_query('What is this?')\n", flag).failure
    assert failure is not None
    assert "simple_query" in failure.message


def test_a_word_that_the_detector_does_not_know_is_an_error_and_not_an_absence(run: Run, flag: Image) -> None:
    failure = run("def execute_command(image):\n    return len(image.find('unicorn'))\n", flag).failure
    assert failure is not None
    assert "no word for 'unicorn'" in failure.message


@pytest.mark.models
def test_the_nearer_of_two_things_to_a_photographs_edge(run: Run, photograph: Callable[[str], Image]) -> None:
    source = """
def execute_command(image) -> str:
    image_patch = ImagePatch(image)
    cup_patches = image_patch.find("cup")
    spoon_patches = image_patch.find("spoon")
    if len(cup_patches) == 0:
        return "no cup"
    cup_patch = cup_patches[0]
    return bool_to_yesno(cup_patch.horizontal_center < image_patch.horizontal_center and image_patch.exists("cup"))
"""
    assert answer(run, source, photograph("coffee.png")) == "yes"


@pytest.mark.models
def test_a_region_chosen_among_several_is_a_region_of_the_photograph(run: Run, photograph: Callable[[str], Image]) -> None:
    source = """
def execute_command(image) -> str:
    cat_patches = ImagePatch(image).find(object_name="cat") + ImagePatch(image).find("chair")
    best = best_image_match(cat_patches + [ImagePatch(image).crop(0, 0, 40, 40)], ["cat"])
    return str(best.width > 40)
"""
    assert answer(run, source, photograph("chelsea.png")) == "True"
