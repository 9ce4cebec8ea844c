"""Draws that were recorded: written to one file, and answered from it again."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vpd.engine.completer import Closing, Completion, Sampling
from vpd.engine.errors import ModelError, NotRecorded
from vpd.engine.record import sha256_of
from vpd.engine.records import Program, Prompt

__all__ = ["RecordedDraws", "export_draws"]

KEPT = (
    "question",
    "prompt_sha256",
    "model",
    "sampling",
    "draw",
    "completion",
    "score",
    "prompt_tokens",
    "completion_tokens",
    "cost",
)
"""The fields of a `Program` that a recording holds."""


def export_draws(programs: Iterable[Program], path: Path) -> int:
    """Write a line a draw, sorted, gzipped where the name ends in `.gz`, the same bytes for the same draws; gives their number.

    A run's own file of programs can be replayed as it is; an export is smaller and holds no timings.
    """
    lines = sorted(
        {
            json.dumps(program.model_dump(mode="json", include=set(KEPT)), sort_keys=True, ensure_ascii=False)
            for program in programs
        }
    )
    data = "".join(f"{line}\n" for line in lines).encode()
    written = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        written.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
        written.replace(path)
    except OSError as error:
        written.unlink(missing_ok=True)
        message = f"{path} cannot be written ({error.strerror or error})"
        raise ModelError(message) from error
    return len(lines)


class RecordedDraws(Closing):
    """Answers from a file, marked `replayed`; what is not there is never made up."""

    def __init__(self, path: Path, model: str | None = None) -> None:
        """`model` chooses among the models of a file that holds several. Raises `ModelError` where the file does not serve."""
        self.concurrency = 1
        self._path = path
        lines = list(read_lines(path))
        self._counts = Counter(str(line["model"]) for line in lines)
        self.model = self._choose(model)
        self._draws: dict[tuple[str, str, int], Completion] = {}
        self._prompts: set[str] = set()
        for line in lines:
            if line["model"] == self.model:
                self._keep(line)

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """The recorded draw. Raises `NotRecorded` that says what the file holds."""
        recorded = self._draws.get((prompt.sha256, sha256_of(sampling.as_record()), draw))
        if recorded is None:
            known = (
                "the prompt is there, this draw of it or its sampling is not"
                if prompt.sha256 in self._prompts
                else "the prompt is not there"
            )
            last = prompt.messages[-1].content.strip().splitlines() if prompt.messages else []
            message = (
                f"{self._path} has no draw {draw} of prompt {prompt.sha256[:12]} ({(last or [''])[-1][:80]!r}): {known}; "
                f"it holds {len(self._draws)} draws of {len(self._prompts)} prompts by {self.model}"
            )
            raise NotRecorded(message)
        return recorded

    def _choose(self, model: str | None) -> str:
        held = ", ".join(f"{name} ({count} draws)" for name, count in sorted(self._counts.items()))
        if not held:
            message = f"{self._path} holds no draws"
            raise ModelError(message)
        if model is None and len(self._counts) > 1:
            message = f"{self._path} holds draws of several models: {held}; choose one with replay:{self._path}#MODEL"
            raise ModelError(message)
        if model is not None and model not in self._counts:
            message = f"{self._path} holds no draws of {model}; there is: {held}"
            raise ModelError(message)
        return model or next(iter(self._counts))

    def _keep(self, line: dict[str, Any]) -> None:
        key = (line["prompt_sha256"], sha256_of(line["sampling"]), line["draw"])
        completion = Completion(
            text=line["completion"],
            prompt_tokens=line.get("prompt_tokens", 0),
            completion_tokens=line.get("completion_tokens", 0),
            cost=line.get("cost"),
            score=line.get("score"),
            replayed=True,
        )
        if self._draws.setdefault(key, completion).text != completion.text:
            message = (
                f"{self._path} holds two different draws {line['draw']} of prompt {line['prompt_sha256'][:12]}; keep one of them"
            )
            raise ModelError(message)
        self._prompts.add(line["prompt_sha256"])


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The draws of a recording or a run's file of programs, but for a half last line. Raises `ModelError` that names the line."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    except (OSError, EOFError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        message = f"{path} cannot be read as recorded draws ({why})"
        raise ModelError(message) from error
    for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), 1):
        try:
            draw = json.loads(line)
            fits = isinstance(draw["completion"], str) and isinstance(draw["draw"], int) and isinstance(draw["sampling"], dict)
            fits = fits and isinstance(draw["prompt_sha256"], str) and isinstance(draw["model"], str)
        except (ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            message = f"{path}, line {number}: no recorded draw"
            raise ModelError(message)
        yield draw
