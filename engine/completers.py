"""A completer from a model string."""

from pathlib import Path

from vpd.engine.completer import Completer, Completion, Sampling
from vpd.engine.draw_cache import CachedCompleter
from vpd.engine.errors import ModelError
from vpd.engine.litellm_completer import LitellmCompleter
from vpd.engine.local_model import LocalCompleter, LocalSettings
from vpd.engine.recorded_draws import RecordedDraws
from vpd.engine.retries import Retries
from vpd.engine.text_cache import TextCache
from vpd.tools.progress import Progress

__all__ = ["Completer", "Completion", "Sampling", "open_completer"]


def open_completer(
    model: str,
    *,
    cache: Path | None,
    retries: Retries | None = None,
    local: LocalSettings | None = None,
    concurrency: int = 8,
    progress: Progress | None = None,
) -> Completer:
    """Who answers for a model string: `local/NAME`, `local/PATH.gguf`, `replay:FILE[#MODEL]`, or any that litellm takes.

    `cache` is the folder of kept draws; None keeps none. `concurrency` is for remote models, requests at once. `progress` is told
    of weights that are fetched. Nothing is loaded before the first draw; use it in a with statement. Raises `UnknownName` and
    `ModelError`.
    """
    if not model.strip():
        message = "no language model is named; write PROVIDER/MODEL as litellm takes it, local/NAME or replay:FILE"
        raise ModelError(message)
    if model.startswith("replay:"):
        path, _, recorded = model.removeprefix("replay:").partition("#")
        return RecordedDraws(Path(path), recorded or None)
    completer: Completer
    if model.startswith("local/"):
        completer = LocalCompleter(model, settings=local, progress=progress)
    else:
        completer = LitellmCompleter(model, retries=retries, concurrency=concurrency)
    return completer if cache is None else CachedCompleter(completer, TextCache(cache))
