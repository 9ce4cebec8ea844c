"""DeepSpeed's ZeRO 3 splits weights, gradients and optimiser among two processes, launched by the shipped file, on a CPU."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from safetensors.torch import load_file

from vpd.distill.records import TrainingExample
from vpd.distill.student import TrainSettings, read_result, train_student

pytest.importorskip("deepspeed", reason="needs the package deepspeed, pip install 'visual-program-distillation[deepspeed]'")
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
DRIVER = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    import torch
    from accelerate.utils import DeepSpeedPlugin
    from vpd.distill.records import TrainingExample
    from vpd.distill.student import TrainSettings, train_student
    import vpd.distill.student.train as train

    begin = DeepSpeedPlugin.__post_init__

    def begin_with_small_weights(plugin):
        begin(plugin)
        plugin.hf_ds_config.config["zero_optimization"]["stage3_param_persistence_threshold"] = 0  # else they stay whole

    DeepSpeedPlugin.__post_init__ = begin_with_small_weights
    start, file, out, settings, last = sys.argv[1:]
    torch.set_num_threads(1)
    examples = [TrainingExample.from_line(line) for line in Path(file).read_text().splitlines()]
    gather = train.whole_student

    def note_split(training, *given):
        split = [weight.numel() < weight.ds_numel for weight in training.trainer.model.parameters()]
        (Path(out) / f"split-{os.environ['RANK']}").write_text(f"{sum(split)} of {len(split)}")
        return gather(training, *given)

    train.whole_student = note_split
    stop = lambda done, *_: done == int(last) and os._exit(9)
    train_student(start, examples, Path(out), TrainSettings.model_validate_json(settings), stop)
""")


class Ended(NamedTuple):
    """A folder that was taught in, and what the launcher gave."""

    out: Path
    code: int
    stderr: str


@pytest.fixture(scope="module")
def teach(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ended]:
    """Teach in a folder by the launcher, ended after a step where one is given. Gives the exit code and what was said."""
    folder = tmp_path_factory.mktemp("deepspeed")
    (folder / "driver.py").write_text(DRIVER)
    (folder / "examples.jsonl").write_text("".join(f"{example.to_line()}\n" for example in lessons))

    def launch(name: str, settings: TrainSettings, last: int = 0) -> Ended:
        config = str(files("vpd.distill.student") / "configs" / "deepspeed.yaml")
        command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", config, "--num_processes", "2"]
        command += ["--main_process_port", "0", str(folder / "driver.py"), str(tiny), str(folder / "examples.jsonl")]
        out = folder / name
        here = os.environ | {"CUDA_VISIBLE_DEVICES": "", "DS_ACCELERATOR": "cpu", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [*command, str(out), settings.model_dump_json(), str(last)],
            capture_output=True,
            text=True,
            check=False,
            env=here,
            timeout=900,
        )
        return Ended(out, done.returncode, done.stderr)

    return launch


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def undisturbed(way: str, teach: Callable[..., Ended]) -> Ended:
    ended = teach(way, WAYS[way])
    assert ended.code == 0, ended.stderr[-3000:]
    return ended


def weights_in(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "student" / "model.safetensors")


def test_every_weight_is_split(undisturbed: Ended) -> None:
    for rank in (0, 1):
        split, weights = (undisturbed.out / f"split-{rank}").read_text().split(" of ")
        assert int(split) == int(weights) > 0


def test_split_weights_learn_what_whole_ones_learn(
    way: str, undisturbed: Ended, tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    alone, split = train_student(tiny, lessons, tmp_path, WAYS[way]), read_result(undisturbed.out)
    assert split is not None
    assert [loss for _, loss in split.losses] == pytest.approx([loss for _, loss in alone.losses], rel=1e-4)
    gathered, whole = weights_in(undisturbed.out), weights_in(tmp_path)
    assert gathered.keys() == whole.keys()
    for name, weight in whole.items():
        torch.testing.assert_close(gathered[name], weight, rtol=1e-3, atol=1e-5, msg=name)


def test_a_killed_training_ends_as_an_undisturbed_one(way: str, undisturbed: Ended, teach: Callable[..., Ended]) -> None:
    assert teach(f"{way}, killed", WAYS[way], FULL.steps).code != 0
    resumed = teach(f"{way}, killed", WAYS[way])
    assert resumed.code == 0, resumed.stderr[-3000:]
    whole, after = read_result(undisturbed.out), read_result(resumed.out)
    assert whole is not None
    assert after is not None
    assert (after.losses, after.task_losses) == (whole.losses, whole.task_losses)
    held = weights_in(resumed.out)
    assert all(torch.equal(held[name], weight) for name, weight in weights_in(undisturbed.out).items())
