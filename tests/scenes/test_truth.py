"""Rationales from the truth of drawn scenes."""

from vpd.distill.grid import Grid
from vpd.distill.scenes.askable import ask_of_text
from vpd.distill.scenes.scene import Scene, Thing
from vpd.distill.scenes.truth import tell_truth
from vpd.tools.image import ImageRef

SCENE = Scene(
    split="plain",
    number=0,
    image=ImageRef("0" * 64, "a.png", 160, 160),
    objects=(
        Thing("red", "circle", 10, 90, 8),
        Thing("blue", "square", 50, 30, 8),
        Thing("red", "square", 90, 150, 8),
        Thing("green", "circle", 150, 70, 8),
    ),
)


def told(text: str) -> str:
    """The sentences for a question."""
    ask = ask_of_text(text)
    assert ask is not None
    return " ".join(tell_truth(ask, SCENE, Grid("cell", 8)))


def test_what_is_asked_about_is_listed_from_left_to_right() -> None:
    assert told("How many red shapes are there?") == "Red shapes: red circle at x0 y4, red square at x4 y7."
    assert told("Is there a green square?") == "Green squares: none."


def test_anchors_come_first_and_what_stands_there_last() -> None:
    assert told("How many circles are to the right of the blue square?") == (
        "Blue squares: blue square at x2 y1. Circles: red circle at x0 y4, green circle at x7 y3. "
        "To the right of the blue square: green circle at x7 y3."
    )
    assert told("Is the red circle above the blue square?").endswith("Above the blue square: none.")


def test_both_sides_of_a_comparison_are_listed() -> None:
    assert told("Are there more red shapes than green circles?") == (
        "Red shapes: red circle at x0 y4, red square at x4 y7. Green circles: green circle at x7 y3."
    )


def test_a_question_with_two_places_is_not_known_by_its_text() -> None:
    assert ask_of_text("How many red shapes are above the blue square and below the red circle?") is None
