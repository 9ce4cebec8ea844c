"""What decides how a student is built and taught; each field has its unit and range. Loads no heavy library."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vpd.distill.student.errors import StudentError

__all__ = ["StepCost", "TinySettings", "TrainResult", "TrainSettings", "read_settings"]


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


class TrainSettings(BaseModel):
    """How a student learns. With the same settings, examples and start, a CPU gives the same weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(900, ge=1)
    """Optimiser steps."""
    pictures: int = Field(16, ge=1)
    """Pictures in a forward pass, on each process; with four questions a picture that is 64 questions."""
    questions_per_picture: int = Field(4, ge=1)
    """Most questions of one picture that share a pass; a picture with more comes up more than once an epoch."""
    accumulate: int = Field(1, ge=1)
    """Forward passes an optimiser step."""
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
    gradient_checkpointing: bool = False
    """Less memory for about a third more time."""
    lora_rank: int = Field(0, ge=0)
    """Rank of adapters on all linear layers of the language model; 0 trains all weights."""
    save_every: int = Field(200, ge=1)
    """Steps between checkpoints, from which a killed run goes on."""
    log_every: int = Field(10, ge=1)
    """Steps between logged losses; must divide `save_every`, so that a resumed run logs the same."""
    picture_cache: int = Field(1024, ge=0)
    """MiB of pictures kept ready for the model; 0 reads each picture again each time."""

    @model_validator(mode="after")
    def _logs_divide_saves(self) -> Self:
        if self.save_every % self.log_every:
            message = f"save_every ({self.save_every}) must be a multiple of log_every ({self.log_every})"
            raise ValueError(message)
        return self


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


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one optimiser step takes."""

    cpu_seconds: float
    """Median over the steps measured."""


def read_settings(path: Path | None, given: dict[str, Any]) -> TrainSettings:
    """Settings of a TOML file, where there is one, and over them those given. Raises `StudentError` that names what is wrong."""
    try:
        held = tomllib.loads(path.read_text("utf-8")) if path is not None else {}
        return TrainSettings(**{**held, **given})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as TOML ({error})"
        raise StudentError(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "settings"
        message = f"training setting {name}: {first['msg']}"
        raise StudentError(message) from error
