"""The chat that asks a language model to rewrite what a program found as a rationale, with examples (VPD, section 3.1)."""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

from vpd.prompts.render import Turn

__all__ = ["Rewrite", "read_rewrites", "write_rationale_prompt"]

Place = Callable[[float, float, float, float], str]
"""Writes a box, given as shares of the picture's sides: left, top, right, bottom."""
BOX = re.compile(r"\{(\d+) (\d+) (\d+) (\d+)\}")


class Rewrite(NamedTuple):
    """An example: what is given, and the rationale that is to come of it."""

    question: str
    program: str
    findings: str
    answer: str
    rationale: str


def read_rewrites(place: Place) -> tuple[Rewrite, ...]:
    """The examples that ship with the package, with their boxes as `place` writes them."""
    text = (files("vpd.prompts") / "rationale_examples.md").read_text("utf-8")
    placed = BOX.sub(lambda box: place(*(int(edge) / 100 for edge in box.groups())), text.partition("\n## ")[2])
    found = []
    for part in placed.split("\n## "):
        question, _, rest = part.partition("\n")
        program, findings, answer, rationale = re.fullmatch(  # type: ignore[union-attr]  # a test reads every example
            r"\s*```python\n(.*?)```\s*(.*?)\nAnswer: (.*?)\n\s*> (.*?)\s*", rest, re.DOTALL
        ).groups()
        found.append(Rewrite(question, program.strip(), findings.strip(), answer, rationale))
    return tuple(found)


def ask_of(question: str, program: str, findings: str, answer: str) -> str:
    """One request."""
    return f"Question: {question}\n\nProgram:\n```python\n{program}\n```\n\nFindings:\n{findings}\n\nAnswer: {answer}"


def write_rationale_prompt(question: str, program: str, findings: str, answer: str, place: Place) -> tuple[Turn, ...]:
    """The chat that asks for one rationale. All but the last turn are the same for every trace told on one grid."""
    turns = [Turn("system", (files("vpd.prompts") / "rationale.md").read_text("utf-8").strip())]
    for example in read_rewrites(place):
        turns.append(Turn("user", ask_of(example.question, example.program, example.findings, example.answer)))
        turns.append(Turn("assistant", example.rationale))
    turns.append(Turn("user", ask_of(question, program.strip(), findings, answer)))
    return tuple(turns)
