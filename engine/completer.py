"""The seam to language models: what is asked, what comes back, and who can be asked."""

import hashlib
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from vpd.engine.characters import clean
from vpd.engine.records import Prompt

__all__ = ["Completer", "Completion", "Sampling", "seed_of"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a completion is drawn: everything that can change its text, and nothing else."""

    temperature: float | None = 0.5
    """In 0..2; None leaves it to the model, for those that take no other."""
    max_tokens: int = 512
    """Tokens after which a completion is cut off, at least 1."""
    top_p: float | None = None
    """In 0..1, the share of the probability that is drawn from; None draws from all of it."""
    seed: int | None = None
    """Draw number and prompt are mixed into it, so that draws differ. None is 0 for local models; remote ones then choose."""
    stop: tuple[str, ...] = ()
    """Texts that end a completion; not part of it."""
    alternatives: int = 0
    """How many likely first tokens are to be told with the completion, 0..20; models that cannot tell are asked all the same."""

    def __post_init__(self) -> None:
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            message = f"a temperature lies in 0..2, got {self.temperature}"
            raise ValueError(message)
        if self.max_tokens < 1:
            message = f"max_tokens is at least 1, got {self.max_tokens}"
            raise ValueError(message)
        if self.top_p is not None and not 0 < self.top_p <= 1:
            message = f"top_p lies in 0..1, got {self.top_p}"
            raise ValueError(message)

    def as_record(self) -> dict[str, float | int | str | None]:
        """As a `Program` holds it and as keys are made of it; what stops is one text, a line each."""
        record: dict[str, float | int | str | None] = {
            "temperature": None if self.temperature is None else float(self.temperature),
            "max_tokens": self.max_tokens,
            "top_p": None if self.top_p is None else float(self.top_p),
            "seed": self.seed,
            "stop": repr(self.stop) if self.stop else None,
        }
        return record | ({"alternatives": self.alternatives} if self.alternatives else {})


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said once."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None where the price is not known."""
    score: float | None = None
    """Mean log-probability a token, where the model gives one."""
    seconds: float = 0.0
    """Wall clock of the request, waiting for its turn included."""
    cached: bool = False
    """It was drawn earlier and read from the draw cache."""
    replayed: bool = False
    """It was recorded earlier and answered from a file."""
    first: dict[str, float] | None = None
    """Log-probabilities of likely first tokens, where they were asked for and the model tells."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))  # an answer that was cut off may end in half a character


class Completer(Protocol):
    """Somebody who continues a chat. Threads may ask at once."""

    model: str
    """The name that records carry."""
    concurrency: int
    """How many requests at once are worth having."""

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """Draw number `draw` of a prompt. Raises `ModelError` in one line."""
        ...

    def close(self) -> None:
        """Let go of memory and files; may be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Closing:
    """What every completer needs to stand in a with statement."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing to let go of."""


def seed_of(sampling: Sampling, prompt: Prompt, draw: int) -> int:
    """A seed in 0..2^31-1 that differs from draw to draw and from prompt to prompt, and is the same on every machine."""
    asked = f"{sampling.seed or 0} {prompt.sha256} {draw}"
    return int.from_bytes(hashlib.sha256(asked.encode()).digest()[:4], "big") >> 1
