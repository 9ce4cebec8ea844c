"""Pairs to prefer by, from a run whose programs come from a script and everything else is real."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vpd.distill.commands.main import app
from vpd.distill.commands.student import prefer
from vpd.distill.export import FORMATS, read_back
from vpd.distill.preferences import gather_pairs, preference_pairs
from vpd.distill.records import Outcome, Preference, Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, judge, run_draws, sample
from vpd.distill.student import TinySettings, build_tiny_student
from vpd.engine.records import Question
from vpd.engine.scripted import ScriptedCompleter

COUNT = 'def execute_command(image):\n    found = find(image, "{name}")\n    return str(len(found){more})\n'
SILENT = "def execute_command(image):\n    find(image, 'circle')\n"
SCENES = DatasetSettings(
    train_images=12, test_images=2, questions_per_image=3, train_questions=12, unseen_pairs_questions=8, deeper_questions=6
)


def ignore(_outcome: str = "") -> None:
    return


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of each counting question one right program, two wrong ones of which one is drawn twice, and one that says nothing."""
    folder = tmp_path_factory.mktemp("run")
    make_scenes(folder / "scenes", SCENES)
    script = {}
    for question in read_questions(folder / "scenes"):
        name = question.text.removeprefix("How many ").removesuffix(" are there?")
        counts = question.kind == "count" and question.text.startswith("How many")
        ways = [" + 1", "", " + 2", " + 2"] if counts else []
        script[question.text] = [*(COUNT.format(name=name, more=more) for more in ways), *[SILENT] * (5 - len(ways))]
    with RunDirectory(folder / "run", RunSettings(llm="scripted", draws=5, policy="paper")) as place:
        add_questions(place, read_questions(folder / "scenes"))
        with ScriptedCompleter(script) as completer:
            sample(place, completer, ignore)
        run_draws(place, ignore)
        judge(place, ignore)
    return folder / "run"


def pairs_of(run: Path, most: int) -> list[Preference]:
    return list(preference_pairs(RunDirectory(run), most))


def test_a_right_trace_stands_against_the_wrong_one_that_most_draws_share(run: Path) -> None:
    place = RunDirectory(run)
    outcomes = {(one.question, one.trace): one.outcome for one in place.read(Verdict)}
    answers = {one.id: one.answers[0] for one in place.read(Question)}
    pairs = pairs_of(run, 1)
    assert pairs
    for pair in pairs:
        assert outcomes[pair.question, pair.chosen_trace] is Outcome.RIGHT
        assert outcomes[pair.question, pair.rejected_trace] is Outcome.WRONG
        right = int(answers[pair.question])
        assert pair.chosen.endswith(f"answer is {right}.")
        assert pair.rejected.endswith(f"answer is {right + 2}.")
        assert (pair.split, pair.asked[-len("the question.") :]) == ("train", "the question.")


def test_more_wrong_traces_make_more_pairs(run: Path) -> None:
    one, two = pairs_of(run, 1), pairs_of(run, 2)
    assert len(two) == 2 * len(one)
    assert len({pair.id for pair in two}) == len(two)


def test_a_question_that_only_wrong_or_silent_programs_met_makes_no_pair(run: Path) -> None:
    silent = {one.id for one in RunDirectory(run).read(Question) if one.kind != "count"}
    assert silent
    assert not silent & {pair.question for pair in pairs_of(run, 5)}


def test_pairs_of_another_choice_take_the_place_of_those_before(run: Path) -> None:
    place = RunDirectory(run)
    for most in (2, 1):
        assert gather_pairs(place, most) == pairs_of(run, most)
        assert place.read(Preference) == pairs_of(run, most)


def test_the_commands_gather_export_and_check_pairs(run: Path, tmp_path: Path) -> None:
    for arguments in (
        ["pairs", str(run), "--wrong", "2"],
        ["export", str(run), "swift-pairs", str(tmp_path / "out")],
        ["export", str(run), "swift-pairs", str(tmp_path / "out"), "--check"],
    ):
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    rows = {row.id: row for row in read_back(FORMATS["swift-pairs"], tmp_path / "out")}
    pairs = pairs_of(run, 2)
    assert {pair.id: (pair.chosen, pair.rejected) for pair in pairs} == {
        name: (row.turns[-1][1], row.rejected) for name, row in rows.items()
    }


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # of TRL
def test_the_command_teaches_a_student_of_the_run_to_prefer(run: Path, tmp_path: Path) -> None:
    pairs = pairs_of(run, 2)
    texts = [text for pair in pairs for text in (pair.asked, pair.chosen, pair.rejected)]
    shape = TinySettings(side=32, patch=8, merge=2, width=32, vision_layers=1, text_layers=1, heads=2, longest=256)
    build_tiny_student(texts, tmp_path / "start", shape)
    alone = typer.Typer()
    alone.command()(prefer)
    alone.command(name="other")(ignore)
    given = ["--start", str(tmp_path / "start"), "--name", "one", "--wrong", "2", "--steps", "2", "--learning-rate", "1e-3"]
    for _ in range(2):
        assert CliRunner().invoke(alone, ["prefer", str(run), *given], catch_exceptions=False).exit_code == 0
    assert (run / "students" / "one" / "student" / "model.safetensors").is_file()
    assert RunDirectory(run).read(Preference) == pairs
