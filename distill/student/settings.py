"""What decides how a student is built and taught; each field has its unit and range. Loads no heavy library."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "Form",
    "OnStep",
    "Phase",
    "PreferResult",
    "PreferSettings",
    "StepCost",
    "TinySettings",
    "TrainResult",
    "TrainSettings",
]

OnStep = Callable[[int, int, float | None], None]
"""Told after each optimiser step: the steps done, all steps, and the latest loss."""


class TinySettings(BaseModel):
    """The shape of a tiny student: a stock Idefics3 with random weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(96, ge=16, le=512)
    """Pixels; every picture is scaled to a square of this side."""
    patch: int = Field(12, ge=4, le=32)
    """Pixels along a patch's side; must divide `side`."""
    merge: int = Field(2, ge=1, le=8)
    """Patches along each axis that become one visual token (Idefics3's pixel shuffle)."""
    width: int = Field(96, ge=16, le=1024)
    """Hidden size of both halves; a multiple of `heads`."""
    vision_layers: int = Field(3, ge=1, le=24)
    text_layers: int = Field(3, ge=1, le=24)
    heads: int = Field(4, ge=1, le=16)
    longest: int = Field(512, ge=64, le=8192)
    """Most tokens of a sequence, visual ones included."""

    @property
    def visual_tokens(self) -> int:
        """Tokens that stand for one picture."""
        return (self.side // self.patch // self.merge) ** 2


class Form(StrEnum):
    """What is asked of the student for each question, and what it should say."""

    TWO_PROMPTS = "two_prompts"
    """The short answer to one prompt, the rationale to another, as in VPD; descriptions too, where there are any."""
    ANSWER_ONLY = "answer_only"
    RATIONALE_ONLY = "rationale_only"
    ANSWER_THEN_RATIONALE = "answer_then_rationale"
    """Both to one prompt, the answer first; a question without a rationale keeps its answer and the answer's prompt."""
    DESCRIPTION_ONLY = "description_only"


class Phase(BaseModel):
    """A stretch of the training with examples of its own: one line of a curriculum."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(gt=0, le=1)
    """Of all optimiser steps; the shares of a curriculum add up to 1."""
    form: Form = Form.TWO_PROMPTS
    kinds: tuple[str, ...] = ()
    """Only questions of these kinds; empty: of all."""
    rationale_weight: float | None = Field(None, ge=0, le=100)
    """Lambda in this phase; None: that of the settings."""


class TrainSettings(BaseModel):
    """How a student learns. With the same settings, examples and start, a CPU gives the same weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(900, ge=1)
    """Optimiser steps."""
    epochs: float = Field(0, ge=0)
    """How often every group of examples comes up; takes the place of `steps` where it is not 0."""
    form: Form = Form.TWO_PROMPTS
    phases: tuple[Phase, ...] = ()
    """A curriculum: phases in their order, in place of `form`; empty: one phase."""
    pictures: int = Field(16, ge=1)
    """Pictures in a forward pass, on each process; with four questions a picture that is 64 questions."""
    questions_per_picture: int = Field(4, ge=1)
    """Most questions of one picture that share a pass; a picture with more comes up more than once an epoch."""
    accumulate: int = Field(1, ge=1)
    """Forward passes an optimiser step."""
    batch: int = Field(0, ge=0)
    """Pictures an optimiser step over all processes, from which `accumulate` follows; 0 takes `accumulate` as it is."""
    share_pictures: bool = True
    """Read a picture once for all its questions, where the model family gives the same numbers that way; else once each."""
    learning_rate: float = Field(2e-3, gt=0, le=1)
    """Peak, of AdamW."""
    muon_learning_rate: float = Field(1e-2, gt=0, le=1)
    """Peak, of Muon; only with that optimiser."""
    optimizer: Literal["muon", "adamw"] = "muon"
    """`muon`: Muon for the matrices between layers and AdamW for the rest. `adamw`: AdamW for all."""
    weight_decay: float = Field(0.01, ge=0, le=1)
    beta2: float = Field(0.98, gt=0, lt=1)
    """AdamW's second moment."""
    warmup: int = Field(50, ge=0)
    """Steps over which the rate rises from 0."""
    warmup_share: float = Field(0, ge=0, lt=1)
    """The same as a share of all steps; takes the place of `warmup` where it is not 0."""
    schedule: Literal["linear", "cosine"] = "linear"
    """After the warm-up: level, then a straight fall over `decay`; or half a cosine down to 0."""
    decay: float = Field(0.4, ge=0, le=1)
    """Last share of the steps over which the rate falls to 0, in a straight line; 1 with no warm-up is linear decay."""
    clip: float = Field(1.0, ge=0)
    """Largest norm of the gradient; 0 clips nothing."""
    rationale_weight: float = Field(1.0, ge=0, le=100)
    """Lambda: how much a rationale's loss counts beside a label's (VPD, section 3.2)."""
    loss: Literal["per_target", "token_mean"] = "per_target"
    """`per_target`: each target's mean over its own tokens, then over a task's targets. `token_mean`: over all tokens."""
    seed: int = Field(0, ge=0)
    """Of the order of pictures, and of dropout where a model has it."""
    threads: int = Field(1, ge=1)
    """CPU threads; another number can change the last bits of the weights."""
    bf16: bool = False
    """Compute in bfloat16; weights that are trained, and the loss, stay in float32."""
    gradient_checkpointing: bool = False
    """Less memory for about a third more time."""
    longest: int = Field(0, ge=0)
    """Most tokens of an example, its picture's included; 0: as many as the model takes."""
    too_long: Literal["refuse", "cut"] = "refuse"
    """`cut`: of a longer example the last words that the student should say are not learned, nor that it ends there; counted."""
    dialect: Literal["plain", "family"] = "plain"
    """`plain`: places and prompts as the run wrote them. `family`: as the model's family was brought up to write them."""
    grid_steps: int = Field(1000, ge=2)
    """Steps of the grid on which the run wrote its places; only with `dialect = "family"`."""
    lora_rank: int = Field(0, ge=0)
    """Rank of adapters; 0 trains all weights."""
    lora_layers: Literal["language", "encoder", "vision", "all"] = "language"
    """Whose attention and MLP layers get adapters. `encoder`: that half of an encoder-decoder language model, else all of it."""
    lora_alpha: float = Field(0, ge=0)
    """What adapters are scaled by, over their rank; 0: twice the rank."""
    lora_dropout: float = Field(0, ge=0, lt=1)
    save_every: int = Field(200, ge=1)
    """Steps between checkpoints, from which a killed run goes on."""
    log_every: int = Field(10, ge=1)
    """Steps between logged losses; must divide `save_every`, so that a resumed run logs the same."""
    picture_cache: int = Field(1024, ge=0)
    """MiB of pictures kept ready for the model; 0 reads each picture again each time."""
    readers: int = Field(0, ge=0)
    """Processes that read pictures ahead of the training, each with a cache of its own; 0: the training reads them itself."""
    report_to: tuple[str, ...] = ()
    """Trackers that are told the losses, as transformers names them, such as `tensorboard` or `wandb`; none by default."""

    @model_validator(mode="after")
    def _phases_fill_the_training(self) -> Self:
        if self.phases and abs(sum(phase.share for phase in self.phases) - 1) > 1e-6:
            message = f"the shares of the phases add up to {sum(phase.share for phase in self.phases):g}, not to 1"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _logs_divide_saves(self) -> Self:
        if self.save_every % self.log_every:
            message = f"save_every ({self.save_every}) must be a multiple of log_every ({self.log_every})"
            raise ValueError(message)
        return self


class PreferSettings(BaseModel):
    """How a taught student learns to prefer right reasons to wrong ones: direct preference optimisation.

    Source: R. Rafailov and others, "Direct Preference Optimization" (2023).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(200, ge=1)
    """Optimiser steps."""
    pairs: int = Field(4, ge=1)
    """Pairs in a forward pass, on each process."""
    accumulate: int = Field(4, ge=1)
    """Forward passes an optimiser step."""
    learning_rate: float = Field(5e-6, gt=0, le=1)
    """Peak, of AdamW; it falls to 0 in a straight line."""
    warmup: int = Field(0, ge=0)
    """Steps over which the rate rises from 0."""
    beta: float = Field(0.1, gt=0, le=10)
    """How dear it is to leave the student that one started from."""
    chosen_weight: float = Field(0.0, ge=0, le=100)
    """How much the plain loss of the right rationale counts besides, which keeps the student from unlearning it."""
    weight_decay: float = Field(0.0, ge=0, le=1)
    clip: float = Field(1.0, ge=0)
    """Largest norm of the gradient; 0 clips nothing."""
    seed: int = Field(0, ge=0)
    """Of the order of pairs."""
    threads: int = Field(1, ge=1)
    bf16: bool = False
    gradient_checkpointing: bool = False
    longest: int = Field(0, ge=0)
    """Most tokens of a prompt and a rationale; 0: as many as the model takes."""
    too_long: Literal["refuse", "cut"] = "refuse"
    """As in `TrainSettings`."""
    lora_rank: int = Field(0, ge=0)
    """Rank of adapters; 0 trains all weights, with a second copy of the model beside them."""
    lora_layers: Literal["language", "encoder", "vision", "all"] = "language"
    lora_alpha: float = Field(0, ge=0)
    lora_dropout: float = Field(0, ge=0, lt=1)
    save_every: int = Field(50, ge=1)
    """Steps between checkpoints, from which a killed run goes on."""
    log_every: int = Field(10, ge=1)
    """Steps between logged losses and margins."""
    picture_cache: int = Field(1024, ge=0)
    """MiB of pictures kept ready for the model."""
    report_to: tuple[str, ...] = ()
    """Trackers, as in `TrainSettings`."""


@dataclass(frozen=True, slots=True)
class PreferResult:
    """What learning from pairs came to."""

    steps: int
    cpu_seconds: float
    losses: tuple[tuple[int, float], ...]
    """Step, and mean loss since the one before."""
    margins: tuple[tuple[int, float], ...]
    """The same for beta times how much more the right rationale gained on the start than the wrong one, in nats."""
    accuracies: tuple[tuple[int, float], ...]
    """The same for the share of pairs whose margin is above 0."""


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training came to."""

    steps: int
    cpu_seconds: float
    """Of the whole process while it trained, all runs of a resumed training together."""
    losses: tuple[tuple[int, float], ...]
    """Step, and mean loss since the one before."""
    task_losses: dict[str, tuple[tuple[int, float], ...]]
    """The same for each task's part of the loss: `answer`, `rationale` with its lambda, `description`."""
    pictures_seen: int
    """With repeats; each with its questions."""
    examples_cut: int = 0
    """How often an example was met without its last words, being too long."""


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one optimiser step takes."""

    cpu_seconds: float
    """Median over the steps measured."""
