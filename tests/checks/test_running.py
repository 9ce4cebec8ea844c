"""Checks that run programs again, on a small run of drawn scenes with programs from a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vpd.distill.checks import read_policy
from vpd.distill.checks.candidates import suspects
from vpd.distill.checks.looking_again import look_again
from vpd.distill.checks.tally import tally
from vpd.distill.records import Finding, Rationale, State, Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, alter, build, explain, judge, look, run_draws, sample
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Question
from vpd.engine.sandbox import Sandbox
from vpd.engine.scripted import ScriptedCompleter
from vpd.tools.toolsets import open_toolset

COUNTS = 'def execute_command(image):\n    return str(len(find(image, "{name}")))\n'
LISTS = 'def execute_command(image):\n    n = 0\n    for one in find(image, "{name}"):\n        n = n + 1\n    return n\n'
BLIND = 'def execute_command(image):\n    seen = find(image, "{name}")\n    return len(seen) * 0 + 1\n'
SCENES = DatasetSettings(train_images=40, test_images=0, questions_per_image=2, train_questions=12)


def ignore(_outcome: str) -> None:
    return


def walk(path: Path, questions: list[Question], policy: str) -> None:
    """A run up to its traces and verdicts."""
    names = {one.text: one.text.removeprefix("How many ").removesuffix(" are there?") for one in questions}
    script = {text: [each.format(name=name) for each in (COUNTS, LISTS, BLIND)] for text, name in names.items()}
    with RunDirectory(path, RunSettings(llm="scripted", draws=3, policy=policy)) as run:
        add_questions(run, questions)
        with ScriptedCompleter(script) as completer:
            sample(run, completer, ignore)
        run_draws(run, ignore)
        judge(run, ignore)


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    folder = tmp_path_factory.mktemp("scenes")
    make_scenes(folder, SCENES)
    return [one for one in read_questions(folder) if one.kind == "count"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, questions: list[Question]) -> Iterator[RunDirectory]:
    path = tmp_path_factory.mktemp("run")
    walk(path, questions, "reasons")
    with RunDirectory(path) as opened:
        look(opened, read_policy("paper"), ignore)
        alter(opened, read_policy("paper"), ignore)
        yield opened


def test_a_program_that_looks_passes_every_check_that_runs_it_again(run: RunDirectory) -> None:
    records = read_run(run.path)
    told = {
        (name, state)
        for finding in records.findings
        if "* 0" not in records.trace_by_id[finding.trace].source
        for name, state in finding.states.items()
    }
    assert {name for name, _ in told} == {"views", "steps", "sensitive"}
    assert {state for name, state in told if name == "sensitive"} == {State.PASSED}


def test_findings_come_while_others_are_still_looked_for(run: RunDirectory, tmp_path: Path) -> None:
    left = suspects(read_run(run.path).asked, read_policy("paper"))
    told = list[str]()
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        findings = look_again(left, open_toolset("scenes"), sandbox, dispatcher, tmp_path, told.append, programs=2)
        first = next(findings)
        early = len(told)
        found = {finding.id: finding.digest for finding in (first, *findings)}
    assert 0 < early < len(told) / 2
    assert found == {finding.id: finding.digest for finding in run.read(Finding) if "views" in finding.states}


def test_a_call_whose_result_decides_nothing_is_found_by_altering_it(run: RunDirectory) -> None:
    records = read_run(run.path)
    blind = [
        finding
        for finding in records.findings
        if "* 0" in records.trace_by_id[finding.trace].source and "sensitive" in finding.states
    ]
    assert blind
    assert {finding.states["sensitive"] for finding in blind} == {State.FAILED}


def test_what_was_found_is_not_looked_for_again(run: RunDirectory) -> None:
    before = run.file(Finding).read_bytes()
    look(run, read_policy("paper"), ignore)
    alter(run, read_policy("paper"), ignore)
    assert run.file(Finding).read_bytes() == before


def test_what_a_policy_refuses_is_counted_by_its_check(run: RunDirectory) -> None:
    records = read_run(run.path)
    counts = tally(records, read_policy("reasons"))
    assert 0 < counts.accepted < counts.traces
    assert counts.refused["sensitive"] == counts.states["sensitive"][State.FAILED]
    assert tally(records, read_policy("paper")).accepted == counts.traces


def test_without_labels_the_vote_is_taught(questions: list[Question], tmp_path: Path) -> None:
    truth = {one.id: one.answers[0] for one in questions}
    walk(tmp_path / "run", [one.model_copy(update={"answers": ()}) for one in questions], "agreed")
    with RunDirectory(tmp_path / "run") as run:
        explain(run, ignore)
        build(run, ignore)
        taught = {one.question: one for one in run.read(TrainingExample) if one.teaches is Teaches.ANSWER}
        assert len(taught) > len(truth) / 2
        right = sum(truth[question] == example.messages[-1].content for question, example in taught.items())
        assert right > 0.9 * len(taught)
        assert {one.question for one in run.read(Rationale)} == set(taught)
