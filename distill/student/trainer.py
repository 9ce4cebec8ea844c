"""Transformers' Trainer with the two-target loss, a fixed order of pictures, and a mark on every checkpoint that is whole."""

# Loaded by the training alone, so that torch and transformers may stand at the top.
import json
import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset, SequentialSampler
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from vpd.distill.student.collate import IGNORED, TASKS, count_targets, model_inputs
from vpd.distill.student.errors import StudentError
from vpd.distill.student.folder import WHOLE
from vpd.distill.student.groups import Group
from vpd.distill.student.loss import answer_places_only, two_target_loss, weights_of
from vpd.distill.student.muon import make_optimizer
from vpd.distill.student.plan import Plan
from vpd.distill.student.settings import OnStep, TrainSettings

__all__ = ["InOrder", "Meter", "StudentTrainer", "mask_for", "rate_at"]


class InOrder(Dataset[Group]):
    """Groups in the order in which they are to be met."""

    def __init__(self, groups: Sequence[Group], order: Sequence[int]) -> None:
        self._groups, self._order = groups, order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, place: int) -> Group:
        return self._groups[self._order[place]]


class StudentTrainer(Trainer):
    """Everything but the loss, the optimiser and the order is the library's own."""

    def __init__(self, *, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan, self.student_settings = plan, plan.settings
        # The loss is divided by the targets of all passes of a step, so that the library must not divide it again.
        self.loss_is_scaled_for_ga = True
        self._parts, self._cut, self._steps = torch.zeros(len(TASKS)), 0.0, 0
        self.waited = 0.0
        """Seconds, by the clock on the wall, for which the training stood still until a batch was read."""

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        dataset: Any = train_dataset or self.train_dataset
        return SequentialSampler(dataset)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Muon and AdamW, or AdamW alone."""
        if self.optimizer is None:
            taught: Any = model or self.model
            self.optimizer = make_optimizer(taught, self.student_settings)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:  # noqa: ARG002  the library's signature
        """Warm-up, level, straight fall."""
        if self.lr_scheduler is None:
            stepped: Any = optimizer or self.optimizer
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(stepped, partial(rate_at, settings=self.student_settings))
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def get_batch_samples(
        self, epoch_iterator: Iterator[dict[str, Tensor]], num_batches: int, device: torch.device
    ) -> tuple[list[dict[str, Tensor]], Tensor]:
        """The passes of one optimiser step, and how many targets they hold, over all processes."""
        self._steps += 1
        began = time.perf_counter()
        batches = list(islice(epoch_iterator, num_batches))
        self.waited += time.perf_counter() - began
        counts = count_targets(batches).to(device)
        if self.accelerator.num_processes > 1:
            counts = self.accelerator.reduce(counts, "sum")
        return batches, counts

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Beside the loss, each task's part of it, lambda included, and how many examples were cut, over all processes."""
        if "loss" in logs:
            told = torch.cat([self._parts / self._steps, torch.tensor([self._cut])])
            if self.accelerator.num_processes > 1:
                told = self.accelerator.reduce(told.to(self.accelerator.device), "sum").cpu()
                told[:-1] /= self.accelerator.num_processes
            logs |= {f"loss_{task}": part for task, part in zip(TASKS, told.tolist()) if part}
            if told[-1]:
                logs["examples_cut"] = told[-1].item()
            self._parts, self._cut, self._steps = torch.zeros(len(TASKS)), 0.0, 0
        super().log(logs, start_time)

    # The signature, its boolean included, is the library's.
    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,  # noqa: FBT001, FBT002
        num_items_in_batch: Any = None,
    ) -> Any:
        """One pass's share of the loss."""
        given, labels, tasks = model_inputs(inputs), inputs["labels"], inputs["tasks"]
        learned = labels != IGNORED
        bare = self.accelerator.unwrap_model(model)
        given["attention_mask"] = mask_for(bare, given["attention_mask"])
        with answer_places_only(bare, labels):
            outputs = model(**given, use_cache=False)
        counts = num_items_in_batch if num_items_in_batch is not None else count_targets([inputs])
        weight = self.plan.lambda_at(self.state.global_step)
        weights = weights_of(inputs["lengths"][learned], tasks[learned], counts, self.student_settings, weight)
        parts = two_target_loss(outputs.logits, labels[learned], tasks[learned], weights)
        # Gradients are averaged over processes, while the counts are of all of them.
        parts = parts * self.accelerator.num_processes
        self._parts += parts.detach().cpu()
        self._cut += float(inputs["cut"].sum())
        loss = parts.sum()
        return (loss, outputs) if return_outputs else loss


def mask_for(model: Any, mask: Tensor) -> Tensor:
    """A mask of booleans as the model's attention adds it up, where that is what it does."""
    if mask.ndim != 4 or model.config._attn_implementation == "sdpa":
        return mask
    zeros = torch.zeros(mask.shape, dtype=model.dtype, device=mask.device)
    return zeros.masked_fill(~mask, torch.finfo(model.dtype).min)


def rate_at(step: int, settings: TrainSettings) -> float:
    """The learning rate before a step, as a share of its peak."""
    rising = min(1.0, (step + 1) / settings.warmup) if settings.warmup else 1.0
    if settings.schedule == "cosine":
        done = max(0, step - settings.warmup) / max(1, settings.steps - settings.warmup)
        return rising * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    last = settings.decay * settings.steps
    falling = min(1.0, (settings.steps - step) / last) if last else 1.0
    return rising * falling


class Meter(TrainerCallback):
    """Counts CPU seconds over all runs of a training, tells how far it is, stops it where it is lost, marks whole checkpoints."""

    def __init__(self, progress: OnStep | None, before: float) -> None:
        self._before, self._start, self._progress = before, time.process_time(), progress

    @property
    def cpu_seconds(self) -> float:
        """Of this process since the training began, and of the killed runs up to the checkpoint from which it went on."""
        return self._before + time.process_time() - self._start

    # The names are the library's: it hands them over by keyword or by place.
    def on_step_end(  # type: ignore[override]
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Tell how far the training is; what the last steps came to is logged, be they fewer than `log_every`."""
        control.should_log = control.should_log or state.global_step >= state.max_steps
        if self._progress is not None:
            loss = state.log_history[-1].get("loss") if state.log_history else None
            self._progress(state.global_step, state.max_steps, loss)

    def on_log(  # type: ignore[override]
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Raise `StudentError` where loss or gradient is no number any more; losses are logged before a checkpoint is written."""
        for name in ("loss", "grad_norm"):
            value = (logs or {}).get(name, 0.0)
            if not math.isfinite(value):
                message = (
                    f"the {name} is {value} at step {state.global_step}, and the weights with it; nothing of it is kept. "
                    "Take a lower learning rate, more warmup or a smaller clip, and another folder"
                )
                raise StudentError(message)

    def on_save(  # type: ignore[override]
        self, args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any
    ) -> None:
        """Mark the checkpoint as whole once all processes have written their part, and note in the mark what it took."""
        if torch.distributed.is_initialized():
            torch.distributed.barrier()
        if not state.is_world_process_zero:
            return
        mark = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}" / WHOLE
        mark.write_text(json.dumps({"cpu_seconds": self.cpu_seconds}))
