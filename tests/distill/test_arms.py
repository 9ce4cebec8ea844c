"""What each arm of a comparison is taught."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from vpd.distill.arms import Arm, examples_of
from vpd.distill.build import answer_example, turns
from vpd.distill.errors import RunError
from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions
from vpd.engine.records import Question


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunDirectory]:
    """Drawn scenes with, of every second question, a rationale that names its question."""
    folder = tmp_path_factory.mktemp("arms")
    with RunDirectory(folder, RunSettings(llm="scripted")) as opened:
        make_scenes(folder / "scenes", DatasetSettings(train_images=12, test_images=0, train_questions=24))
        add_questions(opened, read_questions(folder / "scenes"))
        with opened.journal(TrainingExample) as journal:
            for place, question in enumerate(opened.read(Question)):
                answer = answer_example(question)
                journal.append(answer)
                if place % 2:
                    said = turns(f"Explain {question.text}", f"As {question.key} shows.")
                    journal.append(answer.model_copy(update={"teaches": Teaches.RATIONALE, "messages": said}))
        yield opened


def taught(run: RunDirectory, learns: str, **more: float) -> dict[Teaches, list[TrainingExample]]:
    """An arm's examples by what they teach."""
    found: dict[Teaches, list[TrainingExample]] = {task: [] for task in Teaches}
    for example in examples_of(run, Arm(name="arm", learns=learns, **more)):
        found[example.teaches].append(example)
    return found


def test_all_arms_are_taught_the_same_answers(run: RunDirectory) -> None:
    answers = taught(run, "answers")[Teaches.ANSWER]
    assert len(answers) == len(run.read(Question))
    assert all(taught(run, learns)[Teaches.ANSWER] == answers for learns in ("both", "listing", "shuffled", "truth"))


def test_shuffled_rationales_are_those_of_other_questions_of_the_kind(run: RunDirectory) -> None:
    own, others = taught(run, "both")[Teaches.RATIONALE], taught(run, "shuffled")[Teaches.RATIONALE]

    def words(examples: list[TrainingExample]) -> Counter[tuple[str, str]]:
        return Counter((example.kind, example.messages[-1].content) for example in examples)

    assert words(others) == words(own)
    assert {one.question: one.messages[0] for one in others} == {one.question: one.messages[0] for one in own}
    moved = {one.question: one.messages[-1] for one in own}
    assert any(moved[one.question] != one.messages[-1] for one in others)


def test_a_faultless_teacher_tells_every_question_and_ends_at_its_label(run: RunDirectory) -> None:
    told = taught(run, "truth")[Teaches.RATIONALE]
    questions = {question.id: question for question in run.read(Question)}
    assert {example.question for example in told} == questions.keys()
    for example in told:
        question = questions[example.question]
        *_, last, end = example.messages[-1].content.split(". ")
        listed = 0 if last.endswith(": none") else last.count(",") + 1
        assert end == f"So the answer is {question.answers[0]}."
        if question.kind in ("count", "count_relation"):
            assert question.answers[0] == str(listed)
        if question.kind in ("exist", "relation"):
            assert (question.answers[0] == "yes") == (listed > 0)


def test_a_picture_is_listed_once(run: RunDirectory) -> None:
    listed = taught(run, "listing")[Teaches.DESCRIPTION]
    assert len(listed) == len({example.image.sha256 for example in listed}) == 12


def test_a_larger_share_holds_the_smaller(run: RunDirectory) -> None:
    half, most = (taught(run, "both", share=share)[Teaches.ANSWER] for share in (0.5, 0.8))
    assert 0 < len(half) < len(most)
    assert {example.question for example in half} < {example.question for example in most}


@pytest.mark.parametrize("learns", ["listing", "truth"])
def test_the_truth_of_other_pictures_is_not_known(tmp_path: Path, learns: str) -> None:
    with (
        RunDirectory(tmp_path, RunSettings(llm="scripted")) as run,
        run.journal(TrainingExample),
        pytest.raises(RunError, match="only of drawn scenes the truth is known"),
    ):
        examples_of(run, Arm(name="arm", learns=learns))
