"""The traces that are worth running again, or asking about: those that a policy would teach as far as records tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vpd.distill.checks.battery import STATIC_CHECKS, check_statically
from vpd.distill.checks.policy import CHECKS, Policy
from vpd.distill.records import State
from vpd.distill.run_files import Asked
from vpd.engine.records import Program, Question, Trace

__all__ = ["Suspect", "suspects"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A trace that may be taught for a question, unless a check speaks against it."""

    question: Question
    program: Program
    trace: Trace


def suspects(
    asked: Sequence[Asked], policy: Policy, known: Mapping[tuple[str, str], Mapping[str, State]] | None = None
) -> list[Suspect]:
    """Of the training questions, each trace once; `known` holds what was found before, by question and trace.

    A check that is yet to be done is taken to pass: else a policy that takes nothing unknown would leave nothing to be looked at.
    """
    hoped = dict.fromkeys((name for name in CHECKS if name not in STATIC_CHECKS), State.PASSED)
    states = {(each.question, each.trace): {**hoped, **each.states} for each in check_statically(asked, policy.limits)}
    for key, found_before in (known or {}).items():
        states.setdefault(key, {}).update(found_before)
    found: dict[tuple[str, str], Suspect] = {}
    for each in asked:
        for draw in each.draws if each.question.split == "train" else ():
            if draw.trace is None or draw.verdict is None:
                continue
            key = (each.question.id, draw.verdict.trace)
            if policy.accepts(draw.verdict, states[key]):
                found.setdefault(key, Suspect(each.question, draw.program, draw.trace))
    return list(found.values())
