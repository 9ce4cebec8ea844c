"""What is not in the picture: questions that a language model answers."""

from collections.abc import Callable
from dataclasses import dataclass

from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.tool import Tool, tool

__all__ = ["Knowledge", "knowledge_tools"]

BRIEFLY = "\nAnswer in one or two words."


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A language model that answers a question with a text."""

    model: str
    """Its name, part of the tool's version: another model gives other answers."""
    ask: Callable[[str], str]


def knowledge_tools(*, knowledge: Knowledge | None = None) -> list[Tool]:
    """`language_question_answering` of VPD and `llm_query` of ViperGPT; nothing where no language model is at hand."""
    if knowledge is None:
        return []
    version, ask = f"1-{knowledge.model}", knowledge.ask

    @tool(version=version, timeout=120)
    def language_question_answering(question: str) -> str:
        """The short answer of a language model to a question of general knowledge; it does not see the image."""
        return answer("language_question_answering", question, BRIEFLY)

    @tool(version=version, timeout=120, shown=False)
    def llm_query(image: Image | str | None = None, question: str | bool | None = None, long_answer: bool = True) -> str:  # noqa: FBT001, FBT002  the form is ViperGPT's
        """The same, called as a function, llm_query("Who ...?", long_answer=False), or as a method of any image."""
        text, long = (
            (question, long_answer) if isinstance(question, str) else (image, long_answer if question is None else question)
        )
        if not isinstance(text, str):
            raise ToolFailed("llm_query", 'needs a question: llm_query("Who ...?")')
        return answer("llm_query", text, "" if long else BRIEFLY)

    def answer(asked_by: str, question: str, wish: str) -> str:
        if not question.strip():
            raise ToolFailed(asked_by, "the question is empty")
        return ask(f"{question.strip()}{wish}").strip()

    return [language_question_answering, llm_query]
