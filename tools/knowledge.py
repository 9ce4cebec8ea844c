"""What is not in the picture: questions that a language model answers."""

from collections.abc import Callable
from dataclasses import dataclass

from vpd.tools.errors import ToolFailed
from vpd.tools.tool import Tool, tool

__all__ = ["Knowledge", "knowledge_tools"]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A language model that answers a question with a text."""

    model: str
    """Its name, part of the tool's version: another model gives other answers."""
    ask: Callable[[str], str]


def knowledge_tools(*, knowledge: Knowledge | None = None) -> list[Tool]:
    """`llm_query`, by ViperGPT's name and VPD's; nothing where no language model is at hand."""
    if knowledge is None:
        return []

    @tool(version=f"1-{knowledge.model}", timeout=120, aliases=("language_question_answering",))
    def llm_query(question: str, long_answer: bool = True) -> str:  # noqa: FBT001, FBT002  the form is ViperGPT's
        """The answer of a language model to a question of general knowledge; it does not see the image."""
        if not question.strip():
            raise ToolFailed("llm_query", "the question is empty")
        wish = "" if long_answer else "\nAnswer in one or two words."
        return knowledge.ask(f"{question.strip()}{wish}").strip()

    return [llm_query]
