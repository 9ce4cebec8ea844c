"""A small language model in this process: llama.cpp, told to litellm as the provider `local`."""

import itertools
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vpd.engine.completer import Completion, Sampling
from vpd.engine.errors import ModelError
from vpd.engine.litellm_completer import LitellmCompleter, import_litellm
from vpd.engine.records import Prompt
from vpd.tools.errors import MissingExtra, UnknownName
from vpd.tools.fetch import fetch_weights
from vpd.tools.progress import Progress
from vpd.tools.weights import Catalogue, default_store

__all__ = ["LocalCompleter", "LocalModel", "LocalSettings", "find_gguf"]

PROVIDER = "local"
KIND = "language model"
"""How the catalogue calls what can be run here."""
PARAMETERS = ("temperature", "max_tokens", "top_p", "stop", "seed")
"""What is handed on to llama.cpp."""
MOST_THREADS = 8
"""More make a model of this size no faster."""


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How a local model uses the machine; in no key, though rounding makes draws of one seed differ with the slots in use."""

    slots: int = 4
    """Completions that are written at once, at least 1."""
    threads: int | None = None
    """Processor threads, at least 1. None takes the cores this process may use, at most 8."""
    context: int = 4096
    """Tokens of prompt and completion together, a slot."""


class LocalCompleter(LitellmCompleter):
    """A GGUF file, loaded with the first draw."""

    def __init__(self, model: str, *, settings: LocalSettings | None = None, progress: Progress | None = None) -> None:
        """`model` is `local/NAME` of the catalogue or `local/PATH.gguf`. Raises `UnknownName` and `ModelError`."""
        settings = settings or LocalSettings()
        # A seed always, so that draws differ by it and nothing else. A day's timeout: a busy machine is no lost connection.
        super().__init__(model, timeout=86_400.0, concurrency=settings.slots, seeded=True)
        self._name = model.removeprefix(f"{PROVIDER}/")
        # Two completers of one model are two models in memory: each has its own number in what litellm is told.
        self._number = f"{next(NUMBERS)}"
        self.asks = f"{PROVIDER}/{self._number}"
        self._settings = settings
        self._progress = progress or Progress()
        self._loaded: LocalModel | None = None
        check_name(self._name)

    def close(self) -> None:
        """Free the model; a draw in flight is finished first."""
        super().close()
        with self._ready:
            if self._loaded is not None:
                del LOADED[self._number]
                self._loaded.close()
                self._loaded = None

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """As every completer; the first call fetches weights that are missing and loads them. Pictures are refused."""
        if prompt.image is not None:
            message = f"{self.model} takes no pictures; name a vision model as litellm takes it"
            raise ModelError(message)
        with self._ready:
            if self._loaded is None:
                register(import_litellm())
                self._loaded = LOADED[self._number] = LocalModel(find_gguf(self._name, self._progress), self._settings)
        return super().complete(prompt, sampling, draw)


class LocalModel:
    """A llama.cpp server inside this process, asked without a socket."""

    def __init__(self, path: Path, settings: LocalSettings) -> None:
        """Load a GGUF file. Raises `MissingExtra`, and `ModelError` where it cannot be loaded."""
        xllamacpp = import_llama_cpp()
        self._path = path
        try:
            self._server: Any = xllamacpp.Server(server_parameters(xllamacpp, path, settings))
        except (RuntimeError, ValueError, OSError) as error:
            message = f"{path} cannot be loaded as a language model ({error}); it should be a GGUF file"
            raise ModelError(message) from error

    def chat(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A chat completion in the form of OpenAI's. Raises `ModelError` with what llama.cpp complains about."""
        if self._server is None:
            message = f"{self._path.name} was closed"
            raise ModelError(message)
        read: dict[str, Any] = self._server.handle_chat_completions(dict(request))
        if "choices" not in read:
            error = read.get("error", read)
            message = f"{self._path.name}: {error.get('message', error) if isinstance(error, dict) else error}"
            raise ModelError(message)
        return read

    def close(self) -> None:
        """Free the memory."""
        self._server = None


LOADED: dict[str, LocalModel] = {}
"""Models in memory by number: litellm hands its provider nothing but what stands behind the slash."""
NUMBERS = itertools.count()
REGISTERING = threading.Lock()


def import_llama_cpp() -> Any:
    """The library, told to let its threads sleep while they wait."""
    # By default they spin. Where another program holds one of the cores, two spinning threads write ten times slower than one;
    # asleep they lose nothing (docs/language-models.md has the figures). The library reads this once, when it is loaded.
    name = "OMP_WAIT_POLICY"
    chosen = os.environ.get(name)
    os.environ[name] = chosen or "PASSIVE"
    try:
        import xllamacpp  # a hundred megabytes of llama.cpp: loaded with the first local draw
    except ImportError as error:
        raise MissingExtra("local", "xllamacpp") from error
    finally:
        if chosen is None:
            del os.environ[name]
    return xllamacpp


def server_parameters(xllamacpp: Any, path: Path, settings: LocalSettings) -> Any:
    """llama.cpp's settings; what is measured stands in docs/language-models.md."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_parallel = settings.slots
    parameters.n_ctx = settings.context * settings.slots
    threads = settings.threads or min(MOST_THREADS, len(os.sched_getaffinity(0)))
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.cache_prompt = True
    # Each slot keeps its own last prompt. The store beside the slots (8 GiB by default) was never hit by prompts of one start.
    parameters.cache_ram_mib = 0
    # Without it these models write a fifth faster on a processor, and read prompts a fifth slower.
    parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.warmup = False
    parameters.verbosity = -1
    # The library opens a port on the loopback address beside its calls in process: a key that nobody knows closes it.
    parameters.api_keys = [secrets.token_hex(32)]
    parameters.ui = False
    parameters.endpoint_slots = False
    return parameters


def check_name(name: str) -> None:
    """Raise `UnknownName` or `ModelError` before anything is loaded."""
    if name.endswith(".gguf"):
        if not Path(name).is_file():
            message = f"there is no file {name}"
            raise ModelError(message)
        return
    catalogue = Catalogue.read()
    known = tuple(f"{PROVIDER}/{entry.name}" for entry in catalogue.values() if entry.kind == KIND)
    if f"{PROVIDER}/{name}" not in known:
        raise UnknownName(KIND, f"{PROVIDER}/{name}", known)


def find_gguf(name: str, progress: Progress) -> Path:
    """The model's file, fetched where it is not there. Raises `WeightsError`."""
    if name.endswith(".gguf"):
        return Path(name)
    (path,) = fetch_weights(Catalogue.read()[name], default_store(), progress).values()
    return path


def register(litellm: Any) -> None:
    """Tell litellm of the provider, once."""
    with REGISTERING:
        if any(item["provider"] == PROVIDER for item in litellm.custom_provider_map):
            return
        litellm.custom_provider_map.append({"provider": PROVIDER, "custom_handler": make_provider(litellm)})
        litellm.utils.custom_llm_setup()


def make_provider(litellm: Any) -> Any:
    """A litellm provider that asks the models in memory."""

    class LocalProvider(litellm.CustomLLM):  # type: ignore[misc]  # litellm is not followed by the type checker
        """Turns litellm's call into one of llama.cpp's."""

        def completion(self, model: str, messages: list[Any], optional_params: dict[str, Any], **_: Any) -> Any:
            """One completion; llama.cpp's own errors become litellm's."""
            asked = {key: optional_params[key] for key in PARAMETERS if key in optional_params}
            # llama.cpp's own defaults (top_k 40, top_p 0.95, min_p 0.05) would cut the distribution behind the record's back.
            request: dict[str, Any] = {"top_p": 1.0, "top_k": 0, "min_p": 0.0, **asked, "messages": messages}
            try:
                return litellm.ModelResponse(**LOADED[model].chat(request))
            except ModelError as error:
                raise litellm.llms.custom_llm.CustomLLMError(status_code=400, message=str(error)) from error

    return LocalProvider()
