"""`vpd explain` with the template and with a recorded model, on any grid."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vpd.distill.arms import Arm, examples_of
from vpd.distill.commands.main import app
from vpd.distill.demo import reword_for
from vpd.distill.errors import GridError
from vpd.distill.experiment import Experiment
from vpd.distill.grid import Grid
from vpd.distill.rationales.rewriting import Rewriter
from vpd.distill.records import Rationale, Teaches
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, build, explain, judge, run_draws, sample
from vpd.engine.completer import Sampling
from vpd.engine.errors import ModelError
from vpd.engine.records import Prompt, Question
from vpd.engine.scripted import ScriptedCompleter

COUNT = '```python\ndef execute_command(image):\n    return str(len(find(image, "{name}")))\n```'
SCENES = DatasetSettings(
    train_images=8, test_images=1, questions_per_image=3, train_questions=12, unseen_pairs_questions=8, deeper_questions=6
)
SAMPLING = Sampling(temperature=0.5, max_tokens=400)


def ignore(_outcome: str) -> None:
    return


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run up to its verdicts: questions of counts with right programs."""
    folder, path = tmp_path_factory.mktemp("scenes"), tmp_path_factory.mktemp("run") / "run"
    make_scenes(folder, SCENES)
    questions = [one for one in read_questions(folder) if one.kind == "count"]
    names = {one.text: one.text.removeprefix("How many ").removesuffix(" are there?") for one in questions}
    with RunDirectory(path, RunSettings(llm="scripted", draws=1, policy="paper")) as run:
        add_questions(run, questions)
        with ScriptedCompleter({text: [COUNT.format(name=name)] for text, name in names.items()}) as completer:
            sample(run, completer, ignore)
        run_draws(run, ignore)
        judge(run, ignore)
    return path


@pytest.fixture
def run(judged: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    path = tmp_path / "run"
    path.mkdir()
    for file in judged.iterdir():
        if file.is_file() and file.suffix in (".json", ".jsonl"):
            (path / file.name).write_bytes(file.read_bytes())
    return path


def rationales(path: Path) -> list[Rationale]:
    with RunDirectory(path) as opened:
        return opened.read(Rationale)


def test_the_template_tells_on_the_runs_grid_and_is_checked(run: Path) -> None:
    assert CliRunner().invoke(app, ["explain", str(run)]).exit_code == 0
    told = rationales(run)
    assert told
    assert {one.grid for one in told} == {"cell-8"}
    assert {one.unfounded for one in told} == {()}


def test_a_share_of_the_questions_is_told_and_later_the_rest(run: Path) -> None:
    told = []
    for share in ("0", "0.3", "1"):
        assert CliRunner().invoke(app, ["explain", str(run), "--share", share]).exit_code == 0
        told.append([one.question for one in rationales(run)] if (run / "rationales.jsonl").exists() else [])
    none, some, whole = told
    assert (none, some) == ([], [question for question in whole if int(question[:8], 16) < 0.3 * 2**32])
    assert 0 < len(some) < len(whole) == len(set(whole))


def test_places_are_written_for_another_family(run: Path) -> None:
    assert CliRunner().invoke(app, ["explain", str(run), "--grid", "paligemma"]).exit_code == 0
    assert any("<loc" in one.text for one in rationales(run))


def record_drafts(run: Path, file: Path) -> None:
    """One draft of each rationale that a model would be asked for, every second one founded, as a recording of the model `m`."""
    asked: list[Prompt] = []

    def script(prompt: Prompt, _draw: int) -> str:
        if prompt not in asked:
            asked.append(prompt)
        return "An elephant is there."

    before = (run / "rationales.jsonl").read_bytes() if (run / "rationales.jsonl").exists() else b""
    with RunDirectory(run) as opened:
        explain(opened, ignore, rewriter=Rewriter(ScriptedCompleter(script), SAMPLING, 1))
    (run / "rationales.jsonl").write_bytes(before)
    lines = []
    for number, prompt in enumerate(asked):
        findings = prompt.messages[-1].content
        lead = findings.partition("Findings:\n")[2].partition(":")[0].lower()
        count = findings.rpartition("Answer: ")[2]
        text = f"Counting the {lead} gives {count}." if number % 2 else "An elephant is there."
        for draw in range(3):
            row = {"prompt_sha256": prompt.sha256, "model": "m", "sampling": SAMPLING.as_record(), "draw": draw}
            lines.append(json.dumps({**row, "completion": text}) + "\n")
    file.write_text("".join(lines))


def test_a_recorded_model_writes_what_is_founded_and_the_template_the_rest(run: Path, tmp_path: Path) -> None:
    recording = tmp_path / "drafts.jsonl"
    record_drafts(run, recording)
    done = CliRunner().invoke(app, ["explain", str(run), "--writer", f"replay:{recording}", "--attempts", "1"])
    assert done.exit_code == 0, done.output
    told = rationales(run)
    with RunDirectory(run) as opened:
        assert {one.question for one in told} == {one.id for one in opened.read(Question) if one.split == "train"}
    assert {one.told_by for one in told} == {"m", "template"}
    assert not any("elephant" in one.text for one in told)
    assert {one.unfounded for one in told} == {()}


def test_an_arm_is_taught_the_words_of_the_writer_that_it_names(run: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["explain", str(run)]).exit_code == 0
    recording = tmp_path / "drafts.jsonl"
    record_drafts(run, recording)
    named = (Arm(name="plain", writer="template"), Arm(name="reworded", writer=f"replay:{recording}", told=0.5))
    plan = Experiment(arms=named, policy="paper")
    with RunDirectory(run) as opened:
        by_template = {one.question: one.text for one in opened.read(Rationale)}
        plain, reworded = reword_for(opened, plan, lambda _title, _total, stage: stage(ignore), None)
        told = {arm.name: rationales_of(opened, arm) for arm in (plain, reworded)}
        asked = {one.question for one in opened.read(Rationale) if one.told_by == "m"}
        build(opened, ignore, writer="template")
        assert rationales_of(opened, Arm(name="built")) == by_template
    assert told["plain"] == by_template
    changed = {question for question, text in told["reworded"].items() if text != by_template[question]}
    assert changed == asked
    assert 0 < len(asked) < len(told["reworded"]) < len(by_template)
    assert all(told["reworded"][question].startswith("Counting the") for question in asked)


def rationales_of(run: RunDirectory, arm: Arm) -> dict[str, str]:
    """The rationales that an arm is taught, by question."""
    taught = [example for example in examples_of(run, arm) if example.teaches is Teaches.RATIONALE]
    return {example.question: example.messages[-1].content for example in taught}


def test_a_rationale_that_says_something_unfounded_is_not_taught(run: Path) -> None:
    with RunDirectory(run) as opened:
        explain(opened, ignore)
        (first, *rest) = opened.read(Rationale)
        lines = [first.model_copy(update={"unfounded": ("name: elephant",)}), *rest]
        opened.file(Rationale).write_text("".join(one.to_line() + "\n" for one in lines))
        build(opened, ignore)
        taught = opened.file(Rationale).with_name("examples.jsonl").read_text()
    assert first.id not in taught
    assert rest[0].id in taught


def test_an_unknown_grid_and_a_model_that_is_not_there_are_refused(run: Path) -> None:
    assert isinstance(CliRunner().invoke(app, ["explain", str(run), "--grid", "hexagons"]).exception, GridError)
    done = CliRunner().invoke(app, ["explain", str(run), "--writer", "replay:none.jsonl"])
    assert isinstance(done.exception, ModelError)


def test_the_grid_of_a_rewriters_prompt_is_the_students(run: Path) -> None:
    asked: list[str] = []

    def script(prompt: Prompt, _draw: int) -> str:
        asked.extend(message.content for message in prompt.messages)
        return ""

    with RunDirectory(run) as opened:
        explain(opened, ignore, grid=Grid("loc", 1024), rewriter=Rewriter(ScriptedCompleter(script), SAMPLING, 1))
    assert all("x1 y2" not in text for text in asked)
    assert any("<loc" in text for text in asked)
