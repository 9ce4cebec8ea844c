"""A comparison's file, and what arms are taught."""

from pathlib import Path

import pytest

from vpd.distill.demo import FULL, QUICK, demo_arms
from vpd.distill.errors import RunError
from vpd.distill.experiment import Experiment, read_experiment
from vpd.tools.errors import UnknownName

WHOLE = """
about = "k"
draws = 10
noise = 0.05
seeds = [0, 1]
[scenes]
train_images = 100
[base.training]
steps = 10
[training]
steps = 20
[[arms]]
name = "control"
learns = "answers"
training = { steps = 60 }
[[arms]]
name = "k1"
draws = 1
policy = "paper"
"""


def test_a_file_names_data_teacher_arms_and_seeds(tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text(WHOLE)
    plan = read_experiment(tmp_path / "k.toml")
    assert (plan.seeds, plan.scenes.train_images, plan.arms[1].draws) == ((0, 1), 100, 1)
    assert plan.pairs == (("k1", "control"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("k1", "control"), "names of their own"),
        (("draws = 1\n", "draws = 0\n"), "arms.1.draws"),
        (("steps = 60", "stepz = 60"), "stepz"),
        (("noise = 0.05", 'compare = [["k1", "k2"]]'), "k2"),
        (("draws = 10", "draws = "), "TOML"),
        (("noise = 0.05", "labelled = 0"), "labelled: Input should be greater than 0"),
        (('policy = "paper"', 'policy = "papers"'), "papers"),
        (("draws = 1\n", 'writer = "template"\n[[arms]]\nname = "k2"\n'), r"all do: \['k2'\]"),
        (('policy = "paper"', "labelled = false"), "'k1' knows no labels, and its policy 'reasons'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "k.toml").write_text(WHOLE.replace(*change))
    with pytest.raises(RunError, match=said):
        read_experiment(tmp_path / "k.toml")


def test_a_writer_that_there_is_not_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text(WHOLE.replace("draws = 1\n", 'writer = "local/qwen"\n'))
    with pytest.raises(UnknownName, match="'local/qwen'; there is: local/"):
        read_experiment(tmp_path / "k.toml")


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"none\.toml cannot be read \(No such file or directory\)$"):
        read_experiment(tmp_path / "none.toml")


def test_what_a_table_leaves_out_is_as_in_the_demo(tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text('[scenes]\ntrain_images = 9\n[base.training]\nsteps = 7\n[[arms]]\nname = "a"\n')
    plan = read_experiment(tmp_path / "k.toml")
    assert plan.scenes == FULL.scenes.model_copy(update={"train_images": 9})
    assert plan.base.training == FULL.base.training.model_copy(update={"steps": 7})
    assert (plan.training, plan.base.pictures) == (FULL.training, FULL.base.pictures)


def test_seeds_draw_pictures_anew_unless_they_vary_the_order_of_teaching_alone() -> None:
    assert [FULL.scenes_of(seed).seed for seed in (0, 3)] == [0, 3]
    alike = FULL.model_copy(update={"one_data_set": True})
    assert [alike.scenes_of(seed) for seed in (0, 3)] == [FULL.scenes, FULL.scenes]


@pytest.mark.parametrize("plan", [FULL, QUICK])
def test_the_demos_students_take_the_same_steps(plan: Experiment) -> None:
    control, distilled = plan.arms
    assert (control.name, control.learns, distilled.name, distilled.learns) == ("control", "answers", "distilled", "both")
    assert control.training == distilled.training == {}


def test_the_patient_control_takes_more_and_cheaper_steps() -> None:
    steps = {arm.name: arm.training.get("steps", 100) for arm in demo_arms(100, every=True)}
    assert steps.pop("patient") > 100
    assert set(steps.values()) == {100}
