"""Teaching: the loss falls, a killed training ends as an undisturbed one, and a folder holds one student."""

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student import StepCost, StudentError, TrainSettings, equal_steps, read_result, step_cost, train_student
from vpd.distill.student.folder import CHECKPOINTS, WHOLE, last_whole
from vpd.distill.student.groups import group_examples, order_of
from vpd.distill.student.load import load_student

QUICK = TrainSettings(steps=30, pictures=8, warmup=5, learning_rate=4e-3, muon_learning_rate=0.03, log_every=5, save_every=10)


def test_thirty_steps_make_the_loss_of_descriptions_fall(tiny: Path, descriptions: list[TrainingExample], tmp_path: Path) -> None:
    told: list[int] = []
    result = train_student(tiny, descriptions, tmp_path, QUICK, lambda done, _all, _loss: told.append(done))
    assert result.losses[-1][1] < 0.6 * result.losses[0][1]
    assert told == list(range(1, 31))
    assert result.cpu_seconds > 0
    assert load_student(tmp_path / "student").model.config.model_type == "idefics3"


def test_a_finished_training_is_read_and_not_done_again(tiny: Path, descriptions: list[TrainingExample], tmp_path: Path) -> None:
    settings = QUICK.model_copy(update={"steps": 5})
    first = train_student(tiny, descriptions, tmp_path, settings)
    before = (tmp_path / "student" / "model.safetensors").stat().st_mtime_ns
    assert train_student(tiny, descriptions, tmp_path, settings) == first == read_result(tmp_path)
    assert (tmp_path / "student" / "model.safetensors").stat().st_mtime_ns == before


def test_a_checkpoint_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    for step in (10, 20, 30):
        (tmp_path / f"checkpoint-{step}").mkdir()
    (tmp_path / "checkpoint-10" / WHOLE).write_text(json.dumps({"cpu_seconds": 1.0}))
    (tmp_path / "checkpoint-20" / WHOLE).write_text('{"cpu_sec')
    assert last_whole(tmp_path) == (str(tmp_path / "checkpoint-10"), 1.0)


def test_a_folder_of_another_student_is_refused(tiny: Path, descriptions: list[TrainingExample], tmp_path: Path) -> None:
    settings = QUICK.model_copy(update={"steps": 2})
    train_student(tiny, descriptions, tmp_path, settings)
    with pytest.raises(StudentError, match="other examples, seed"):
        train_student(tiny, descriptions[:-1], tmp_path, settings.model_copy(update={"seed": 1, "save_every": 5}))


def test_without_examples_nothing_is_taught(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(StudentError, match="not one example"):
        train_student(tiny, [], tmp_path, QUICK)


def test_a_start_that_is_no_model_is_refused(descriptions: list[TrainingExample], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudentError, match="no image-text-to-text model"):
        train_student(tmp_path / "empty", descriptions, tmp_path / "out", QUICK)
    assert not (tmp_path / "out").exists()


def test_a_training_that_could_not_begin_leaves_its_folder_free(
    tiny: Path, descriptions: list[TrainingExample], tmp_path: Path
) -> None:
    settings = QUICK.model_copy(update={"steps": 2})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").touch()
    with pytest.raises(StudentError):
        train_student(tmp_path, descriptions, tmp_path / "out", settings)
    assert train_student(tiny, descriptions, tmp_path / "out", settings).steps == 2
    with pytest.raises(StudentError, match="other start"):
        train_student(tmp_path, descriptions, tmp_path / "out", settings)
    assert train_student(tiny, descriptions, tmp_path / "out", settings).steps == 2


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 30 kB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("save_every", [1, 5])
def test_a_full_disk_is_told_in_one_line(
    save_every: int, tiny: Path, descriptions: list[TrainingExample], tmp_path: Path
) -> None:
    settings = QUICK.model_copy(update={"steps": 2, "save_every": save_every})
    with pytest.raises(StudentError, match=r"cannot be written \(File too large\); what was learned"):
        train_student(tiny, descriptions, tmp_path / "out", settings)


def test_an_example_that_is_too_long_is_refused_and_not_cut(tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    asked, said = lessons[0].messages
    long = lessons[0].model_copy(update={"messages": (asked, said.model_copy(update={"content": "left " * 200}))})
    with pytest.raises(StudentError, match="nothing is cut"):
        train_student(tiny, [long], tmp_path, QUICK)


def test_what_the_last_steps_came_to_is_told_too(tiny: Path, descriptions: list[TrainingExample], tmp_path: Path) -> None:
    result = train_student(tiny, descriptions, tmp_path, QUICK.model_copy(update={"steps": 7}))
    assert [step for step, _ in result.losses] == [5, 7]
    assert [step for step, _ in result.task_losses["description"]] == [5, 7]


def test_a_loss_that_is_no_number_ends_the_training_and_nothing_is_kept(
    tiny: Path, descriptions: list[TrainingExample], tmp_path: Path
) -> None:
    lost = load_student(tiny)
    with torch.no_grad():
        lost.model.get_input_embeddings().weight.fill_(float("nan"))
    lost.model.save_pretrained(tmp_path / "start")
    lost.processor.save_pretrained(tmp_path / "start")
    settings = QUICK.model_copy(update={"steps": 4, "log_every": 2, "save_every": 2})
    with pytest.raises(StudentError, match="the loss is nan at step 2"):
        train_student(tmp_path / "start", descriptions, tmp_path / "out", settings)
    assert last_whole(tmp_path / "out" / CHECKPOINTS).path is None
    assert read_result(tmp_path / "out") is None


def test_both_kinds_of_student_meet_the_same_pictures_with_the_same_questions(lessons: list[TrainingExample]) -> None:
    both = group_examples(lessons, 1)
    answers = group_examples([one for one in lessons if one.teaches is Teaches.ANSWER], 1)
    assert [group.examples[0].question for group in both] == [group.examples[0].question for group in answers]


def test_every_picture_comes_up_once_before_any_comes_up_twice() -> None:
    order = order_of(7, 20, seed=3)
    assert sorted(order[:7]) == sorted(order[7:14]) == list(range(7))
    assert order == order_of(7, 20, seed=3) != order_of(7, 20, seed=4)


def test_equal_steps_take_equal_time() -> None:
    assert equal_steps(900, StepCost(0.3), StepCost(0.1)) == 2700


def test_a_step_with_rationales_costs_more_than_one_without(tiny: Path, lessons: list[TrainingExample]) -> None:
    answers = [one for one in lessons if one.teaches is Teaches.ANSWER]
    settings = QUICK.model_copy(update={"pictures": 16})
    assert step_cost(tiny, lessons, settings, 5).cpu_seconds > 0
    assert step_cost(tiny, answers, settings, 5).cpu_seconds > 0


def test_a_cost_is_of_so_many_steps_whatever_the_epochs(tiny: Path, lessons: list[TrainingExample]) -> None:
    assert step_cost(tiny, lessons, QUICK.model_copy(update={"epochs": 1.0}), 3).cpu_seconds > 0
