"""CPU time of an optimiser step on the same 128 examples: ours with pictures shared and not, and TRL's plain SFT.

    python tests/benchmarks/student_steps.py

Sixteen drawn pictures with four questions each; every question with its answer and a text as long as a rationale. The
learner is the tiny student; AdamW throughout, so that only the trainers differ. TRL's loss is the mean over all tokens, ours
the mean per target.
"""

import os
import time
import warnings
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from PIL import Image as Picture
from transformers import TrainerCallback

from vpd.distill.build import answer_example, rationale_example
from vpd.distill.grid import Grid
from vpd.distill.records import Rationale, TrainingExample
from vpd.distill.scenes import DatasetSettings, describe, make_scenes, read_questions, read_scenes
from vpd.distill.student import TinySettings, TrainSettings, build_tiny_student, step_cost
from vpd.distill.student.load import load_student, quiet

PICTURES, STEPS, WARM = 16, 10, 3


def make_examples(folder: Path) -> list[TrainingExample]:
    """Answers, and rationales that are the scene's listing with the answer at its end."""
    files = make_scenes(folder, DatasetSettings(train_images=PICTURES, test_images=0))
    told = {scene.image.sha256: describe(scene, Grid("cell", 8)) for scene in read_scenes(files.scenes)}
    examples = []
    for question in read_questions(folder):
        answer = question.answers[0]
        text = f"There are {told[question.image.sha256]}. So the answer is {answer}."
        rationale = Rationale(
            question=question.id, trace="", trace_digest="", writer="listing", grid="cell-8", text=text, answer=answer
        )
        examples += [answer_example(question), rationale_example(question, rationale)]
    return examples


def trl_step(start: Path, examples: list[TrainingExample], folder: Path) -> float:
    """CPU seconds of a step of TRL's SFTTrainer with the same examples in one batch."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    class Clock(TrainerCallback):
        def __init__(self) -> None:
            self.ticks = list[float]()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.ticks.append(time.process_time())

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
    SFTTrainer(
        student.model, arguments, train_dataset=Dataset.from_list(rows), processing_class=student.processor, callbacks=[clock]
    ).train()
    return median(later - earlier for earlier, later in pairwise(clock.ticks[WARM - 1 :]))


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with TemporaryDirectory() as name, quiet():
        folder = Path(name)
        examples = make_examples(folder / "scenes")
        texts = [message.content for example in examples for message in example.messages]
        build_tiny_student(texts, folder / "start", TinySettings())
        plain = TrainSettings(pictures=PICTURES, optimizer="adamw")
        shared = step_cost(folder / "start", examples, plain, STEPS).cpu_seconds
        apart = step_cost(folder / "start", examples, plain.model_copy(update={"share_pictures": False}), STEPS).cpu_seconds
        muon = step_cost(folder / "start", examples, plain.model_copy(update={"optimizer": "muon"}), STEPS).cpu_seconds
        trl = trl_step(folder / "start", examples, folder / "trl")
    print(f"{len(examples)} examples a step, CPU seconds, median of {STEPS} steps")
    for label, seconds in (
        ("TRL SFT", trl),
        ("ours, pictures apart", apart),
        ("ours, pictures shared", shared),
        ("the same with Muon", muon),
    ):
        print(f"  {label:<24}{seconds:7.3f}   {seconds / trl:5.2f} of TRL's")


if __name__ == "__main__":
    main()
