"""FSDP 2 splits weights, gradients and optimiser among two processes: the student is that of one, and a killed training goes on.

Accelerate splits weights on GPUs alone, though FSDP 2 itself runs anywhere: on CPUs it passes the wish over without a word. Here
it is told that two processes on a CPU are GPUs; all else is as a launch by the shipped `fsdp.yaml` sets it.
"""

import json
import os
import subprocess
import sys
import textwrap
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from safetensors.torch import load_file

from vpd.distill.records import TrainingExample
from vpd.distill.student import TrainSettings, read_result, train_student

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),  # of PEFT
]
FULL = TrainSettings(
    steps=3,
    batch=8,
    pictures=2,
    questions_per_picture=1,
    optimizer="adamw",
    warmup=0,
    rationale_weight=0.3,
    log_every=1,
    save_every=2,
)
WAYS = {"full": FULL, "adapters": FULL.model_copy(update={"lora_rank": 4, "gradient_checkpointing": True})}
MUON = FULL.model_copy(update={"optimizer": "muon"})
DRIVER = textwrap.dedent("""
    import json, os, socket, sys, traceback
    from pathlib import Path
    import torch
    from accelerate.state import PartialState
    from accelerate.utils import DistributedType
    from torch.distributed.tensor import DTensor
    from vpd.distill.records import TrainingExample
    from vpd.distill.student import TrainSettings, train_student
    import vpd.distill.student.train as train
    import vpd.distill.student.trainer

    PartialState._prepare_backend = lambda *_, **__: ("gloo", DistributedType.MULTI_GPU)
    barrier = torch.distributed.barrier
    torch.distributed.barrier = lambda *given, device_ids=None, **more: barrier(*given, **more)  # gloo knows no devices

    def learn(case):
        torch.distributed.init_process_group("gloo")
        settings = TrainSettings.model_validate(case["settings"])
        if case.get("looks"):
            training = train.make_training(start, examples, Path(case["out"]) / "checkpoints", settings)
            training.trainer.train()
            split = [isinstance(weight, DTensor) for weight in training.trainer.model.parameters()]
            (Path(case["out"]) / f"split-{torch.distributed.get_rank()}.json").write_text(json.dumps(split))
        else:
            stop = lambda done, *_: done == case.get("step") and os._exit(9)
            train_student(start, examples, Path(case["out"]), settings, stop)
        torch.distributed.destroy_process_group()

    start, file, cases = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    examples = [TrainingExample.from_line(line) for line in file.read_text().splitlines()]
    torch.set_num_threads(1)
    ends = []
    for case in cases:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        children = []
        for rank in range(2):
            child = os.fork()  # the libraries load once
            if child == 0:
                os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
                os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "ACCELERATE_TORCH_DEVICE": "cpu"}
                try:
                    learn(case)
                except BaseException:
                    traceback.print_exc()
                    sys.stderr.flush()
                    os._exit(1)
                os._exit(0)
            children.append(child)
        ends.append([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
    print(json.dumps(ends))
""")


def launched() -> dict[str, str]:
    """What a launch by the shipped file sets in the environment, by accelerate's own parser."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser
    from accelerate.utils.launch import prepare_multi_gpu_env

    file = str(files("vpd.distill.student") / "configs" / "fsdp.yaml")
    given = ["--config_file", file, "--num_processes", "2", "--main_process_port", "0", "train.py"]
    arguments, _, _ = _validate_launch_command(launch_command_parser().parse_args(given))
    found: dict[str, str] = prepare_multi_gpu_env(arguments)
    return {name: value for name, value in found.items() if name.startswith(("FSDP_", "ACCELERATE_"))}


class Ended(NamedTuple):
    """What became of all trainings."""

    folder: Path
    codes: dict[str, list[int]]
    """The exit codes of both processes."""
    stderr: str


@pytest.fixture(scope="module")
def ended(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Each way undisturbed, killed after its last step, and gone on with."""
    folder = tmp_path_factory.mktemp("split")
    cases: dict[str, dict[str, object]] = {}
    for way, settings in WAYS.items():
        held = settings.model_dump(mode="json")
        cases[f"{way}, whole"] = {"settings": held, "out": str(folder / way / "whole")}
        cases[f"{way}, killed"] = {"settings": held, "out": str(folder / way / "killed"), "step": FULL.steps}
        cases[f"{way}, gone on"] = {"settings": held, "out": str(folder / way / "killed")}
    cases["looked at"] = {"settings": FULL.model_dump(mode="json"), "out": str(folder), "looks": True}
    cases["muon"] = {"settings": MUON.model_dump(mode="json"), "out": str(folder / "muon")}
    (folder / "examples.jsonl").write_text("".join(f"{example.to_line()}\n" for example in lessons))
    command = [sys.executable, "-c", DRIVER, str(tiny), str(folder / "examples.jsonl"), json.dumps(list(cases.values()))]
    environment = os.environ | launched() | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=1800)
    assert done.returncode == 0, done.stderr[-3000:]
    return Ended(folder, dict(zip(cases, json.loads(done.stdout.splitlines()[-1]), strict=True)), done.stderr)


def weights_in(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "student" / "model.safetensors")


def test_every_weight_is_split(ended: Ended) -> None:
    assert ended.codes["looked at"] == [0, 0], ended.stderr[-3000:]
    for rank in (0, 1):
        split = json.loads((ended.folder / f"split-{rank}.json").read_text())
        assert split
        assert all(split)


@pytest.mark.parametrize("way", WAYS)
def test_split_weights_learn_what_whole_ones_learn(
    way: str, ended: Ended, tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    assert ended.codes[f"{way}, whole"] == [0, 0], ended.stderr[-3000:]
    alone = train_student(tiny, lessons, tmp_path, WAYS[way])
    split = read_result(ended.folder / way / "whole")
    assert split is not None
    for (step, loss), (other, expected) in zip(split.losses, alone.losses, strict=True):
        assert step == other
        assert loss == pytest.approx(expected, rel=1e-4)
    gathered, whole = weights_in(ended.folder / way / "whole"), weights_in(tmp_path)
    assert gathered.keys() == whole.keys()
    for name, weight in whole.items():
        torch.testing.assert_close(gathered[name], weight, rtol=1e-3, atol=1e-5, msg=name)


@pytest.mark.parametrize("way", WAYS)
def test_a_killed_training_of_split_weights_ends_as_an_undisturbed_one(way: str, ended: Ended) -> None:
    assert ended.codes[f"{way}, killed"] == [9, 9], ended.stderr[-3000:]
    assert ended.codes[f"{way}, gone on"] == [0, 0], ended.stderr[-3000:]
    whole, resumed = (read_result(ended.folder / way / name) for name in ("whole", "killed"))
    assert whole is not None
    assert resumed is not None
    assert (resumed.losses, resumed.task_losses) == (whole.losses, whole.task_losses)
    before, after = (weights_in(ended.folder / way / name) for name in ("whole", "killed"))
    assert all(torch.equal(after[name], weight) for name, weight in before.items())


def test_muon_is_refused_where_weights_are_split(ended: Ended) -> None:
    assert ended.codes["muon"] == [1, 1]
    assert "Muon takes whole matrices" in ended.stderr
