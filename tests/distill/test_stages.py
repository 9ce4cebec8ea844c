"""A run from questions to training examples, with programs from a script and everything else real."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from vpd.distill.arms import Arm, examples_of
from vpd.distill.checks import read_policy
from vpd.distill.judging import JudgeSettings
from vpd.distill.records import Outcome, Rationale, Teaches, TrainingExample, Verdict
from vpd.distill.run_directory import FILES, RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, build, examples_under, explain, judge, run_draws, sample
from vpd.engine.records import Program, Question, Trace
from vpd.engine.scripted import ScriptedCompleter

COUNT = 'def execute_command(image):\n    return str(len(find(image, "{name}")))\n'
WRONG = "def execute_command(image):\n    return 'purple elephant'\n"
BROKEN = 'def execute_command(image):\n    return find(image, "circle")[99].label\n'
SILENT = "def execute_command(image):\n    find(image, 'circle')\n"
HOSTILE = "def execute_command(image):\n    return open('/etc/passwd').read()\n"

SCENES = DatasetSettings(
    train_images=12, test_images=2, questions_per_image=3, train_questions=12, unseen_pairs_questions=8, deeper_questions=6
)


def script(questions: list[Question]) -> dict[str, list[str]]:
    """For counting questions a program that may be right; for all, the ways to fail."""
    made = {}
    for question in questions:
        counts = question.text.startswith("How many") and question.kind == "count"
        name = question.text.removeprefix("How many ").removesuffix(" are there?")
        right = f"```python\n{COUNT.format(name=name)}```" if counts else WRONG
        made[question.text] = [WRONG, right, BROKEN, SILENT, HOSTILE]
    return made


def ignore(_outcome: str) -> None:
    return


def walk(path: Path, questions: list[Question]) -> None:
    """All stages, each in a process of its own as far as the run knows."""
    with RunDirectory(path, RunSettings(llm="scripted", draws=5, policy="paper")) as run:
        add_questions(run, questions)
        with ScriptedCompleter(script(questions)) as completer:
            sample(run, completer, ignore)
        run_draws(run, ignore)
        judge(run, ignore)
        explain(run, ignore, [read_policy(name) for name in ("paper", "none", "wrong")])
        build(run, ignore)


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    folder = tmp_path_factory.mktemp("scenes")
    make_scenes(folder, SCENES)
    return read_questions(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, questions: list[Question]) -> Iterator[RunDirectory]:
    path = tmp_path_factory.mktemp("run")
    walk(path, questions)
    with RunDirectory(path) as opened:
        yield opened


def test_every_distinct_question_has_its_draws(run: RunDirectory, questions: list[Question]) -> None:
    drawn = Counter(program.question for program in run.read(Program))
    assert drawn == dict.fromkeys({question.text for question in questions}, 5)


def test_a_run_goes_on_from_elsewhere_and_after_a_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    make_scenes(Path("scenes"), SCENES)
    with RunDirectory(Path("run"), RunSettings(llm="scripted", draws=5, policy="paper")) as begun:
        add_questions(begun, read_questions(Path("scenes")))
        with ScriptedCompleter(script(begun.read(Question))) as completer:
            sample(begun, completer, ignore)
    monkeypatch.chdir("/")
    moved = (tmp_path / "there").rename(tmp_path / "here")
    walk(moved / "run", read_questions(moved / "scenes"))
    with RunDirectory(moved / "run") as ended:
        assert {Path(example.image.path).resolve().parent for example in ended.read(TrainingExample)} == {
            moved / "scenes" / "images"
        }
        assert Outcome.RIGHT in {verdict.outcome for verdict in ended.read(Verdict)}


def test_every_outcome_is_told_apart(run: RunDirectory) -> None:
    outcomes = Counter(verdict.outcome for verdict in run.read(Verdict))
    assert set(outcomes) == {Outcome.RIGHT, Outcome.WRONG, Outcome.FAILED, Outcome.SILENT}
    stages = {trace.failure.stage for trace in run.read(Trace) if trace.failure}
    assert {stage.value for stage in stages} == {"run", "refused"}


def test_only_right_traces_are_taught(run: RunDirectory) -> None:
    right = {verdict.trace for verdict in run.read(Verdict) if verdict.outcome is Outcome.RIGHT}
    taught = [example for example in run.read(TrainingExample) if example.teaches is Teaches.RATIONALE]
    assert taught
    assert {example.provenance["trace"] for example in taught} <= right


def test_a_question_without_a_right_trace_keeps_its_label(run: RunDirectory, questions: list[Question]) -> None:
    labels = [example.question for example in run.read(TrainingExample) if example.teaches is Teaches.ANSWER]
    assert sorted(labels) == sorted(question.id for question in questions if question.split == "train")


def test_a_rationale_ends_at_the_programs_answer(run: RunDirectory) -> None:
    for rationale in run.read(Rationale):
        assert rationale.text.endswith(f"So the answer is {rationale.answer}.")


def test_without_the_filter_wrong_programs_are_taught(run: RunDirectory) -> None:
    told = [example for example in examples_under(run, read_policy("none")) if example.teaches is Teaches.RATIONALE]
    assert any("purple elephant" in example.messages[-1].content for example in told)


def test_wrong_programs_are_taught_alone_where_a_policy_asks_for_them(run: RunDirectory, questions: list[Question]) -> None:
    label = {question.id: question.answers[0] for question in questions}
    told = [example for example in examples_under(run, read_policy("wrong")) if example.teaches is Teaches.RATIONALE]
    assert told
    assert all(not example.messages[-1].content.endswith(f"So the answer is {label[example.question]}.") for example in told)


def test_without_labels_the_programs_answers_are_taught(run: RunDirectory) -> None:
    said: dict[Teaches, dict[str, str]] = {Teaches.ANSWER: {}, Teaches.RATIONALE: {}}
    for example in examples_of(run, Arm(name="label-free", labelled=False, policy="none")):
        said[example.teaches][example.question] = example.messages[-1].content
    answers, reasons = said[Teaches.ANSWER], said[Teaches.RATIONALE]
    assert answers.keys() == reasons.keys()
    assert all(reasons[each].endswith(f"So the answer is {answer}.") for each, answer in answers.items())
    assert "purple elephant" in answers.values()


def test_an_arm_of_answers_takes_those_that_its_policy_puts_in_the_place_of_labels(
    questions: list[Question], tmp_path: Path
) -> None:
    hidden = {question.id for question in questions[::2] if question.split == "train"}
    walk(tmp_path, [question.model_copy(update={"answers": ()}) if question.id in hidden else question for question in questions])
    with RunDirectory(tmp_path) as partly:
        labels = examples_of(partly, Arm(name="control", learns="answers"))
        answers = examples_of(partly, Arm(name="answered", learns="answers", policy="none"))
    assert {example.teaches for example in [*labels, *answers]} == {Teaches.ANSWER}
    assert labels
    assert not hidden & {example.question for example in labels}
    assert [example for example in answers if example.question not in hidden] == labels
    stand_ins = {example.question: example.messages[-1].content for example in answers if example.question in hidden}
    assert stand_ins == dict.fromkeys(hidden, "purple elephant")


def test_nothing_held_out_is_taught(run: RunDirectory, questions: list[Question]) -> None:
    held_out = {question.image.sha256 for question in questions if question.split != "train"}
    assert not held_out & {example.image.sha256 for example in run.read(TrainingExample)}


def test_a_second_walk_writes_nothing(run: RunDirectory, questions: list[Question], tmp_path: Path) -> None:
    walk(tmp_path, questions)
    before = {name: (tmp_path / name).read_bytes() for name in FILES.values() if (tmp_path / name).exists()}
    walk(tmp_path, questions)
    assert before == {name: (tmp_path / name).read_bytes() for name in before}


@pytest.mark.parametrize("name", ["programs.jsonl", "traces.jsonl", "verdicts.jsonl", "rationales.jsonl", "examples.jsonl"])
def test_a_file_cut_in_the_middle_is_completed(questions: list[Question], tmp_path: Path, name: str) -> None:
    walk(tmp_path, questions)
    whole = {kind: RunDirectory(tmp_path).read(kind) for kind in (Trace, Verdict, Rationale, TrainingExample)}
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    walk(tmp_path, questions)
    for kind, records in whole.items():
        found = {record.id: record.digest for record in RunDirectory(tmp_path).read(kind)}
        assert found == {record.id: record.digest for record in records}


def test_judging_again_by_another_rule_replaces_the_verdicts(questions: list[Question], tmp_path: Path) -> None:
    walk(tmp_path, questions)
    with RunDirectory(tmp_path) as run:
        first = {(one.question, one.trace): one.rule for one in run.read(Verdict)}
        judge(run, lambda _: None, JudgeSettings(number_tolerance=Decimal(1)))
        again = {(one.question, one.trace): one.rule for one in run.read(Verdict)}
        assert again.keys() == first.keys()
        assert len(run.read(Verdict)) == len(first)
        assert again != first
        judge(run, lambda _: None)
        assert {(one.question, one.trace): one.rule for one in run.read(Verdict)} == first
