"""Share of a training step for which the training stands still until its pictures are read, with and without readers.

    python tests/benchmarks/reading_pictures.py [steps] [side in pixels ...]

The learner is the tiny student on one thread: no real one has a shorter step, so the shares are upper bounds for a CPU. Pictures
are drawn scenes of each side, as PNG, four questions each with an answer and a text as long as a rationale; there are twice as
many as a step holds, so that a picture that is not kept is read from its file each time. Times are the clock's on the wall, since
readers are processes of their own; the steps before the count fill the cache and start the readers. Readers need cores to spare.
"""

import os
import platform
import sys
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from transformers import TrainerCallback

from listed_scenes import make_examples
from vpd.distill.records import TrainingExample
from vpd.distill.scenes import DatasetSettings, SceneSettings
from vpd.distill.student import TinySettings, TrainSettings, build_tiny_student
from vpd.distill.student.load import quiet
from vpd.distill.student.train import make_training
from vpd.distill.student.trainer import StudentTrainer

PICTURES, WARM = 16, 3
WAYS: dict[str, dict[str, int]] = {
    "kept ready": {},
    "read anew": {"picture_cache": 0},
    "read anew by 1 reader": {"picture_cache": 0, "readers": 1},
    "read anew by 2 readers": {"picture_cache": 0, "readers": 2},
}
AIM = 0.05
"""Most of a step that may be waiting, pictures kept ready or read ahead."""


class Tick(NamedTuple):
    """The end of a step."""

    clock: float
    waited: float


class Clock(TrainerCallback):
    """Seconds that passed, and that were waited, up to the end of each step."""

    def __init__(self, trainer: StudentTrainer) -> None:
        self.trainer, self.ticks = trainer, list[Tick]()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.ticks.append(Tick(time.perf_counter(), self.trainer.waited))


def measure(start: Path, examples: list[TrainingExample], folder: Path, steps: int, way: dict[str, int]) -> Tick:
    """Seconds of a step, and those of them that were waited; the mean over so many steps."""
    settings = TrainSettings(steps=WARM + steps, pictures=PICTURES, save_every=10**9, log_every=10**9)
    training = make_training(start, examples, folder, settings.model_copy(update=way))
    clock = Clock(training.trainer)
    training.trainer.add_callback(clock)
    training.trainer.train()
    first, last = clock.ticks[WARM - 1], clock.ticks[-1]
    return Tick((last.clock - first.clock) / steps, (last.waited - first.waited) / steps)


def main(steps: int, sides: list[int]) -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    missed = []
    for side in sides:
        with TemporaryDirectory() as name, quiet():
            folder = Path(name)
            scenes = DatasetSettings(train_images=2 * PICTURES, test_images=0, scene=SceneSettings(side=side))
            examples = make_examples(folder / "scenes", scenes)
            build_tiny_student(
                [message.content for one in examples for message in one.messages], folder / "start", TinySettings()
            )
            found = {way: measure(folder / "start", examples, folder / "training", steps, how) for way, how in WAYS.items()}
        print(f"{PICTURES} pictures a step, {side} pixels a side; mean of {steps} steps")
        for way, (seconds, waited) in found.items():
            print(f"  {way:<24}{seconds:7.3f} seconds a step, {waited:7.4f} of them waited, {waited / seconds:6.1%}")
        best = min(waited / seconds for way, (seconds, waited) in found.items() if way != "read anew")
        missed += [side] * (best > AIM)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread for the training, load {load}")
    verdict = f"missed at {', '.join(map(str, missed))} pixels" if missed else "met"
    print(f"aim of at most {AIM:.0%} of a step waited, pictures kept or read ahead: {verdict}")


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(given[0] if given else 8, given[1:] or [192, 1024])
