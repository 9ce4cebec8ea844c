"""Knowledge and judgement by a language model that a tool set names, so that whole runs can use them."""

from threading import Lock

from vpd.engine.completer import Completer, Sampling
from vpd.engine.completers import open_completer
from vpd.engine.errors import ModelError
from vpd.engine.prompt import make_prompt
from vpd.prompts.render import Turn
from vpd.tools.errors import ToolFailed
from vpd.tools.judgement import judgement_tools
from vpd.tools.knowledge import Knowledge, knowledge_tools
from vpd.tools.tool import Tool

__all__ = ["language_tools"]


def language_tools(
    *, model: str = "local/qwen2.5-coder-1.5b", longest: int = 128, knowledge: Knowledge | None = None
) -> list[Tool]:
    """`language_question_answering`, `llm_query` and `judgement` by a model string, drawn greedily.

    `longest` is the most tokens of an answer. Where a language model is handed in, it answers in the named one's place. Nothing
    is loaded before the first question; answers are kept in the cache of tool results.
    """
    known = knowledge or Knowledge(f"{model}-{longest}", Asked(model, longest).ask)
    return [*knowledge_tools(knowledge=known), *judgement_tools(knowledge=known)]


class Asked:
    """A language model that is opened with the first question."""

    def __init__(self, model: str, longest: int) -> None:
        self.model, self._longest = model, longest
        self._ready = Lock()
        self._completer: Completer | None = None

    def ask(self, question: str) -> str:
        """What it says. Raises `ToolFailed` where it cannot be asked."""
        prompt = make_prompt("knowledge", [Turn("user", question)])
        try:
            with self._ready:
                if self._completer is None:
                    self._completer = open_completer(self.model, cache=None)
            return self._completer.complete(prompt, Sampling(temperature=0.0, max_tokens=self._longest), 0).text.strip()
        except ModelError as error:
            raise ToolFailed("the language model", str(error)) from error
