"""The traces that are worth running again: those that a policy would teach as far as records tell."""

from collections.abc import Sequence
from dataclasses import dataclass

from vpd.distill.checks.battery import check_statically
from vpd.distill.checks.policy import Policy
from vpd.distill.run_files import Asked
from vpd.engine.records import Program, Question, Trace

__all__ = ["Suspect", "suspects"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A trace that may be taught for a question, unless a check speaks against it."""

    question: Question
    program: Program
    trace: Trace


def suspects(asked: Sequence[Asked], policy: Policy) -> list[Suspect]:
    """Of the training questions, each trace once."""
    states = {(each.question, each.trace): each.states for each in check_statically(asked, policy.limits)}
    found: dict[tuple[str, str], Suspect] = {}
    for each in asked:
        for draw in each.draws if each.question.split == "train" else ():
            if draw.trace is None or draw.verdict is None:
                continue
            key = (each.question.id, draw.verdict.trace)
            if policy.accepts(draw.verdict, states[key]):
                found.setdefault(key, Suspect(each.question, draw.program, draw.trace))
    return list(found.values())
