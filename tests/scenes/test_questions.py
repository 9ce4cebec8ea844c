"""Questions: their words and their answers."""

import pytest

from vpd.distill.scenes.questions import Ask, Noun, Place
from vpd.distill.scenes.scene import Thing

RED_CIRCLE = Thing("red", "circle", 20, 100, 10)
BLUE_SQUARE = Thing("blue", "square", 60, 40, 10)
RED_SQUARE = Thing("red", "square", 100, 150, 10)
GREEN_CIRCLE = Thing("green", "circle", 150, 70, 10)
THINGS = (RED_CIRCLE, BLUE_SQUARE, RED_SQUARE, GREEN_CIRCLE)
SQUARE = Noun("blue", "square")
ABOVE_CIRCLE = Place("above", Noun("red", "circle"))

CASES = [
    (Ask("exist", "exist", Noun("red", "circle")), "Is there a red circle?", "yes", (0,)),
    (Ask("exist", "exist", Noun("red", "cross")), "Is there a red cross?", "no", ()),
    (Ask("count", "count", Noun(None, "circle")), "How many circles are there?", "2", (0, 3)),
    (Ask("count", "count", Noun("red")), "How many red shapes are there?", "2", (0, 2)),
    (Ask("count", "count", Noun("red", "cross")), "How many red crosses are there?", "0", ()),
    (
        Ask("count_relation", "count", Noun(None, "circle", (Place("right", SQUARE),))),
        "How many circles are to the right of the blue square?",
        "1",
        (3,),
    ),
    (
        Ask("attribute", "color", Noun(None, "circle", (Place("left", SQUARE),))),
        "What color is the circle to the left of the blue square?",
        "red",
        (0,),
    ),
    (
        Ask("attribute", "shape", Noun("green", None, (Place("below", SQUARE),))),
        "What shape is the green object below the blue square?",
        "circle",
        (3,),
    ),
    (
        Ask("relation", "relation", Noun("red", "circle", (Place("above", SQUARE),))),
        "Is the red circle above the blue square?",
        "no",
        (0, 1),
    ),
    (
        Ask("compare", "compare", Noun("red"), Noun("green", "circle")),
        "Are there more red shapes than green circles?",
        "yes",
        (0, 2, 3),
    ),
    (
        Ask("count_two_relations", "count", Noun("red", None, (Place("left", Noun("green", "circle")), Place("below", SQUARE)))),
        "How many red shapes are to the left of the green circle and below the blue square?",
        "2",
        (0, 2),
    ),
    (
        Ask(
            "attribute_chain",
            "color",
            Noun(None, None, (Place("left", Noun(None, "square", (ABOVE_CIRCLE,))),)),
        ),
        "What color is the shape to the left of the square above the red circle?",
        "red",
        (0,),
    ),
]


@pytest.mark.parametrize(("ask", "text", "answer", "counted"), CASES)
def test_a_question_has_its_words_and_its_answer(ask: Ask, text: str, answer: str, counted: tuple[int, ...]) -> None:
    found = ask.answer(THINGS)
    assert ask.text == text
    assert found is not None
    assert (found.answer, found.counted) == (answer, counted)


@pytest.mark.parametrize(
    "ask",
    [
        Ask("count_relation", "count", Noun(None, "circle", (Place("left", Noun("blue", "cross")),))),
        Ask("count_relation", "count", Noun(None, "circle", (Place("left", Noun("red")),))),
        Ask("attribute", "color", Noun(None, "circle", (Place("below", Noun("blue", "square")),))),
        Ask("relation", "relation", Noun("red", "circle", (Place("above", Noun("blue", "cross")),))),
        Ask("relation", "relation", Noun("red", None, (Place("above", SQUARE),))),
        Ask("compare", "compare", Noun("yellow"), Noun(None, "cross")),
    ],
)
def test_a_question_that_takes_for_granted_what_is_not_so_has_no_answer(ask: Ask) -> None:
    assert ask.answer(THINGS) is None
