"""A language model that says what it is told to, for tests and trials: no network, no weights, faults on demand."""

import threading
from collections.abc import Callable, Mapping, Sequence

from vpd.engine.completer import Closing, Completion, Sampling
from vpd.engine.errors import ModelError
from vpd.engine.records import Prompt

__all__ = ["ScriptedCompleter"]

Script = Mapping[str, Sequence[str]] | Callable[[Prompt, int], str]


class ScriptedCompleter(Closing):
    """Answers from a script.

    A mapping holds, for a text that the last message must contain, the completions to give: draw i gets item i modulo their
    number; the longest text that fits decides. A function is given the prompt and the number of the draw.
    """

    def __init__(
        self, script: Script, *, model: str = "scripted", concurrency: int = 1, faults: Mapping[int, Exception] | None = None
    ) -> None:
        """`faults` maps the number of a request, from 0 in the order of asking, to the error raised in place of an answer."""
        self.model, self.concurrency = model, concurrency
        self._script = script
        self._faults = dict(faults or {})
        self._lock = threading.Lock()
        self.requests: list[tuple[Prompt, Sampling, int]] = []
        """Everything that was asked, in order."""

    def complete(self, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
        """What the script says. Raises `ModelError` where it says nothing of the prompt."""
        with self._lock:
            number = len(self.requests)
            self.requests.append((prompt, sampling, draw))
        if number in self._faults:
            raise self._faults[number]
        text = self._script(prompt, draw) if callable(self._script) else choose(self._script, prompt, draw)
        return Completion(text, prompt_tokens=words(prompt), completion_tokens=len(text.split()), cost=0.0)


def choose(script: Mapping[str, Sequence[str]], prompt: Prompt, draw: int) -> str:
    """The script's item for a draw."""
    last = prompt.messages[-1].content
    fitting = sorted((key for key in script if key in last), key=len)
    if not fitting or not script[fitting[-1]]:
        message = f"the script has nothing for: {last.splitlines()[-1] if last else 'an empty prompt'}"
        raise ModelError(message)
    texts = script[fitting[-1]]
    return texts[draw % len(texts)]


def words(prompt: Prompt) -> int:
    """Words of all messages, in place of tokens."""
    return sum(len(message.content.split()) for message in prompt.messages)
