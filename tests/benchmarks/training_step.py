"""CPU time of an optimiser step on the same 128 examples: ours, pictures apart and shared, beside TRL's plain SFT.

    python tests/benchmarks/training_step.py [rounds]

Sixteen drawn pictures with four questions each; every question with its answer and a text as long as a rationale. The learner is
the tiny student on one thread, in float32, with AdamW throughout, so that only the trainers differ. TRL's loss is the mean over
all tokens, ours the mean per target. The ways take turns, round by round, and each round gives its own ratios, so that whatever
else the machine does falls on all of them. Steps before the count read the pictures. The last lines say how long
it takes to make a batch, of pictures kept ready and of pictures read from their files each time.
"""

import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from PIL import Image as Picture
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback

from listed_scenes import make_examples
from vpd.distill.records import TrainingExample
from vpd.distill.scenes import DatasetSettings
from vpd.distill.student import TinySettings, TrainSettings, build_tiny_student, step_cost
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import Collator
from vpd.distill.student.groups import group_examples
from vpd.distill.student.load import load_student, quiet

PICTURES, STEPS, WARM = 16, 6, 2
AIM = 1.05
"""Most that a step may take of TRL's, each example in a row of its own as there."""


class Clock(TrainerCallback):
    """CPU seconds at the end of each step."""

    def __init__(self) -> None:
        self.ticks = list[float]()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.ticks.append(time.process_time())

    @property
    def step(self) -> float:
        """The median, the first steps left out."""
        return median(later - earlier for earlier, later in pairwise(self.ticks[WARM - 1 :]))


def trl_step(start: Path, examples: list[TrainingExample], folder: Path) -> float:
    """CPU seconds of a step of TRL's SFTTrainer with the same examples in one batch."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    student, clock = load_student(start), Clock()
    rows = [
        {
            "images": [Picture.open(example.image.path).convert("RGB")],
            "prompt": [{"role": "user", "content": example.messages[0].content}],
            "completion": [{"role": "assistant", "content": example.messages[1].content}],
        }
        for example in examples
    ]
    arguments = SFTConfig(
        output_dir=str(folder),
        max_steps=WARM + STEPS,
        per_device_train_batch_size=len(rows),
        max_length=None,
        bf16=False,
        activation_checkpointing=False,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    trainer = SFTTrainer(
        student.model, arguments, train_dataset=Dataset.from_list(rows), processing_class=student.processor, callbacks=[clock]
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return clock.step


def collate_seconds(start: Path, examples: list[TrainingExample], settings: TrainSettings) -> float:
    """CPU seconds to make one batch; the first, which reads the texts and fills the cache, does not count."""
    adapter = Adapter(load_student(start).processor, settings.picture_cache)
    collator = Collator(adapter, settings, shared=settings.share_pictures)
    groups = group_examples(examples, settings.questions_per_picture)[:PICTURES]
    collator(groups)
    spent = []
    for _ in range(STEPS):
        began = time.process_time()
        collator(groups)
        spent.append(time.process_time() - began)
    return median(spent)


def main(rounds: int) -> None:
    """Measure in turns, and print."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with TemporaryDirectory() as name, quiet():
        folder = Path(name)
        start = folder / "start"
        examples = make_examples(folder / "scenes", DatasetSettings(train_images=PICTURES, test_images=0))
        texts = [message.content for example in examples for message in example.messages]
        build_tiny_student(texts, start, TinySettings())
        plain = TrainSettings(pictures=PICTURES, optimizer="adamw")
        apart, muon = plain.model_copy(update={"share_pictures": False}), plain.model_copy(update={"optimizer": "muon"})
        ways: dict[str, Callable[[], float]] = {
            "TRL's SFT": lambda: trl_step(start, examples, folder / "trl"),
            "ours, pictures apart": lambda: step_cost(start, examples, apart, STEPS).cpu_seconds,
            "ours, pictures shared": lambda: step_cost(start, examples, plain, STEPS).cpu_seconds,
            "the same with Muon": lambda: step_cost(start, examples, muon, STEPS).cpu_seconds,
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, measure in ways.items():
                taken[way].append(measure())
        anew = plain.model_copy(update={"picture_cache": 0})
        shares = {
            way: collate_seconds(start, examples, how)
            for way, how in (("pictures apart", apart), ("pictures shared", plain), ("shared, read anew", anew))
        }
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread used, load {load}")
    print(f"{len(examples)} examples a step; CPU seconds, median of {rounds} rounds of {STEPS} steps; ratios round by round")
    base = taken["TRL's SFT"]
    for way, seconds in taken.items():
        ratios = sorted(one / other for one, other in zip(seconds, base))
        print(f"  {way:<24}{median(seconds):7.3f}   {median(ratios):5.2f} of TRL's ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    for way, once in shares.items():
        step = median(taken["ours, pictures apart" if way == "pictures apart" else "ours, pictures shared"])
        print(f"  a batch, {way:<18}{once:7.3f}   {once / step:5.1%} of such a step")
    ratio = median(one / other for one, other in zip(taken["ours, pictures apart"], base))
    print(f"aim of at most {AIM:.2f} of TRL's, pictures apart: {'met' if ratio <= AIM else 'missed'} ({ratio:.2f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
