"""Models through litellm: what is sent, what is retried, and one clear line for everything that cannot work."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.engine.completer import Sampling, seed_of
from vpd.engine.completers import open_completer
from vpd.engine.errors import MissingKey, ModelError
from vpd.engine.litellm_completer import LitellmCompleter, import_litellm
from vpd.engine.prompt import make_prompt
from vpd.engine.records import Prompt
from vpd.engine.retries import Retries, Transient, retrying, seconds_to_wait
from vpd.prompts.render import Turn
from vpd.tools.image import read_image_ref

QUICK = Retries(attempts=4, first=0.001, longest=0.002)
TEXT = "answer = 'yes'"


def prompt() -> Prompt:
    return make_prompt("program", [Turn("system", "Write a program."), Turn("user", "Is it?")])


class Flaky:
    """A provider of litellm's that raises what it is told to before it answers."""

    def __init__(self, litellm: Any) -> None:
        self.litellm = litellm
        self.faults: list[Exception] = []
        self.requests: list[dict[str, Any]] = []
        self.choice: dict[str, Any] = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT}}
        self.custom_llm = type("FlakyLLM", (litellm.CustomLLM,), {"completion": lambda _, **call: self.answer(call)})()

    def answer(self, call: dict[str, Any]) -> Any:
        self.requests.append({**call["optional_params"], "messages": call["messages"], "timeout": call["timeout"]})
        if self.faults:
            raise self.faults.pop(0)
        usage = {"prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15}
        return self.litellm.ModelResponse(choices=[self.choice], usage=usage, model="flaky")

    def error(self, code: int, message: str = "no", **headers: str) -> Exception:
        """As a provider's own library would raise it."""
        import httpx
        from litellm.llms.custom_llm import CustomLLMError

        error: Exception = CustomLLMError(code, message)
        if headers:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            response = httpx.Response(code, headers=named, request=httpx.Request("POST", "http://flaky"))
            error = self.litellm.RateLimitError(message, llm_provider="flaky", model="flaky", response=response)
        return error


@pytest.fixture
def flaky() -> Iterator[Flaky]:
    litellm = import_litellm()
    provider = Flaky(litellm)
    entry = {"provider": "flaky", "custom_handler": provider.custom_llm}
    litellm.custom_provider_map.append(entry)
    litellm.utils.custom_llm_setup()
    yield provider
    litellm.custom_provider_map.remove(entry)


@pytest.fixture
def completer() -> Iterator[LitellmCompleter]:
    with LitellmCompleter("flaky/model", retries=QUICK) as opened:
        yield opened


def test_a_completion_has_its_text_and_its_tokens(flaky: Flaky, completer: LitellmCompleter) -> None:
    answer = completer.complete(prompt(), Sampling(), 0)
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == (TEXT, 11, 4)


@pytest.mark.parametrize(("content", "text"), [(None, ""), ("half \ud83d", "half ?")])
def test_whatever_is_said_can_be_written_down(flaky: Flaky, completer: LitellmCompleter, content: str | None, text: str) -> None:
    flaky.choice["message"]["content"] = content
    assert completer.complete(prompt(), Sampling(), 0).text == text


def test_a_price_that_is_not_known_is_none_and_not_nothing(flaky: Flaky, completer: LitellmCompleter) -> None:
    assert completer.complete(prompt(), Sampling(), 0).cost is None


def test_what_nobody_asked_for_is_not_sent(flaky: Flaky, completer: LitellmCompleter) -> None:
    completer.complete(prompt(), Sampling(temperature=None, max_tokens=9), 0)
    sent = flaky.requests[0]
    assert sent["max_tokens"] == 9
    assert not {"temperature", "top_p", "seed", "stop"} & set(sent)


def test_everything_that_was_asked_for_is_sent(flaky: Flaky, completer: LitellmCompleter) -> None:
    sampling = Sampling(temperature=0.7, top_p=0.9, seed=5, stop=("\n```\n",))
    completer.complete(prompt(), sampling, 3)
    sent = flaky.requests[0]
    assert (sent["temperature"], sent["top_p"], sent["stop"]) == (0.7, 0.9, ["\n```\n"])
    assert sent["seed"] == seed_of(sampling, prompt(), 3)
    assert sent["messages"] == [{"role": "system", "content": "Write a program."}, {"role": "user", "content": "Is it?"}]


def test_draws_of_one_prompt_are_asked_for_with_different_seeds(flaky: Flaky, completer: LitellmCompleter) -> None:
    for draw in range(5):
        completer.complete(prompt(), Sampling(seed=1), draw)
    assert len({request["seed"] for request in flaky.requests}) == 5


def test_the_mean_log_probability_is_the_score(flaky: Flaky, completer: LitellmCompleter) -> None:
    tokens: list[dict[str, Any]] = [{"token": "a", "logprob": value, "bytes": None, "top_logprobs": []} for value in (-0.5, -1.5)]
    flaky.choice["logprobs"] = {"content": tokens}
    assert completer.complete(prompt(), Sampling(), 0).score == pytest.approx(-1.0)


def test_likely_first_tokens_are_read_where_they_are_sent(flaky: Flaky, completer: LitellmCompleter) -> None:
    likely: list[dict[str, Any]] = [
        {"token": token, "logprob": value, "bytes": None} for token, value in (("yes", -0.1), ("no", -3.0))
    ]
    flaky.choice["logprobs"] = {"content": [{"token": "yes", "logprob": -0.1, "bytes": None, "top_logprobs": likely}]}
    assert completer.complete(prompt(), Sampling(alternatives=20), 0).first == {"yes": -0.1, "no": -3.0}


def test_first_tokens_are_asked_for_only_where_they_are_wanted(flaky: Flaky, completer: LitellmCompleter) -> None:
    for sampling in (Sampling(), Sampling(alternatives=20)):
        assert completer.complete(prompt(), sampling, 0).first is None
    assert [request.get("top_logprobs") for request in flaky.requests] == [None, 20]
    assert "alternatives" not in Sampling().as_record()


def test_a_picture_is_sent_before_the_last_text(flaky: Flaky, completer: LitellmCompleter, tmp_path: Path) -> None:
    Picture.new("RGB", (4, 3), "red").save(tmp_path / "red.png")
    turns = [Turn("system", "Look."), Turn("user", "What color?")]
    completer.complete(make_prompt("student", turns, read_image_ref(tmp_path / "red.png")), Sampling(), 0)
    system, user = flaky.requests[0]["messages"]
    assert system == {"role": "system", "content": "Look."}
    assert [part["type"] for part in user["content"]] == ["image_url", "text"]
    assert user["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert user["content"][1]["text"] == "What color?"


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 529])
def test_overload_and_rate_limits_are_tried_again(flaky: Flaky, completer: LitellmCompleter, code: int) -> None:
    flaky.faults = [flaky.error(code), flaky.error(code)]
    assert completer.complete(prompt(), Sampling(), 0).text == TEXT
    assert len(flaky.requests) == 3


def test_a_lost_connection_is_tried_again(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [ConnectionResetError("reset by peer")]
    assert completer.complete(prompt(), Sampling(), 0).text == TEXT


def test_a_timeout_is_tried_again(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [flaky.litellm.Timeout("too slow", model="flaky", llm_provider="flaky")]
    assert completer.complete(prompt(), Sampling(), 0).text == TEXT


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
def test_what_cannot_get_better_is_asked_once(flaky: Flaky, completer: LitellmCompleter, code: int) -> None:
    flaky.faults = [flaky.error(code, "this is wrong")]
    with pytest.raises(ModelError, match="this is wrong") as caught:
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == 1
    assert "\n" not in str(caught.value)


def test_a_prompt_that_is_too_long_is_asked_once(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [flaky.litellm.ContextWindowExceededError("too long", model="flaky", llm_provider="flaky")]
    with pytest.raises(ModelError, match="too long"):
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == 1


def test_an_empty_account_is_asked_once_though_it_looks_like_a_rate_limit(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [flaky.error(429, "You exceeded your current quota (insufficient_quota)")]
    with pytest.raises(ModelError, match="quota"):
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == 1


def test_a_mistake_in_a_provider_is_no_lost_connection(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [TypeError("wrong call")]
    with pytest.raises(ModelError, match="wrong call"):
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == 1


def test_patience_ends_with_the_last_attempt(flaky: Flaky, completer: LitellmCompleter) -> None:
    flaky.faults = [flaky.error(503, "overloaded") for _ in range(9)]
    with pytest.raises(ModelError, match=r"flaky/model does not answer: .*overloaded"):
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == QUICK.attempts


def test_a_provider_that_asks_for_more_time_than_there_is_patience_is_not_waited_for(flaky: Flaky) -> None:
    flaky.faults = [flaky.error(429, "slow down", retry_after="3600")]
    with (
        LitellmCompleter("flaky/model", retries=Retries(patience=30)) as completer,
        pytest.raises(ModelError, match="slow down"),
    ):
        completer.complete(prompt(), Sampling(), 0)
    assert len(flaky.requests) == 1


def test_a_closed_completer_waits_no_longer(flaky: Flaky) -> None:
    completer = LitellmCompleter("flaky/model", retries=Retries(first=1000, longest=1000, patience=10_000))
    completer.close()
    flaky.faults = [flaky.error(503)]
    with pytest.raises(ModelError):
        completer.complete(prompt(), Sampling(), 0)


class Waits(threading.Event):
    """An event that notes how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return False


def test_retry_after_is_waited_for() -> None:
    waits = Waits()

    def ask() -> str:
        if not waits.seconds:
            raise Transient("slow down", wait=7.5)
        return "there"

    assert retrying(ask, Retries(first=0.001, longest=0.002), waits) == "there"
    assert waits.seconds == [7.5]


def test_waits_grow_and_stay_under_the_longest() -> None:
    waits = Waits()

    def ask() -> str:
        raise Transient("busy")

    with pytest.raises(Transient):
        retrying(ask, Retries(attempts=8, first=1, longest=20, patience=1e9), waits)
    assert len(waits.seconds) == 7
    assert max(waits.seconds) <= 20
    assert waits.seconds[3] > waits.seconds[0]


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert seconds_to_wait("2.5") == 2.5
    assert seconds_to_wait(format_datetime(now + timedelta(seconds=90), usegmt=True), now) == 90
    assert seconds_to_wait(format_datetime(now - timedelta(seconds=90), usegmt=True), now) == 0
    assert seconds_to_wait("soon") is None
    assert seconds_to_wait(None) is None


@pytest.mark.parametrize(
    ("model", "variable"),
    [("openai/gpt-5", "OPENAI_API_KEY"), ("anthropic/claude-sonnet", "ANTHROPIC_API_KEY"), ("gemini/flash", "GEMINI_API_KEY")],
)
def test_a_missing_key_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, model: str, variable: str) -> None:
    for name in (variable, "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with open_completer(model, cache=None) as completer, pytest.raises(MissingKey, match=variable) as caught:
        completer.complete(prompt(), Sampling(), 0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["gpt-unheard-of", "nobody/knows", "x"])
def test_a_model_that_nobody_knows_is_named_in_one_line(model: str) -> None:
    with open_completer(model, cache=None) as completer, pytest.raises(ModelError, match=model) as caught:
        completer.complete(prompt(), Sampling(), 0)
    assert "\n" not in str(caught.value)


def test_an_empty_model_string_is_refused() -> None:
    with pytest.raises(ModelError, match="no language model is named"):
        open_completer(" ", cache=None)


def test_the_key_is_not_asked_for_until_something_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    open_completer("openai/gpt-5", cache=None).close()


def test_litellm_says_nothing_while_it_is_imported() -> None:
    assert import_litellm().suppress_debug_info
    assert logging.getLogger("LiteLLM").level >= logging.ERROR
