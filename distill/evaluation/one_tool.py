"""One tool alone as a contender: the question as it stands, put to a tool that answers questions about pictures."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.saying import prediction_of
from vpd.distill.judging.reading import read_answer
from vpd.distill.records import Outcome, Prediction
from vpd.distill.student.memory import peak_mib
from vpd.distill.student.predict import Judge
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Question
from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool

__all__ = ["ask_tool"]


def ask_tool(
    tools: Registry, name: str, questions: Iterable[Question], judge: Judge, *, arm: str, batch: int = 64
) -> Iterator[Prediction]:
    """A prediction for each question, in order; one whose call failed is `FAILED`. Raises `UnknownName`, `EvaluationError`.

    Nothing is taken from a cache, so that `seconds` is what the answer took, waiting for its batch among it.
    """
    tool = tools[name]
    parameter = text_parameter(tool)
    left = iter(questions)
    with Dispatcher() as dispatcher, ThreadPoolExecutor(batch) as pool:

        def look(question: Question) -> dict[str, Any]:
            try:
                found = dispatcher.answer(tool, {tool.parameters[0].name: Image(question.image), parameter: question.text})
            except ToolFailed as error:
                return {"answer": "", "text": str(error), "outcome": Outcome.FAILED}
            return {"answer": read_answer(found.value) or "", "seconds": found.seconds}

        while some := list(islice(left, batch)):
            for question, said in zip(some, pool.map(look, some)):
                yield prediction_of(question, arm, "answer", said.pop("answer"), judge, **said, memory_mib=round(peak_mib(), 1))


def text_parameter(tool: Tool) -> str:
    """The parameter that takes the question: the only text among those after the picture, all others having a default."""
    rest = tool.parameters[1:]
    texts = [parameter for parameter in rest if parameter.type is str]
    if not tool.takes_image or not texts or any(parameter.required for parameter in rest if parameter is not texts[0]):
        message = f"the tool {tool.name} does not take a picture and a question; name one that does, such as simple_query"
        raise EvaluationError(message)
    return texts[0].name
