"""Who can be asked beside a student: a served model, the programs, one tool; and the official metric at the end."""

import json
from math import log
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image as Picture
from typer.testing import CliRunner

from vpd.distill.commands import data, evaluation, score
from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.one_tool import ask_tool
from vpd.distill.evaluation.programs import teacher_predictions
from vpd.distill.evaluation.scoring import given
from vpd.distill.evaluation.served import ask_served, yes_among
from vpd.distill.evaluation.whom import choose, find_student
from vpd.distill.judging import judge_answer, judge_trace
from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import Asked, JudgedDraw
from vpd.distill.student.predict import Mode
from vpd.distill.student.voting import Voting
from vpd.engine.errors import ModelError
from vpd.engine.records import AnswerKind, Isolation, Program, Prompt, Question, Trace
from vpd.engine.scripted import ScriptedCompleter
from vpd.prompts.tasks import ask_for_rationale
from vpd.tools import Image, Registry, ToolFailed, tool

app = typer.Typer()
app.command()(evaluation.evaluate)
app.command()(score.score)
app.add_typer(data.data_app, name="data")


def vpd(*arguments: str | Path) -> str:
    """A command that is to succeed, and what it says on standard output."""
    done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


# a served model


def test_a_served_model_is_shown_the_picture(questions: list[Question]) -> None:
    completer = ScriptedCompleter(lambda _prompt, _draw: " Red. ", concurrency=2)
    told = list(ask_served(completer, questions, Mode.ANSWER, judge_answer, arm="served"))
    assert [one.question for one in told] == [question.id for question in questions]
    assert {(one.arm, one.mode, one.answer, one.text) for one in told} == {("served", "answer", "Red", "Red.")}
    assert {prompt.image.sha256 for prompt, _, _ in completer.requests if prompt.image} == {q.image.sha256 for q in questions}
    assert all(sampling.temperature == 0 for _, sampling, _ in completer.requests)


def test_prompts_about_two_pictures_differ(questions: list[Question]) -> None:
    completer = ScriptedCompleter(lambda _prompt, _draw: "red")
    list(ask_served(completer, [questions[0], questions[3]], Mode.ANSWER, judge_answer, arm="served"))
    first, second = (prompt for prompt, _, _ in completer.requests)
    assert first.messages == second.messages
    assert first.sha256 != second.sha256


def test_a_served_model_votes(questions: list[Question]) -> None:
    def say(_prompt: Prompt, draw: int) -> str:
        return ["I see one. So the answer is yes.", "So the answer is no.", "So the answer is yes."][draw]

    completer = ScriptedCompleter(say)
    told = next(ask_served(completer, questions[:1], Mode.VOTED, judge_answer, arm="served", voting=Voting(samples=3)))
    assert (told.answer, told.mode, told.text) == ("yes", "voted-3-0.7", "I see one. So the answer is yes.")
    assert told.share == pytest.approx(2 / 3)
    assert told.probability == pytest.approx(2 / 3)


@pytest.mark.parametrize("mode", [Mode.EXPLAIN, Mode.VOTED])
def test_only_one_that_was_not_taught_here_is_told_how_to_end(questions: list[Question], mode: Mode) -> None:
    completer = ScriptedCompleter(lambda _prompt, _draw: "So the answer is yes.")
    for taught in (True, False):
        next(ask_served(completer, questions[:1], mode, judge_answer, arm="served", voting=Voting(samples=1), taught=taught))
    ours, theirs = (str(prompt.messages[0].content) for prompt, _, _ in completer.requests)
    assert ours == ask_for_rationale(questions[0].text)
    assert theirs == f"{ours} End with a sentence of its own: So the answer is ..."


def test_the_probability_of_yes_is_weighed_among_likely_first_tokens(questions: list[Question]) -> None:
    first = {"Yes": log(0.5), " yes": log(0.1), "no": log(0.2), "Perhaps": log(0.1)}
    assert yes_among(first) == pytest.approx(0.75)
    assert yes_among({"perhaps": 0.0}) is None
    assert yes_among(None) is None
    completer = ScriptedCompleter(lambda _prompt, _draw: "yes")
    list(ask_served(completer, questions[:3], Mode.ANSWER, judge_answer, arm="served"))
    assert sorted(sampling.alternatives for _, sampling, _ in completer.requests) == [0, 0, 20]


def test_a_model_that_fails_ends_the_asking_after_what_was_answered(questions: list[Question]) -> None:
    completer = ScriptedCompleter(lambda _prompt, _draw: "red", faults={5: ModelError("gone")})
    told = list[Prediction]()
    with pytest.raises(ModelError, match="gone"):
        told.extend(ask_served(completer, questions, Mode.ANSWER, judge_answer, arm="served"))
    assert [one.question for one in told] == [question.id for question in questions[:5]]


# the programs


def drawn(question: Question, answer: Any, draw: int) -> JudgedDraw:
    """A draw whose program answered so."""
    program = Program(
        question=question.text,
        prompt_sha256="0",
        model="none",
        sampling={},
        draw=draw,
        completion="",
        source=f"answer = {answer!r}",
        completion_tokens=10,
        seconds=1.0,
    )
    trace = Trace(
        program=program.source_sha256,
        source=program.source,
        image=question.image,
        image_sha256=question.image.sha256,
        tools=(),
        isolation=Isolation.PROCESS,
        calls=(),
        answer=answer,
        seconds=0.5,
    )
    return JudgedDraw(program, trace, judge_trace(question, trace))


def test_the_teacher_is_what_most_programs_answer(questions: list[Question]) -> None:
    asked = Asked(questions[0], tuple(drawn(questions[0], answer, draw) for draw, answer in enumerate([False, True, True, None])))
    told = next(teacher_predictions([asked], judge_answer))
    assert (told.arm, told.answer, told.outcome) == ("teacher", "yes", Outcome.RIGHT)
    assert (told.share, told.tokens) == (0.5, 40)
    assert told.probability == pytest.approx(2 / 3)
    assert told.seconds == pytest.approx(4 + 3 * 0.5)


def test_a_teacher_without_answers_is_silent(questions: list[Question]) -> None:
    told = next(teacher_predictions([Asked(questions[0], (drawn(questions[0], None, 0),))], judge_answer))
    assert (told.answer, told.outcome, told.share) == ("", Outcome.SILENT, None)


# one tool


@tool
def simple_query(image: Image, question: str = "What is this?") -> str:
    """An answer."""
    if "color" in question:
        raise ToolFailed("simple_query", "colours are beyond me")
    return "yes" if image.pixels[18, 20, 0] > image.pixels[18, 20, 2] else "no"


def test_a_tool_alone_answers_every_question(questions: list[Question]) -> None:
    told = list(ask_tool(Registry([simple_query]), "simple_query", questions[:3], judge_answer, arm="eye"))
    assert [one.answer for one in told] == ["yes", "yes", ""]
    assert [one.outcome for one in told] == [Outcome.RIGHT, Outcome.WRONG, Outcome.FAILED]
    assert told[2].text == "simple_query: colours are beyond me"


def test_a_tool_that_takes_no_question_is_refused(questions: list[Question]) -> None:
    @tool
    def brightness(image: Image) -> float:
        """How bright it is."""
        return float(image.pixels.mean())

    with pytest.raises(EvaluationError, match="does not take a picture and a question"):
        next(ask_tool(Registry([brightness]), "brightness", questions, judge_answer, arm="eye"))


# who is meant


def test_only_one_is_asked_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="one at a time: here and there are named"):
        choose(tmp_path, student="here", model="there", tool=None, teacher=False)
    with pytest.raises(EvaluationError, match="name it by --model"):
        choose(tmp_path, student="here", model=None, tool=None, teacher=False, taught=True)


def test_a_student_is_found_in_the_run_in_a_folder_or_on_the_hub(tmp_path: Path) -> None:
    own, other = tmp_path / "run" / "students" / "one" / "student", tmp_path / "other"
    own.mkdir(parents=True)
    other.mkdir()
    assert find_student(tmp_path / "run", "one") == str(own)
    assert find_student(tmp_path / "run", str(other)) == str(other)
    assert find_student(tmp_path / "run", "someone/model") == "someone/model"
    assert choose(tmp_path / "run", student=str(other), model=None, tool=None, teacher=False).arm == "other"


# official metrics, from released files to a score


def test_choices_are_given_to_the_metric_as_released(questions: list[Question]) -> None:
    asked = questions[0].model_copy(update={"answer_kind": AnswerKind.CHOICE, "choices": ("A hat", "mail"), "answers": ("mail",)})
    said = Prediction(
        question=asked.id, kind="", split="", arm="", mode="", text="", answer="(a)", expected=(), outcome=Outcome.WRONG
    )
    assert given("aokvqa-choice", asked, said) == "A hat"
    assert given("hateful-memes", asked, said) is None
    assert given("hateful-memes", asked, said.model_copy(update={"probability": 0.2})) == 0.2


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (32, 32), "red").save(path)


def make_pope(folder: Path) -> None:
    rows = [
        {"question_id": n, "image": "COCO_val2014_1.jpg", "text": f"Is there a {t}?", "label": a}
        for n, t, a in ((1, "dog", "yes"), (2, "cat", "no"))
    ]
    for setting in ("random", "popular", "adversarial"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"coco_pope_{setting}.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    picture(folder / "val2014" / "COCO_val2014_1.jpg")


def make_tallyqa(folder: Path) -> None:
    row = {"image": "VG_100K/1.jpg", "answer": 2, "image_id": 1, "question_id": 5, "question": "How many lamps?"}
    folder.mkdir(parents=True)
    (folder / "test.json").write_text(json.dumps([row | {"data_source": "amt", "issimple": False}]))
    picture(folder / "VG_100K" / "1.jpg")


def make_aokvqa(folder: Path) -> None:
    row = {"split": "val", "image_id": 7, "question_id": "22jbM6gDxdaMaunuzgrsBB", "question": "What is in the bag?"}
    row |= {"choices": ["hay", "mail", "sand", "bread"], "correct_choice_idx": 3, "direct_answers": ["bread"] * 10}
    folder.mkdir(parents=True)
    (folder / "aokvqa_v1p0_val.json").write_text(
        json.dumps([row | {"difficult_direct_answer": False, "rationales": ["a", "b", "c"]}])
    )
    picture(folder / "val2017" / "000000000007.jpg")


def make_memes(folder: Path) -> None:
    rows = [{"id": n, "img": f"img/{n:05d}.png", "label": n % 2, "text": "so it goes"} for n in (10, 11)]
    folder.mkdir(parents=True)
    (folder / "dev_seen.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        picture(folder / str(row["img"]))


@pytest.mark.parametrize(
    ("name", "make", "headline"),
    [
        ("pope", make_pope, "pope_official: f1 mean over settings"),
        ("tallyqa", make_tallyqa, "tallyqa_official: accuracy"),
        ("aokvqa-choice", make_aokvqa, "aokvqa_choice: accuracy"),
        ("hateful-memes", make_memes, "memes_official: auroc"),
    ],
)
def test_released_files_are_asked_of_a_student_and_scored(
    name: str, make: Any, headline: str, tmp_path: Path, tiny: Path
) -> None:
    folder, run = tmp_path / name, tmp_path / "run"
    make(folder)
    vpd("data", "import", name, folder, run, "--cache", tmp_path / "cache")
    said = vpd("evaluate", run, "--student", tiny, "--name", "tiny", "--benchmark", name, "--device", "cpu")
    assert headline in said
    again = vpd("score", name, run, "--arm", "tiny")
    assert said.rstrip(")\n").split()[-2] in again
    with RunDirectory(run) as place:
        told = place.read(Prediction)
    assert {one.arm for one in told} == {"tiny"}
    assert all(one.tokens is not None for one in told)
