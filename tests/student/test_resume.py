"""A training killed at any point, by SIGKILL, goes on to the weights and the losses of an undisturbed one."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vpd.distill.records import TrainingExample
from vpd.distill.student import TrainSettings, read_result, train_student
from vpd.distill.student.folder import CHECKPOINTS, last_whole

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # of PEFT
FULL = TrainSettings(
    steps=12, pictures=4, accumulate=2, warmup=2, learning_rate=4e-3, muon_learning_rate=0.03, log_every=2, save_every=4
)
WAYS = {
    "full": FULL,
    "adapters": FULL.model_copy(update={"lora_rank": 4, "lora_dropout": 0.1, "optimizer": "adamw"}),
}
POINTS: dict[str, dict[str, object]] = {
    "before the first checkpoint": {"step": 2},
    "between two checkpoints": {"step": 7},
    "while a checkpoint is written": {"event": "open", "path": "checkpoint-8/trainer_state.json"},
    "before the student is there": {"event": "os.rename", "path": "/student"},
}
CASES = [*(("full", point) for point in POINTS), ("adapters", "between two checkpoints")]
DRIVER = textwrap.dedent("""
    import json, os, signal, sys
    from pathlib import Path
    import torch
    from vpd.distill.records import TrainingExample
    from vpd.distill.student import TrainSettings, train_student
    import vpd.distill.student.trainer

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def train(case):
        def watch(event, args):
            if event == case.get("event") and any(str(one).endswith(case["path"]) for one in args[:2]):
                die()

        sys.addaudithook(watch)
        settings = TrainSettings.model_validate(case["settings"])
        train_student(start, examples, Path(case["out"]), settings, lambda done, *_: done == case.get("step") and die())

    start, file, cases = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    examples = [TrainingExample.from_line(line) for line in file.read_text().splitlines()]
    ends = []
    for case in cases:
        child = os.fork()  # the libraries load once; each training is a process of its own
        if child == 0:
            train(case)
            os._exit(0)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(json.dumps(ends))
""")


def weights_in(folder: Path) -> bytes:
    return (folder / "student" / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def killed(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The folder of each training that was killed."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "examples.jsonl").write_text("".join(f"{example.to_line()}\n" for example in lessons))
    outs = {case: folder / str(number) for number, case in enumerate(CASES)}
    told = [{"settings": WAYS[way].model_dump(mode="json"), "out": str(outs[way, point])} | POINTS[point] for way, point in CASES]
    command = [sys.executable, "-c", DRIVER, str(tiny), str(folder / "examples.jsonl"), json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [-9] * len(CASES)
    return outs


@pytest.fixture(scope="module")
def undisturbed(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("undisturbed")
    for way, settings in WAYS.items():
        train_student(tiny, lessons, folder / way, settings)
    return {way: folder / way for way in WAYS}


@pytest.mark.parametrize(("way", "point"), CASES)
def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(
    way: str,
    point: str,
    killed: dict[tuple[str, str], Path],
    undisturbed: dict[str, Path],
    tiny: Path,
    lessons: list[TrainingExample],
) -> None:
    out, whole = killed[way, point], read_result(undisturbed[way])
    assert read_result(out) is None
    reached = last_whole(out / CHECKPOINTS).path
    assert (reached is None) == (point == "before the first checkpoint")
    resumed = train_student(tiny, lessons, out, WAYS[way])
    assert weights_in(out) == weights_in(undisturbed[way])
    assert whole is not None
    assert (resumed.losses, resumed.task_losses) == (whole.losses, whole.task_losses)


def test_the_losses_of_the_tasks_add_up(undisturbed: dict[str, Path]) -> None:
    result = read_result(undisturbed["full"])
    assert result is not None
    for (_, loss), (_, answer), (_, rationale) in zip(result.losses, *result.task_losses.values()):
        assert answer + rationale == pytest.approx(loss, rel=1e-3)
