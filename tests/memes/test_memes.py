"""Content moderation from the data set's own layout to what a student reads, with labels and without."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from vpd.distill.checks.coverage import votes_of
from vpd.distill.checks.hidden_labels import HiddenLabels
from vpd.distill.commands.main import app
from vpd.distill.datasets.memes import QUESTION
from vpd.distill.datasets.pictures import Pictures
from vpd.distill.datasets.reading import open_source, read_questions
from vpd.distill.errors import RunError
from vpd.distill.evaluation.programs import teacher_predictions
from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.distill.judging import judge_answer
from vpd.distill.metrics import evaluate_predictions
from vpd.distill.records import Outcome, Rationale, Teaches, TrainingExample, Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, build, explain, judge, run_draws, sample
from vpd.engine.records import Question, Trace
from vpd.engine.scripted import ScriptedCompleter

BOTH = """
def execute_command(image):
    words = read_text(image)
    scene = image_caption(image)
    return judgement("whether it is hateful", [f"words: {words}", f"picture: {scene}"])
"""
BY_HAND = """
def execute_command(image):
    words = read_text(image).lower()
    if "no " not in words:
        return "no"
    for box in find(image, "shape"):
        if box.label in words:
            return "yes"
    return "no"
"""
WORDS_ONLY = """
def execute_command(image):
    words = read_text(image)
    return judgement("whether it is hateful", [f"words: {words}"])
"""
CONSTANT = 'def execute_command(image):\n    read_text(image)\n    return "no"\n'
BROKEN = "def execute_command(image):\n    return judgement('', [])\n"
PROGRAMS = [f"```python\n{source.strip()}\n```" for source in (BOTH, BY_HAND, WORDS_ONLY, CONSTANT, BROKEN)]
TOOLS = """
[drawn]
about = "memes that the test draws"
tools = [
    { from = "drawn_memes:seeing_tools" },
    { from = "vpd.tools.scene_tools", show = ["find"] },
    { from = "drawn_memes:language" },
]
"""
GRID = Grid("cell", 8)


@pytest.fixture(scope="module")
def drawn() -> Iterator[ModuleType]:
    """The module of drawn memes, importable by the name that the tool set gives it."""
    spec = importlib.util.spec_from_file_location("drawn_memes", Path(__file__).with_name("drawn_memes.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["drawn_memes"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["drawn_memes"]


@pytest.fixture(scope="module")
def questions(drawn: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    folder = tmp_path_factory.mktemp("memes")
    drawn.write_data_set(folder)
    source = open_source("hateful-memes", str(folder), folder / "cache", split="train")
    return list(read_questions(source, Pictures(source.places, folder / "cache")))


def walk(path: Path, questions: list[Question], policy: str) -> None:
    (path / "drawn.toml").write_text(TOOLS)
    settings = RunSettings(llm="scripted", draws=5, policy=policy, toolset=str(path / "drawn.toml"))
    with RunDirectory(path / "run", settings) as run, ScriptedCompleter({QUESTION: PROGRAMS}) as completer:
        add_questions(run, questions)
        sample(run, completer, lambda _outcome: None)
        run_draws(run, lambda _outcome: None)
        judge(run, lambda _outcome: None)
        explain(run, lambda _outcome: None)
        build(run, lambda _outcome: None)


@pytest.fixture(scope="module")
def labelled(questions: list[Question], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled")
    walk(path, questions, "reasons")
    return path / "run"


@pytest.fixture(scope="module")
def unlabelled(questions: list[Question], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("unlabelled")
    walk(path, [question.model_copy(update={"answers": ()}) for question in questions], "agreed")
    return path / "run"


def test_the_memes_are_read_from_the_official_layout(drawn: Any, questions: list[Question]) -> None:
    assert [question.answers[0] for question in questions] == drawn.answers(drawn.memes())
    assert {question.text for question in questions} == {"Is this meme hateful?"}


def test_neither_words_nor_picture_alone_can_tell(drawn: Any) -> None:
    memes = drawn.memes()
    forbidding = [meme for meme in memes if meme.words.startswith("NO")]
    assert {(meme.words, meme.breaks_rule) for meme in forbidding} == {
        (meme.words, breaks) for meme in forbidding for breaks in (True, False)
    }
    pictures = {(meme.color, meme.shape) for meme in memes}
    assert {(meme.color, meme.shape, meme.breaks_rule) for meme in memes} == {
        (*each, breaks) for each in pictures for breaks in (True, False)
    }


def test_programs_that_look_at_words_and_picture_are_right(labelled: Path) -> None:
    verdicts = [verdict.outcome for verdict in RunDirectory(labelled).read(Verdict)]
    assert verdicts.count(Outcome.FAILED) == 18
    right: dict[str, list[bool]] = {}
    for each in read_run(labelled).asked:
        for draw in each.draws:
            right.setdefault(draw.program.source.strip(), []).append(draw.is_right)
    counts = {source: sum(told) for source, told in right.items()}
    expected = {BOTH: 18, BY_HAND: 18, WORDS_ONLY: 12, CONSTANT: 12, BROKEN: 0}
    assert counts == {source.strip(): number for source, number in expected.items()}


def test_with_labels_every_meme_is_taught_with_the_reason(labelled: Path, questions: list[Question]) -> None:
    examples = RunDirectory(labelled).read(TrainingExample)
    answers = {one.question: one.messages[-1].content for one in examples if one.teaches is Teaches.ANSWER}
    assert answers == {question.id: question.answers[0] for question in questions}
    told = [one for one in examples if one.teaches is Teaches.RATIONALE]
    assert len(told) == len(questions)
    assert {one.messages[-1].content.rpartition("So the answer is ")[2] for one in told} == {"yes.", "no."}


def test_a_rationale_tells_words_and_picture_and_is_founded(labelled: Path, questions: list[Question]) -> None:
    by_id = {question.id: question for question in questions}
    run = RunDirectory(labelled)
    traces = {trace.id: trace for trace in run.read(Trace)}
    for rationale in run.read(Rationale):
        question = by_id[rationale.question]
        assert str(question.details["text"]) in rationale.text.lower()
        grounding = ground(rationale.text, traces[rationale.trace], question, GRID, rationale.answer)
        assert grounding.unfounded == (), rationale.text


def test_without_labels_the_vote_is_taught(unlabelled: Path, questions: list[Question]) -> None:
    examples = RunDirectory(unlabelled).read(TrainingExample)
    answers = {one.question: one.messages[-1].content for one in examples if one.teaches is Teaches.ANSWER}
    assert answers == {question.id: question.answers[0] for question in questions}
    assert {verdict.outcome for verdict in RunDirectory(unlabelled).read(Verdict)} == {Outcome.UNKNOWN, Outcome.FAILED}


def test_hidden_labels_tell_how_right_the_vote_is(unlabelled: Path, questions: list[Question]) -> None:
    voted = votes_of(read_run(unlabelled).asked, HiddenLabels(questions))
    assert len(voted) == 18
    assert all(each.right for each in voted)


def test_the_programs_own_probability_of_yes_gives_their_auroc(labelled: Path, questions: list[Question]) -> None:
    predictions = teacher_predictions(read_run(labelled).asked, judge_answer)
    said = {each.question: each.probability for each in predictions}
    assert set(said.values()) == {0.0, 0.25, 0.75}
    scores = evaluate_predictions("hateful-memes", questions, said)
    assert (scores.headline, scores.values["auroc"], scores.values["accuracy"]) == ("auroc", 1.0, 1.0)


def test_a_run_without_labels_starts_from_the_data_set_in_one_command(drawn: Any, tmp_path: Path) -> None:
    drawn.write_data_set(tmp_path / "memes")
    asked = ["--split", "train", "--no-labels", "--policy", "agreed", "--toolset", "memes"]
    done = CliRunner().invoke(
        app, ["data", "import", "hateful-memes", str(tmp_path / "memes"), str(tmp_path / "run"), *asked, "--cache", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    run = RunDirectory(tmp_path / "run")
    assert {question.answers for question in run.read(Question)} == {()}
    assert (run.settings.policy, run.settings.toolset) == ("agreed", "memes")


def test_a_run_with_an_unknown_policy_is_not_started(drawn: Any, tmp_path: Path) -> None:
    drawn.write_data_set(tmp_path / "memes")
    done = CliRunner().invoke(
        app, ["data", "import", "hateful-memes", str(tmp_path / "memes"), str(tmp_path / "run"), "--policy", "agred"]
    )
    assert isinstance(done.exception, RunError)
    assert not (tmp_path / "run").exists()
