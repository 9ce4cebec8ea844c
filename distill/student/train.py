"""Teach a student: any image-text-to-text model, from examples, to the same weights whether or not the training was cut short."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student.errors import StudentError
from vpd.distill.student.folder import (
    CHECKPOINTS,
    STUDENT,
    at_work,
    claim,
    last_whole,
    read_result,
    tidy,
    write_result,
)
from vpd.distill.student.imports import require
from vpd.distill.student.load import Student, load_student, quiet, save_student, speech_of
from vpd.distill.student.plan import make_plan
from vpd.distill.student.settings import OnStep, TrainResult, TrainSettings

if TYPE_CHECKING:
    from transformers import TrainingArguments

    from vpd.distill.student.trainer import StudentTrainer

__all__ = ["Training", "check_trackers", "curve", "make_training", "on_cpu", "threads", "train_student"]


class Training(NamedTuple):
    """A student and the trainer that is set up to teach it."""

    student: Student
    trainer: "StudentTrainer"


def train_student(
    start: str | Path, examples: Sequence[TrainingExample], out: Path, settings: TrainSettings, progress: OnStep | None = None
) -> TrainResult:
    """Train from a folder or a model hub's name, and write the student to `out / "student"`, as any checkpoint is.

    A run that was killed goes on from its last whole checkpoint; one that is done is read. Raises `StudentError` where the
    folder holds a student of other examples or settings, where an example is too long, where the start is no such model, and
    where the loss stops being a number.
    """
    require("train", "torch", "transformers", "accelerate")
    claim(out, start, examples, settings)
    done = read_result(out)
    if done is not None:
        return done
    from vpd.distill.student.trainer import Meter  # loads torch

    with at_work(out):
        with threads(settings.threads), quiet():
            checkpoint = last_whole(out / CHECKPOINTS)
            training = make_training(start, examples, out / CHECKPOINTS, settings)
            meter = Meter(progress, checkpoint.cpu_seconds)
            training.trainer.add_callback(meter)
            training.trainer.train(resume_from_checkpoint=checkpoint.path)
        history = training.trainer.state.log_history
        tasks = {task.value: curve(history, f"loss_{task}") for task in Teaches}
        result = TrainResult(
            steps=training.trainer.plan.settings.steps,
            cpu_seconds=meter.cpu_seconds,
            losses=curve(history, "loss"),
            task_losses={task: losses for task, losses in tasks.items() if losses},
            pictures_seen=len(training.trainer.plan.order),
            examples_cut=round(sum(cut for _, cut in curve(history, "examples_cut"))),
        )
        taught = whole_student(training, start, settings)
        if training.trainer.is_world_process_zero():
            save_student(taught, out / STUDENT)
            write_result(out, result)
            tidy(out)
    return result


def whole_student(training: Training, start: str | Path, settings: TrainSettings) -> Student:
    """The student with all its weights in one place, on the first process: FSDP and DeepSpeed keep a part on each."""
    trainer = training.trainer
    if not (trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled):
        return training.student
    held = trainer.accelerator.get_state_dict(trainer.model_wrapped)  # all processes must take part
    if not trainer.is_world_process_zero():
        return training.student
    return with_weights(start, settings, held)


def with_weights(start: str | Path, settings: TrainSettings, held: Mapping[str, object]) -> Student:
    """The student that a start becomes with these weights, gathered from a model that was prepared alike."""
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config  # heavy; loads when a student is taught

    from vpd.distill.student.families import prepare

    unset_hf_deepspeed_config()  # type: ignore[no-untyped-call]  # else what is loaded here is split again, and waits for the others
    student = load_student(start)
    model = prepare(student.model, settings)
    model.load_state_dict(held)
    return student._replace(model=model, speech=speech_of(student.model, settings))


def curve(history: Sequence[Mapping[str, float]], name: str) -> tuple[tuple[int, float], ...]:
    """Step and value of everything that was logged under a name."""
    return tuple((int(row["step"]), float(row[name])) for row in history if name in row)


def make_training(start: str | Path, examples: Sequence[TrainingExample], checkpoints: Path, settings: TrainSettings) -> Training:
    """Load the student, lay out what it meets and hand both to a trainer. Loads torch."""
    from transformers import set_seed  # heavy; loads when a student is taught
    from transformers.trainer_callback import PrinterCallback, ProgressCallback

    from vpd.distill.student.adapter import Adapter
    from vpd.distill.student.collate import Collator
    from vpd.distill.student.families import can_share, longest_of, prepare
    from vpd.distill.student.trainer import InOrder, StudentTrainer

    set_seed(settings.seed)
    student = load_student(start)
    speech = speech_of(student.model, settings)
    adapter = Adapter(student.processor, settings.picture_cache, speech)
    arguments = arguments_of(settings, checkpoints)
    plan = make_plan(examples, settings, max(1, arguments.world_size))
    arguments.max_steps, arguments.gradient_accumulation_steps = plan.settings.steps, plan.settings.accumulate
    model = prepare(student.model, settings)
    shared = settings.share_pictures and can_share(model, adapter, plan.groups, settings)
    trainer = StudentTrainer(
        plan=plan,
        model=model,
        args=arguments,
        train_dataset=InOrder(plan.groups, plan.order),
        data_collator=Collator(adapter, settings, shared=shared, longest=longest_of(model)),
    )
    if settings.optimizer == "muon" and (trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled):
        message = 'Muon takes whole matrices, and FSDP and DeepSpeed split them; set optimizer to "adamw"'
        raise StudentError(message)
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)
    return Training(student._replace(model=model, speech=speech), trainer)


def arguments_of(settings: TrainSettings, checkpoints: Path) -> "TrainingArguments":
    """What the library's trainer is told."""
    from transformers import TrainingArguments  # heavy; loads when a student is taught

    check_trackers(settings.report_to)
    return TrainingArguments(
        use_cpu=on_cpu(bf16=settings.bf16),
        output_dir=str(checkpoints),
        max_steps=1,
        per_device_train_batch_size=settings.pictures,
        max_grad_norm=settings.clip,
        logging_steps=settings.log_every,
        logging_nan_inf_filter=False,  # it would put the mean of earlier losses in the place of one that is no number
        save_steps=settings.save_every,
        save_total_limit=2,
        seed=settings.seed,
        bf16=settings.bf16,
        activation_checkpointing=settings.gradient_checkpointing,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        dataloader_num_workers=settings.readers,
        disable_tqdm=True,
        run_name=checkpoints.parent.name,
        report_to=list(settings.report_to),
    )


def on_cpu(*, bf16: bool) -> bool:
    """Whether there is nothing but a CPU. Raises `StudentError` where bfloat16 is asked of a GPU that lacks it."""
    import torch  # heavy; whoever is here needs it anyway

    if not torch.accelerator.is_available():
        return True
    if bf16 and torch.cuda.is_available() and not torch.cuda.is_bf16_supported():
        message = f"{torch.cuda.get_device_name()} does not compute in bfloat16; train without bf16"
        raise StudentError(message)
    return False


def check_trackers(names: Sequence[str]) -> None:
    """Raise `StudentError` where a tracker is not known to transformers or not installed."""
    from transformers.integrations.integration_utils import (
        get_available_reporting_integrations,  # heavy; loads when a student is taught
    )

    there: list[str] = get_available_reporting_integrations()  # type: ignore[no-untyped-call]
    for name in names:
        if name not in there:
            message = f"the tracker {name} is not installed here; there are {', '.join(there) or 'none'}"
            raise StudentError(message)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Inside, torch computes with so many threads."""
    import torch  # heavy; whoever is here needs it anyway

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
