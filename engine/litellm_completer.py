"""Language models through litellm, by model string; `local/...` too."""

import json
import logging
import os
import threading
import time
from typing import Any

from vpd.engine.completer import Closing, Completion, Sampling, seed_of
from vpd.engine.errors import MissingKey, ModelError
from vpd.engine.picture_url import as_data_url
from vpd.engine.records import Prompt
from vpd.engine.retries import Retries, Transient, retrying, seconds_to_wait
from vpd.tools.errors import MissingExtra
from vpd.tools.image import Image

__all__ = ["LitellmCompleter", "import_litellm"]

TIMEOUT = 120.0
"""Seconds until a request counts as lost."""
OVERLOADED = (408, 409, 425, 429, 500, 502, 503, 504, 522, 524, 529)
"""HTTP codes of failures that may pass."""
SPENT = ("insufficient_quota", "exceeded your current quota", "billing")
"""What providers say under code 429 when waiting does not help: the account is empty."""


def import_litellm() -> Any:
    """The library, silent and without its own network calls; its import takes seconds, so nothing else imports it."""
    # litellm asks a web server for prices while it is imported, unless this is set; the prices it ships are used.
    name = "LITELLM_LOCAL_MODEL_COST_MAP"
    before = os.environ.get(name)
    os.environ[name] = "True"
    try:
        import litellm
    except ImportError as error:
        raise MissingExtra("all", "litellm") from error
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
    litellm.suppress_debug_info = True
    for logger in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    return litellm


class LitellmCompleter(Closing):
    """Any model that litellm knows."""

    def __init__(
        self, model: str, *, retries: Retries | None = None, timeout: float = TIMEOUT, concurrency: int = 8, seeded: bool = False
    ) -> None:
        """`timeout` is in seconds, a request. With `seeded` every draw is given a seed, even where none was asked for."""
        self.model = model
        self.asks = model
        """The model string that litellm is given."""
        self.concurrency = concurrency
        self._retries = retries or Retries()
        self._timeout = timeout
        self._seeded = seeded
        self._stopped = threading.Event()
        self._ready = threading.Lock()
        self._litellm: Any = None

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """Draw number `draw` of a prompt. Raises `MissingKey` or `ModelError`; transient failures are retried first."""
        litellm = self._open()
        request = self._request(prompt, sampling, draw)
        start = time.monotonic()
        try:
            answer = retrying(lambda: self._ask(litellm, request), self._retries, self._stopped)
        except Transient as error:
            message = f"{self.model} does not answer: {error.message}"
            raise ModelError(message) from error
        return read_answer(litellm, answer, self.model, time.monotonic() - start)

    def close(self) -> None:
        """Give up waiting for another attempt."""
        self._stopped.set()

    def _open(self) -> Any:
        with self._ready:
            if self._litellm is None:
                litellm = import_litellm()
                check_key(litellm, self.asks)
                self._litellm = litellm
        return self._litellm

    def _request(self, prompt: Prompt, sampling: Sampling, draw: int) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.asks,
            "messages": messages_of(prompt),
            "max_tokens": sampling.max_tokens,
            "timeout": self._timeout,
            "max_retries": 0,
            "num_retries": 0,
        }
        # What nobody asked for is not sent: some models refuse a parameter that they do not know.
        if sampling.temperature is not None:
            request["temperature"] = sampling.temperature
        if sampling.top_p is not None:
            request["top_p"] = sampling.top_p
        if sampling.stop:
            request["stop"] = list(sampling.stop)
        if sampling.alternatives and "top_logprobs" in (self._litellm.get_supported_openai_params(model=self.asks) or ()):
            request |= {"logprobs": True, "top_logprobs": sampling.alternatives}
        if sampling.seed is not None or self._seeded:
            request["seed"] = seed_of(sampling, prompt, draw)
        return request

    def _ask(self, litellm: Any, request: dict[str, Any]) -> Any:
        try:
            return litellm.completion(**request)
        except Exception as error:  # litellm passes on whatever a provider's library raises; each kind is sorted here
            raise sort_error(litellm, error, self.model) from error


def messages_of(prompt: Prompt) -> list[dict[str, Any]]:
    """The messages as a chat takes them; the picture is sent in the last one, before its text."""
    messages: list[dict[str, Any]] = [{"role": message.role, "content": message.content} for message in prompt.messages]
    if prompt.image is not None:
        picture = {"type": "image_url", "image_url": {"url": as_data_url(Image(prompt.image))}}
        messages[-1]["content"] = [picture, {"type": "text", "text": messages[-1]["content"]}]
    return messages


def check_key(litellm: Any, model: str) -> None:
    """Raise `MissingKey` where the provider's key is not in the environment, `ModelError` where there is no such provider."""
    try:
        litellm.get_llm_provider(model=model)
    except Exception as error:
        message = f"no language model is called {model!r}; write PROVIDER/MODEL as litellm takes it, local/NAME or replay:FILE"
        raise ModelError(message) from error
    missing = [name for name in litellm.validate_environment(model=model)["missing_keys"] if name.endswith("_API_KEY")]
    if missing:
        message = f"{model} needs {' or '.join(missing)} in the environment"
        raise MissingKey(message)


def sort_error(litellm: Any, error: Exception, model: str) -> Exception:
    """The failure as one of ours: `Transient` where trying again may help, else a `ModelError`."""
    why = one_line(error)
    if isinstance(error, litellm.exceptions.APIConnectionError):
        passing = not is_mistake(error)
    else:
        passing = isinstance(error, litellm.exceptions.Timeout) or getattr(error, "status_code", None) in OVERLOADED
    if passing and not any(word in why.lower() for word in SPENT):
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        return Transient(why, seconds_to_wait(headers.get("retry-after")))
    if isinstance(error, litellm.exceptions.AuthenticationError):
        return ModelError(f"{model} refuses the key in the environment ({why})")
    return ModelError(f"{model}: {why}")


def is_mistake(error: BaseException) -> bool:
    """Whether a wrong call lies behind an error: litellm gives what it cannot name out as a lost connection."""
    behind = error.__cause__ or error.__context__
    if behind is None:
        return False
    wrong = isinstance(behind, TypeError | ValueError | LookupError | AttributeError | ImportError)
    return (wrong and not isinstance(behind, json.JSONDecodeError | UnicodeError)) or is_mistake(behind)


def one_line(error: Exception) -> str:
    """The first thing an error says, without litellm's own name before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = lines[0].removeprefix("litellm.") if lines else type(error).__name__
    return said if len(said) <= 300 else said[:297] + "..."


def read_answer(litellm: Any, answer: Any, model: str, seconds: float) -> Completion:
    """What litellm gave, as a `Completion`. Raises `ModelError` where it holds no text."""
    choices = getattr(answer, "choices", None)
    if not choices:
        message = f"{model} answered without a text"
        raise ModelError(message)
    usage = getattr(answer, "usage", None)
    return Completion(
        text=choices[0].message.content or "",
        prompt_tokens=getattr(usage, "prompt_tokens", 0) or 0,
        completion_tokens=getattr(usage, "completion_tokens", 0) or 0,
        cost=price_of(litellm, answer, model),
        score=mean_log_probability(choices[0]),
        seconds=seconds,
        first=first_tokens(choices[0]),
    )


def price_of(litellm: Any, answer: Any, model: str) -> float | None:
    """US dollars; nothing for a model in this process, None where litellm knows no price."""
    if model.startswith("local/"):
        return 0.0
    try:
        return float(litellm.completion_cost(completion_response=answer, model=model))
    except Exception:  # noqa: BLE001  a model without a price raises, and which error changes from release to release
        return None


def first_tokens(choice: Any) -> dict[str, float] | None:
    """The likeliest first tokens of a choice with their log-probabilities, where the provider sent them."""
    content = getattr(getattr(choice, "logprobs", None), "content", None)
    likely = getattr(content[0], "top_logprobs", None) if content else None
    return {str(token.token): float(token.logprob) for token in likely} if likely else None


def mean_log_probability(choice: Any) -> float | None:
    """Of the tokens of a choice, where the provider sent them."""
    content = getattr(getattr(choice, "logprobs", None), "content", None)
    values = [token.logprob for token in content or () if getattr(token, "logprob", None) is not None]
    return sum(values) / len(values) if values else None
