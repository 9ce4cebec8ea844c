"""Everything that decides what a run holds, written beside its output; a directory made with other settings is refused."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["RunSettings"]


class RunSettings(BaseModel):
    """The settings of one run. What cannot change a record (workers, threads, where caches are) is not here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    llm: str = "local/qwen2.5-coder-0.5b"
    """The language model, as litellm takes it; `local/NAME` runs in process, `replay:FILE` answers recorded draws."""
    draws: int = Field(5, ge=1, le=1000)
    """Programs sampled for each distinct question (VPD, section 3.1: k = 5)."""
    temperature: float = Field(0.5, ge=0, le=2)
    """Of the language model (VPD, section 3.1: 0.5)."""
    max_tokens: int = Field(320, ge=16, le=8192)
    """Most tokens of one program."""
    toolset: str = "scenes"
    """Which tools programs may call."""
    policy: str = "reasons"
    """Which traces are taught: a policy that comes along, or a TOML file."""
    noise: float = Field(0.0, ge=0, le=0.5)
    """How often the tools err on purpose, for experiments: each of drop, hallucinate and confuse at this rate."""
    draw_seed: int = Field(0, ge=0)
    """Of the draws; runs that share it share their draws."""
    seed: int = Field(0, ge=0)
    """Of the students, and of the data set where the run makes one."""
    grid_style: Literal["corners", "cell"] = "cell"
    """How rationales write places."""
    grid_steps: int = Field(8, ge=2, le=1000)
    """Grid steps along each side."""
    isolation: Literal["kernel", "process"] = "process"
    """Weakest confinement under which programs may run."""
