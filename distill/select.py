"""Which of a question's traces is told to the student."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from vpd.distill.records import Outcome, Verdict
from vpd.engine.records import Program, Question
from vpd.engine.run import trace_id
from vpd.tools.registry import Registry

__all__ = ["Filter", "choose_verdicts", "draws_by_question", "traces_of"]


class Filter(StrEnum):
    """What a trace must have shown to be taught."""

    RIGHT = "right"
    """Its answer is the human's (VPD, section 3.1)."""
    NONE = "none"
    """It ran and answered; the first such draw is taken, right or wrong."""


def draws_by_question(programs: Iterable[Program]) -> dict[str, list[Program]]:
    """Each question text's draws, in the order of their numbers."""
    found: dict[str, list[Program]] = defaultdict(list)
    for program in programs:
        found[program.question].append(program)
    for draws in found.values():
        draws.sort(key=lambda program: program.draw)
    return dict(found)


def traces_of(question: Question, draws: Iterable[Program], tools: Registry) -> list[str]:
    """The id of each draw's trace on the question's picture, in the order of the draws."""
    return [trace_id(draw.source_sha256, question.image, tools) for draw in draws]


def choose_verdicts(
    questions: Iterable[Question],
    draws: Mapping[str, list[Program]],
    verdicts: Mapping[tuple[str, str], Verdict],
    tools: Registry,
    rule: Filter = Filter.RIGHT,
) -> dict[str, Verdict]:
    """For each question that has one, the verdict of the trace to be told; keyed by question id.

    `verdicts` are keyed by question id and trace id. Of several right traces the one that most draws share is taken, as the
    likeliest program, then the earliest draw.
    """
    chosen: dict[str, Verdict] = {}
    for question in questions:
        traces = traces_of(question, draws.get(question.text, []), tools)
        shared = Counter(traces)
        judged = [verdicts[question.id, trace] for trace in dict.fromkeys(traces) if (question.id, trace) in verdicts]
        if rule is Filter.RIGHT:
            fit = [verdict for verdict in judged if verdict.outcome is Outcome.RIGHT]
            fit.sort(key=lambda verdict: -shared[verdict.trace])
        else:
            fit = [verdict for verdict in judged if verdict.answer is not None]
        if fit:
            chosen[question.id] = fit[0]
    return chosen
