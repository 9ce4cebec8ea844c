"""The whole way at its smallest, killed again and again: the records are those of an undisturbed run."""

import os
import random
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

from vpd.distill.demo import FULL, QUICK, demo_arms, draw_scenes, run_seed
from vpd.distill.experiment import Base, Experiment
from vpd.distill.records import Finding, Prediction, Rationale, TrainingExample, Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.scenes import DatasetSettings, Split, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import prompts_for
from vpd.distill.student.settings import TinySettings, TrainSettings
from vpd.engine.completer import Sampling
from vpd.engine.record import Record
from vpd.engine.recorded_draws import RecordedDraws, export_draws
from vpd.engine.records import Program, Question, Trace
from vpd.engine.sample import draw_programs
from vpd.engine.scripted import ScriptedCompleter
from vpd.tools.toolsets import open_toolset

SMALLEST = Experiment(
    scenes=DatasetSettings(
        train_images=12, test_images=2, questions_per_image=2, train_questions=12, unseen_pairs_questions=8, deeper_questions=6
    ),
    draws=2,
    look=True,
    base=Base(
        pictures=8,
        tiny=TinySettings(side=48, patch=12, width=32, vision_layers=1, text_layers=1, heads=2),
        training=TrainSettings(steps=4),
    ),
    training=TrainSettings(steps=4),
    arms=demo_arms(4, every=True),
)
KINDS: tuple[type[Record], ...] = (Question, Program, Trace, Verdict, Finding, Rationale, TrainingExample, Prediction)


def record_draws(folder: Path) -> Path:
    """Draws of a script for all questions of the smallest run, as a file to be replayed."""
    make_scenes(folder / "scenes", SMALLEST.scenes)
    texts = [question.text for question in read_questions(folder / "scenes")]
    count = 'def execute_command(image):\n    return str(len(find(image, "shape")))\n'
    script = {text: [count, "def execute_command(image):\n    return 'yes'\n"] for text in texts}
    sampling = Sampling(temperature=0.5, max_tokens=320, seed=0)
    with ScriptedCompleter(script) as completer:
        programs = list(draw_programs(prompts_for(texts, open_toolset("scenes")), completer, sampling, SMALLEST.draws))
    export_draws(programs, folder / "draws.jsonl")
    return folder / "draws.jsonl"


def walk(folder: Path, draws: Path) -> None:
    """The whole way, quietly."""
    plan = SMALLEST.model_copy(update={"llm": f"replay:{draws}"})
    run_seed(folder, plan, 0, lambda _t, _n, stage: stage(lambda _o: None), lambda *_: None)


def wait_until_gone(session: int) -> bool:
    """Whether every process of a session whose leader was killed ends within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def held(folder: Path) -> dict[str, dict[str, str]]:
    """Every record's digest, by file and id."""
    with RunDirectory(folder) as run:
        return {kind.__name__: {record.id: record.digest for record in run.read(kind)} for kind in KINDS}


def test_a_run_never_holds_the_labels_that_its_experiment_withholds(tmp_path: Path) -> None:
    with RunDirectory(tmp_path, RunSettings(llm="scripted")) as run:
        draw_scenes(run, SMALLEST.scenes, 0.5, lambda _outcome: None)
        questions = run.read(Question)
    withheld = {question.image.sha256 for question in questions if not question.answers}
    known = {question.image.sha256 for question in questions if question.answers and question.split == "train"}
    assert withheld
    assert known
    assert not withheld & known
    assert all(question.answers for question in questions if question.split != "train")
    assert all(question.answers for question in read_questions(tmp_path / "scenes"))


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_records_of_an_undisturbed_one(tmp_path: Path) -> None:
    draws = record_draws(tmp_path)
    walk(tmp_path / "calm" / "seed-0", draws)
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from pathlib import Path; import test_demo; " + (
        f"test_demo.walk(Path({str(tmp_path / 'killed' / 'seed-0')!r}), Path({str(draws)!r}))"
    )
    rng = random.Random(0)
    kills = 0
    for _ in range(60):
        process = subprocess.Popen([sys.executable, "-c", f"if __name__ == '__main__': exec({code!r})"], start_new_session=True)
        try:
            process.wait(rng.uniform(1.0, 25.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            assert wait_until_gone(process.pid), "a process outlived the run that started it"
            continue
        assert process.returncode == 0
        break
    assert kills > 0
    assert held(tmp_path / "killed" / "seed-0") == held(tmp_path / "calm" / "seed-0")


@pytest.mark.slow
def test_the_smallest_run_is_reported(tmp_path: Path) -> None:
    from vpd.distill.report import render_report
    from vpd.distill.summary import summarise

    walk(tmp_path / "demo" / "seed-0", record_draws(tmp_path))
    records = read_run(tmp_path / "demo" / "seed-0")
    arms = {"control", "distilled", "listing", "paper", "patient", "shuffled", "unfiltered"}
    assert {prediction.arm for prediction in records.predictions} == arms
    assert all(program.replayed for program in records.programs)
    assert "<html" in render_report(summarise([records]))


@pytest.mark.parametrize("size", [FULL, QUICK], ids=["full", "quick"])
def test_the_recorded_draws_are_those_of_the_prompts_as_they_are(size: Experiment) -> None:
    texts = [ask.text for split in (Split.TRAIN, Split.UNSEEN_PAIRS, Split.DEEPER) for ask in size.scenes.pool(split)]
    sampling = Sampling(temperature=0.5, max_tokens=320, seed=0)
    with RecordedDraws(Path(str(files("vpd.distill") / "recorded" / "demo.jsonl"))) as recorded:
        for _, prompt in prompts_for(texts, open_toolset("scenes")):
            for draw in range(size.draws):
                assert recorded.complete(prompt, sampling, draw).replayed
