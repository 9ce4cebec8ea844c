"""What a step costs, and how many steps of another kind cost the same: two students compared at equal compute."""

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from vpd.distill.records import TrainingExample
from vpd.distill.student.imports import require
from vpd.distill.student.settings import StepCost, TrainSettings
from vpd.distill.student.train import make_training, threads

__all__ = ["equal_steps", "step_cost"]

WARM = 3
"""Steps that do not count: the first ones read pictures and find room."""


def step_cost(start: str | Path, examples: Sequence[TrainingExample], settings: TrainSettings, steps: int = 10) -> StepCost:
    """CPU time of an optimiser step, pictures already read: the median over so many steps. Nothing is kept.

    Two costs are comparable when measured on the same machine with the same load: measure both, then divide.
    """
    require("train", "torch", "transformers", "accelerate")
    from transformers import TrainerCallback  # heavy; loads when a cost is measured

    class Clock(TrainerCallback):
        """Notes the CPU time after each step."""

        def __init__(self) -> None:
            self.ticks = list[float]()

        def on_step_end(self, *_: object, **__: object) -> None:
            self.ticks.append(time.process_time())

    short = settings.model_copy(
        update={"steps": WARM + steps, "epochs": 0, "report_to": (), "save_every": 10**9, "log_every": 10**9}
    )
    clock = Clock()
    with TemporaryDirectory() as folder, threads(settings.threads):
        training = make_training(start, few_pictures(examples, settings), Path(folder), short)
        training.trainer.add_callback(clock)
        training.trainer.train()
    counted = clock.ticks[WARM - 1 :]
    return StepCost(median(later - earlier for earlier, later in pairwise(counted)))


def few_pictures(examples: Sequence[TrainingExample], settings: TrainSettings) -> list[TrainingExample]:
    """Examples of as many pictures as a step holds, so that the steps before the count have read them all."""
    wanted = settings.batch or settings.pictures * settings.accumulate
    pictures = dict.fromkeys(example.image.sha256 for example in examples)
    first = set(list(pictures)[:wanted])
    return [example for example in examples if example.image.sha256 in first]


def equal_steps(steps: int, cost: StepCost, other: StepCost) -> int:
    """How many steps at the other cost take the CPU time of so many at the first."""
    return max(1, round(steps * cost.cpu_seconds / other.cpu_seconds))
