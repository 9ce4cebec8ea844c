"""Two processes learn what one does: the same loss and gradients for the same batch, each target normalised over both."""

import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from vpd.distill.records import TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.distill.student import TrainSettings, read_result
from vpd.distill.student.folder import CHECKPOINTS

pytestmark = pytest.mark.slow
BOTH = TrainSettings(
    steps=2,
    batch=8,
    pictures=2,
    questions_per_picture=1,
    optimizer="adamw",
    warmup=0,
    clip=0,
    rationale_weight=0.3,
    log_every=1,
    save_every=1,
)
DRIVER = textwrap.dedent("""
    import json, os, sys
    from pathlib import Path
    import torch
    from transformers import TrainerCallback
    from vpd.distill.records import TrainingExample
    from vpd.distill.student import TrainSettings, train_student
    import vpd.distill.student.train as train
    import vpd.distill.student.trainer

    class Gradients(TrainerCallback):
        def __init__(self, out):
            self.out = out

        def on_pre_optimizer_step(self, args, state, control, model=None, **_):
            if state.is_world_process_zero:
                bare = getattr(model, "module", model)
                grads = {name: weight.grad.clone() for name, weight in bare.named_parameters() if weight.grad is not None}
                torch.save(grads, self.out / f"gradients-{state.global_step}.pt")

    def learn(out, settings):
        out.mkdir(parents=True, exist_ok=True)
        training = train.make_training(start, examples, out / "checkpoints", settings)
        training.trainer.add_callback(Gradients(out))
        training.trainer.train()
        if training.trainer.is_world_process_zero():
            (out / "log.json").write_text(json.dumps(training.trainer.state.log_history))
            (out / "processes.json").write_text(json.dumps(training.trainer.accelerator.num_processes))
        train_student(start, examples, out / "whole", settings)

    start, file, out, port = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    examples = [TrainingExample.from_line(line) for line in file.read_text().splitlines()]
    settings = TrainSettings.model_validate_json(sys.argv[5])
    torch.set_num_threads(1)
    children = []
    for rank in range(2):
        child = os.fork()  # the libraries load once
        if child == 0:
            os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
            os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "ACCELERATE_USE_CPU": "true"}
            learn(out / "two", settings)
            torch.distributed.destroy_process_group()
            os._exit(0)
        children.append(child)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    learn(out / "one", settings)
    print(json.dumps(ends))
""")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module", params=["per_target", "token_mean"])
def learned(
    request: pytest.FixtureRequest, tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What one process and two made of the same examples."""
    folder = tmp_path_factory.mktemp("processes")
    (folder / "examples.jsonl").write_text("".join(f"{example.to_line()}\n" for example in lessons))
    settings = BOTH.model_copy(update={"loss": request.param}).model_dump_json()
    command = [sys.executable, "-c", DRIVER, str(tiny), str(folder / "examples.jsonl"), str(folder), str(free_port()), settings]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"CUDA_VISIBLE_DEVICES": ""}, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [0, 0], done.stderr[-3000:]
    return folder


def test_there_are_two_processes(learned: Path) -> None:
    assert [json.loads((learned / name / "processes.json").read_text()) for name in ("one", "two")] == [1, 2]


def test_gradients_of_two_processes_are_those_of_one(learned: Path) -> None:
    one, two = (torch.load(learned / name / "gradients-0.pt") for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name, gradient in one.items():
        torch.testing.assert_close(two[name], gradient, rtol=1e-4, atol=1e-6, msg=name)


def test_what_two_processes_log_is_what_one_logs(learned: Path) -> None:
    one, two = (json.loads((learned / name / "log.json").read_text()) for name in ("one", "two"))
    for row, other in zip(one[:2], two[:2]):
        for name in ("loss", "grad_norm", "loss_answer", "loss_rationale"):
            assert other[name] == pytest.approx(row[name], rel=1e-4)


def test_two_processes_save_one_student_and_leave_nothing_behind(learned: Path) -> None:
    one, two = (read_result(learned / name / "whole") for name in ("one", "two"))
    assert one is not None
    assert two is not None
    assert (two.steps, two.pictures_seen) == (one.steps, one.pictures_seen) == (2, 16)
    assert two.losses[0][1] == pytest.approx(one.losses[0][1], rel=1e-4)
    assert (learned / "two" / "whole" / "student" / "model.safetensors").is_file()
    assert not (learned / "two" / "whole" / CHECKPOINTS).exists()


def test_the_documented_command_teaches_on_two_processes(tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run", RunSettings()) as place, place.journal(TrainingExample) as taught:
        for lesson in lessons:
            taught.append(lesson)
    settings = tmp_path / "train.toml"
    settings.write_text('optimizer = "adamw"\nlearning_rate = 1e-3\nbatch = 8\npictures = 2\nlog_every = 1\nsave_every = 2\n')
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--main_process_port", str(free_port()), "--mixed_precision", "no", "--dynamo_backend", "no"]
    train = ["-m", "vpd.distill.commands", "train", str(tmp_path / "run"), "--start", str(tiny), "--steps", "3"]
    quiet = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launch, *train, "--settings", str(settings)], capture_output=True, text=True, check=False, env=quiet, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = read_result(tmp_path / "run" / "students" / "distilled")
    assert result is not None
    assert result.pictures_seen == 24
