"""One question of one photograph: programs drawn, run, and the answer that most of them give."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.judging import read_answer
from vpd.engine.completer import Completer, Sampling
from vpd.engine.dispatch import Dispatcher
from vpd.engine.prompt import make_prompt
from vpd.engine.records import Isolation, Program, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sample import draw_programs
from vpd.engine.sandbox import Sandbox
from vpd.engine.text_cache import TextCache
from vpd.prompts.render import Turn, write_program_prompt
from vpd.tools.errors import VpdError
from vpd.tools.fetch import weights
from vpd.tools.image import read_image_ref
from vpd.tools.knowledge import Knowledge
from vpd.tools.progress import Progress
from vpd.tools.registry import Registry
from vpd.tools.tool import Tool
from vpd.tools.toolsets import weights_of

__all__ = ["Answer", "AskError", "answer_question", "knowledge_of"]


class AskError(VpdError, ValueError):
    """A question cannot be asked as it is."""


@dataclass(frozen=True)
class Answer:
    """What came of a question."""

    text: str | None
    """The answer that most programs gave; None where none gave one."""
    votes: int
    """Draws that gave it."""
    draws: tuple[Program, ...]
    trace: Trace
    """Of the first program that gave it; where none did, of the first program."""

    @property
    def program(self) -> Program:
        """The draw behind the trace."""
        return next(program for program in self.draws if program.source_sha256 == self.trace.program)


def knowledge_of(completer: Completer) -> Knowledge:
    """A language model as what answers questions that the picture does not."""

    def ask(question: str) -> str:
        prompt = make_prompt("knowledge", [Turn("user", question)])
        return completer.complete(prompt, Sampling(temperature=0.0, max_tokens=256), 0).text.strip()

    return Knowledge(completer.model, ask)


def answer_question(
    question: str,
    picture: Path,
    tools: Registry,
    completer: Completer,
    sampling: Sampling,
    *,
    draws: int = 5,
    isolation: Isolation = Isolation.PROCESS,
    results: Path | None = None,
    advance: Callable[[str], None] = lambda _outcome: None,
    downloads: Progress | None = None,
) -> Answer:
    """Draw programs, run them on the picture, and take the answer that most give; of equals the earlier.

    `results` is where tool results are cached. Weights of the tools that the programs name are fetched before anything runs,
    and `downloads` is told of them: a tool's time limit is for its work. Raises `AskError` for an empty question, `ImageError`
    for a picture that cannot be read, and what the language model raises. Programs that fail are no error: their traces say why.
    """
    if not question.strip():
        message = "the question is empty"
        raise AskError(message)
    image = read_image_ref(picture)
    prompt = make_prompt("program", write_program_prompt(question.strip(), tools))
    drawn = []
    for program in draw_programs([(question.strip(), prompt)], completer, sampling, draws):
        drawn.append(program)
        advance("drawn")
    drawn.sort(key=lambda program: program.draw)
    for name in weights_of(tools_named(drawn, tools)):
        weights(name, progress=downloads)
    runs = [ProgramRun(source, text, (image,)) for source, text in {one.source_sha256: one.source for one in drawn}.items()]
    with Sandbox(require=isolation) as sandbox, Dispatcher(TextCache(results) if results else None) as dispatcher:
        traces = {trace.program: trace for trace in run_programs(runs, sandbox, tools, dispatcher)}
    said = {program: None if trace.failure else read_answer(trace.answer) for program, trace in traces.items()}
    votes = Counter(answer for one in drawn if (answer := said[one.source_sha256]) is not None)
    text, count = votes.most_common(1)[0] if votes else (None, 0)
    first = next(one for one in drawn if said[one.source_sha256] == text)
    return Answer(text, count, tuple(drawn), traces[first.source_sha256])


def tools_named(programs: Iterable[Program], tools: Registry) -> list[Tool]:
    """The tools whose name stands in a program, read as text."""
    words = {word for program in programs for word in re.findall(r"\w+", program.source)}
    return [tool for tool in tools.values() if words & {tool.name, *tool.aliases}]
