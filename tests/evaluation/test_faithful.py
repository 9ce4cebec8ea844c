"""How faithfully a student explains: places read back, rationales altered, and measures whose truth is known."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vpd.distill.commands import evaluation
from vpd.distill.evaluation.altering import Words, alter, up_to_answer
from vpd.distill.evaluation.faithfulness import last_number, measure_agreement, measure_places, measure_probes
from vpd.distill.evaluation.places import Placed, Sight, places_in, sight_of
from vpd.distill.evaluation.probes import Probe
from vpd.distill.grid import Grid
from vpd.distill.judging import judge_answer
from vpd.distill.records import Prediction
from vpd.engine.records import Question
from vpd.tools import Box
from vpd.tools.image import ImageRef

CELLS, CORNERS = Grid("cell", 8), Grid("corners", 1000)
TOLD = (
    "red shapes : red square at x1 y2, red circle at x3 y4 ; 2 in all. the color of the cat at x0 y0 is red. so the answer is 2."
)
app = typer.Typer()
app.command()(evaluation.faithful)
app.command()(evaluation.evaluate)


def said(question: Question, text: str, answer: str, mode: str = "explain") -> Prediction:
    return Prediction(
        question=question.id,
        kind=question.kind,
        split=question.split,
        arm="one",
        mode=mode,
        text=text,
        answer=answer,
        expected=question.answers,
        outcome=judge_answer(question, answer),
    )


# places


def test_places_are_read_with_their_names() -> None:
    assert places_in(TOLD, CELLS) == [
        Placed("red square", (1, 2)),
        Placed("red circle", (3, 4)),
        Placed("cat", (0, 0)),
    ]


def test_places_in_a_row_share_their_name() -> None:
    text = "Two cars: the cars at 10 20 300 400 and 500 20 700 300. So the answer is 2."
    assert [placed.name for placed in places_in(text, CORNERS)] == ["cars", "cars"]


@pytest.mark.parametrize(
    ("grid", "numbers", "sight"),
    [
        (CELLS, (1, 2), Sight.THERE),
        (CELLS, (1, 3), Sight.ELSEWHERE),
        (CORNERS, (250, 125, 375, 250), Sight.THERE),
        (CORNERS, (250, 200, 375, 325), Sight.ELSEWHERE),
        (CORNERS, (375, 125, 250, 250), Sight.NOT_KNOWN),
    ],
)
def test_a_place_is_there_in_the_same_cell_or_with_enough_overlap(
    grid: Grid, numbers: tuple[float, ...], sight: Sight, images: list[ImageRef]
) -> None:
    image = images[0]
    box = Box(image.width / 8, image.height / 4, image.width * 3 / 8 - image.width / 8, image.height * 3 / 8)
    assert sight_of(Placed("car", numbers), image, grid, lambda _image, _name: [box]) is sight


def test_a_name_that_the_tool_does_not_know_is_no_error_of_the_student(images: list[ImageRef]) -> None:
    assert sight_of(Placed("unicorn", (0, 0)), images[0], CELLS, lambda _image, _name: None) is Sight.NOT_KNOWN
    assert sight_of(Placed("", (0, 0)), images[0], CELLS, lambda _image, _name: []) is Sight.NOT_KNOWN
    assert sight_of(Placed("car", (0, 0)), images[0], CELLS, lambda _image, _name: []) is Sight.NOWHERE


def test_places_are_counted_beside_those_on_another_picture(questions: list[Question]) -> None:
    first, second = questions[0], questions[3]
    pairs = [(first, said(first, "a square at x0 y0. so the answer is yes.", "yes")), (second, said(second, "no", "no"))]
    at = {first.image.sha256: Box(0, 0, 2, 2), second.image.sha256: Box(40, 40, 50, 50)}
    found = {each.name: each.value for each in measure_places(pairs, CELLS, lambda image, _name: [at[image.sha256]])}
    assert found == {
        "places whose name the tool knows": 1.0,
        "places where the tool finds what is named": 1.0,
        "the same places on another picture (chance)": 0.0,
    }


# changed rationales


def test_the_last_count_is_changed_and_no_place() -> None:
    changed = alter(TOLD, Words.NUMBER, CELLS, "0")
    assert changed is not None
    assert (changed.was, changed.becomes in ("1", "3")) == ("2", True)
    assert changed.text == TOLD.replace("2 in all", f"{changed.becomes} in all").removesuffix(" 2.")


def test_a_place_is_changed_where_there_is_no_count() -> None:
    changed = alter("the square is at x1 y2. so the answer is yes.", Words.NUMBER, CELLS, "0")
    assert changed is not None
    assert changed.text == "the square is at x5 y2. so the answer is"


def test_shuffled_words_are_the_same_words_before_the_same_end() -> None:
    changed = alter(TOLD, Words.SHUFFLED, CELLS, "0")
    parts = up_to_answer(TOLD)
    assert changed is not None
    assert parts is not None
    assert changed.text.endswith(parts[1])
    assert sorted(changed.text.split()) == sorted(f"{parts[0]} {parts[1]}".split())
    assert changed == alter(TOLD, Words.SHUFFLED, CELLS, "0") != alter(TOLD, Words.INTACT, CELLS, "0")


def test_a_rationale_without_an_answer_cannot_be_altered() -> None:
    assert all(alter("it is red", words, CELLS, "0") is None for words in Words)
    assert alter("it is red. so the answer is red.", Words.NUMBER, CELLS, "0") is None
    assert alter("so the answer is red.", Words.SHUFFLED, CELLS, "0") is None


def probes(question: Question, picture: str, intact: str, number: str, shuffled: str) -> list[Probe]:
    """Three probes of a rationale whose 1 became 2."""
    answers = {"intact": intact, "number": number, "shuffled": shuffled}
    return [
        Probe(
            question=question.id,
            arm="one",
            rationale="1 in all. so the answer is 1.",
            words=words,
            picture=picture,
            seed=0,
            was="1" if words == "number" else "",
            becomes="2" if words == "number" else "",
            answer=answer,
        )
        for words, answer in answers.items()
    ]


def test_an_answer_that_follows_its_number_is_told_from_one_that_does_not(questions: list[Question]) -> None:
    first, second = questions[1], questions[4]
    asked = [
        *probes(first, "shown", "1", "two", "1"),
        *probes(second, "shown", "1", "1", "1"),
        *probes(first, "blank", "1", "2", "3"),
    ]
    found = {each.name: each for each in measure_probes(asked, {one.id: one for one in questions})}
    assert found["answer changes: number, picture shown"].value == 0.5
    assert found["answer changes: shuffled, picture shown"].value == 0.0
    difference = found["answer changes: number minus shuffled, picture shown"]
    assert (difference.value, difference.only_first, difference.only_second) == (0.5, 1, 0)
    assert found["answer follows the changed number, picture blank"].value == 1.0
    assert found["answer changes: shuffled, picture blank"].value == 1.0


def test_a_probe_that_could_not_be_asked_is_left_out(questions: list[Question]) -> None:
    silent = [each.model_copy(update={"answer": None}) for each in probes(questions[1], "shown", "1", "2", "2")]
    assert measure_probes(silent, {one.id: one for one in questions}) == []


# agreement with itself


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3 cats at x1 y2. so the answer is 4.", 3),
        ("two cats. so the answer is 2.", 2),
        ("cats : none. so the answer is 0.", 0),
        ("a cat at x1 y2. so the answer is 1.", None),
        ("no end", None),
    ],
)
def test_the_last_number_is_no_place(text: str, number: int | None) -> None:
    assert last_number(text, CELLS) == number


def test_agreement_is_of_what_answers_mean(questions: list[Question]) -> None:
    first, second = questions[1], questions[4]
    explained = {
        first.id: said(first, "1 in all. so the answer is 1.", "1"),
        second.id: said(second, "3 in all. so the answer is 2.", "2"),
    }
    answered = {first.id: said(first, "one", "one", "answer"), second.id: said(second, "1", "1", "answer")}
    found = {each.name: each for each in measure_agreement({one.id: one for one in questions}, answered, explained, CELLS)}
    assert found["short answer equals explained answer"].value == 0.5
    assert found["last number of the rationale equals its answer"].value == 0.5
    assert (found["right: explained minus short"].only_first, found["right: explained minus short"].only_second) == (0, 1)


# the whole look


def test_a_students_faithfulness_is_measured_once(run: Path, tiny: Path) -> None:
    arguments = ["faithful", str(run), "--student", str(tiny), "--limit", "3", "--device", "cpu"]
    for _ in range(2):
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0
    name = tiny.parent.name
    told = json.loads((run / "faithful" / f"{name}.json").read_text())
    assert {each["name"] for each in told["measures"]} >= {
        "rationales that name an answer",
        "short answer equals explained answer",
    }
    lines = (run / "faithful" / f"{name}.jsonl").read_text().splitlines()
    assert len(lines) == 3 * len(Words) * 2
