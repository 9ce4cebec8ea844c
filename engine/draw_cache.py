"""Draws on disk: a completer that asks another one only for what was never drawn, and keeps what it is told."""

import json
import logging
from dataclasses import asdict, replace
from typing import Any

from vpd.engine.completer import Closing, Completer, Completion, Sampling
from vpd.engine.record import sha256_of
from vpd.engine.records import Prompt
from vpd.engine.text_cache import TextCache

__all__ = ["CachedCompleter", "draw_key"]

log = logging.getLogger(__name__)


def draw_key(model: str, prompt: Prompt, sampling: Sampling, draw: int) -> str:
    """Hex digest of all that can change a draw's text, its number among them: k draws of one prompt have k keys."""
    messages: list[object] = [[message.role, message.content] for message in prompt.messages]
    if prompt.image is not None:
        messages.append(["image", prompt.image.sha256])
    return sha256_of(["draw", 1, model, messages, sampling.as_record(), draw])


class CachedCompleter(Closing):
    """A completer before which stands a cache; a cache that fails costs time, never a draw."""

    def __init__(self, completer: Completer, cache: TextCache) -> None:
        """Closing it closes both."""
        self.model, self.concurrency = completer.model, completer.concurrency
        self._completer, self._cache = completer, cache

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """The kept draw, marked `cached`, or a new one."""
        key = draw_key(self.model, prompt, sampling, draw)
        kept = read_completion(self._cache.get(key))
        if kept is not None:
            return replace(kept, cached=True)
        drawn = self._completer.complete(prompt, sampling, draw)
        self._cache.set(
            key, json.dumps({"model": self.model, "prompt_sha256": prompt.sha256, "draw": draw, "completion": asdict(drawn)})
        )
        return drawn

    def close(self) -> None:
        """Close the completer and the cache."""
        self._completer.close()
        self._cache.close()


def read_completion(text: str | None) -> Completion | None:
    """The completion in a cache entry; None, with a word in the log, where the entry is damaged."""
    if text is None:
        return None
    try:
        fields: dict[str, Any] = json.loads(text)["completion"]
        completion = Completion(**fields)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("an entry of the draw cache is damaged and drawn again (%s)", error)
        return None
    return completion if isinstance(completion.text, str) else None
