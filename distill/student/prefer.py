"""Teach a student to prefer right reasons to wrong ones, by TRL's DPO, on the same rows of tokens as all other teaching."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.distill.records import Preference
from vpd.distill.student.folder import (
    CHECKPOINTS,
    STUDENT,
    at_work,
    claim,
    last_whole,
    read_preference,
    tidy,
    write_result,
)
from vpd.distill.student.imports import require
from vpd.distill.student.load import load_student, quiet, save_student
from vpd.distill.student.settings import OnStep, PreferResult, PreferSettings
from vpd.distill.student.train import check_trackers, curve, on_cpu, threads

if TYPE_CHECKING:
    from torch import Tensor

    from vpd.distill.student.adapter import Adapter

__all__ = ["PairCollator", "prefer_student"]


def prefer_student(
    start: str | Path, pairs: Sequence[Preference], out: Path, settings: PreferSettings, progress: OnStep | None = None
) -> PreferResult:
    """Train from a folder or a model hub's name, and write the student to `out / "student"`, as `train_student` does.

    A run that was killed goes on from its last whole checkpoint; one that is done is read. Raises `StudentError` where the
    folder holds a student of other pairs or settings, and where a pair is too long.
    """
    require("train", "torch", "transformers", "accelerate", "trl", "datasets")
    claim(out, start, pairs, settings)
    done = read_preference(out)
    if done is not None:
        return done
    from vpd.distill.student.trainer import Meter  # loads torch

    with at_work(out):
        with threads(settings.threads), quiet():
            checkpoint = last_whole(out / CHECKPOINTS)
            student = load_student(start)
            trainer = make_trainer(student, pairs, out / CHECKPOINTS, settings)
            meter = Meter(progress, checkpoint.cpu_seconds)
            trainer.add_callback(meter)
            trainer.train(resume_from_checkpoint=checkpoint.path)
        history = trainer.state.log_history
        result = PreferResult(
            steps=settings.steps,
            cpu_seconds=meter.cpu_seconds,
            losses=curve(history, "loss"),
            margins=curve(history, "rewards/margins"),
            accuracies=curve(history, "rewards/accuracies"),
        )
        if trainer.is_world_process_zero():
            save_student(student._replace(model=trainer.accelerator.unwrap_model(trainer.model)), out / STUDENT)
            write_result(out, result)
            tidy(out)
    return result


def make_trainer(student: Any, pairs: Sequence[Preference], checkpoints: Path, settings: PreferSettings) -> Any:
    """TRL's own trainer, given our rows. The reference is the start: with adapters the same model without them, else a copy."""
    from datasets import Dataset  # heavy; loads when a preference is taught
    from transformers.trainer_callback import PrinterCallback, ProgressCallback
    from trl import DPOConfig, DPOTrainer

    from vpd.distill.student.adapter import Adapter
    from vpd.distill.student.families import adapters_for, longest_of, prepare

    check_trackers(settings.report_to)
    adapter = Adapter(student.processor, settings.picture_cache, student.speech)
    arguments = DPOConfig(
        output_dir=str(checkpoints),
        use_cpu=on_cpu(bf16=settings.bf16),
        max_steps=settings.steps,
        per_device_train_batch_size=settings.pairs,
        gradient_accumulation_steps=settings.accumulate,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.clip,
        beta=settings.beta,
        loss_type=["sigmoid", "sft"] if settings.chosen_weight else ["sigmoid"],
        loss_weights=[1.0, settings.chosen_weight] if settings.chosen_weight else None,
        max_length=None,  # our collator answers for lengths
        bf16=settings.bf16,
        activation_checkpointing=settings.gradient_checkpointing,
        seed=settings.seed,
        logging_steps=settings.log_every,
        logging_nan_inf_filter=False,  # as in all other teaching
        save_steps=settings.save_every,
        save_total_limit=2,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        disable_tqdm=True,
        run_name=checkpoints.parent.name,
        report_to=list(settings.report_to),
    )
    trainer = DPOTrainer(
        model=student.model if settings.lora_rank else prepare(student.model, settings),
        args=arguments,
        # A column of this name keeps TRL from tokenising in its own way; the collator reads the pair's place alone.
        train_dataset=Dataset.from_dict({"images": [[] for _ in pairs], "place": list(range(len(pairs)))}),
        data_collator=PairCollator(adapter, pairs, settings, longest_of(student.model)),
        processing_class=student.processor,
        peft_config=adapters_for(student.model, settings) if settings.lora_rank else None,
    )
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)
    return trainer


class PairCollator:
    """Makes a batch of pairs as TRL wants it: all chosen rows, then all rejected rows."""

    def __init__(
        self, adapter: "Adapter", pairs: Sequence[Preference], settings: PreferSettings, longest: int | None = None
    ) -> None:
        self.adapter, self.pairs, self.settings = adapter, pairs, settings
        self.longest = min(filter(None, (longest, settings.longest)), default=None)

    def __call__(self, rows: Sequence[dict[str, Any]]) -> "dict[str, Tensor]":
        """Inputs of the model, and `completion_mask` (B T), which is 1 on the words that are compared."""
        import torch  # heavy; whoever is here needs it anyway

        from vpd.distill.student.collate import fit, stack_pixels

        pairs = [self.pairs[row["place"]] for row in rows]
        columns: dict[str, list[list[int]]] = {"input_ids": [], "attention_mask": [], "completion_mask": []}
        pixels = []
        for pair, said in [*((pair, pair.chosen) for pair in pairs), *((pair, pair.rejected) for pair in pairs)]:
            prompted = self.adapter.prompt(pair.asked, pair.image)
            target = self.adapter.target(pair.asked, self.adapter.speech.own(said, prompted.frame))
            target = fit(len(prompted.tokens.ids), target, self.longest, self.settings.too_long)
            columns["input_ids"].append([*prompted.tokens.ids, *target])
            columns["attention_mask"].append([1] * (len(prompted.tokens.ids) + len(target)))
            columns["completion_mask"].append([0] * len(prompted.tokens.ids) + [1] * len(target))
            for name, kinds in self.adapter.extend(prompted.tokens, len(target)).items():
                columns.setdefault(name, []).append(list(kinds))
            pixels.append(prompted.pixels)
        width = max(map(len, columns["input_ids"]))
        fills = {"input_ids": self.adapter.pad}
        tensors = {
            name: torch.tensor([row + [fills.get(name, 0)] * (width - len(row)) for row in lists])
            for name, lists in columns.items()
        }
        return {**tensors, **stack_pixels(pixels)}
