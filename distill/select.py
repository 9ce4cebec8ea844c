"""Which of a question's traces are told to the student."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from vpd.distill.checks.policy import Policy
from vpd.distill.records import State, Verdict
from vpd.engine.records import Program, Question, Trace
from vpd.engine.run import trace_id
from vpd.tools.registry import Registry

__all__ = ["Candidate", "choose", "draws_by_question", "traces_of"]


class Candidate:
    """One judged trace of a question, with what a policy may prefer it by."""

    def __init__(
        self, verdict: Verdict, trace: Trace, states: Mapping[str, State], scores: Mapping[str, float], shared: int
    ) -> None:
        self.verdict, self.trace, self.states, self.scores, self.shared = verdict, trace, states, scores, shared

    def rank(self, prefer: str) -> tuple[float, ...]:
        """Least first; see `Policy.prefer`."""
        by = {
            "record": -self.scores.get("unbeaten", 0.0),
            "score": -self.verdict.score,
            "shortest": float(len(self.trace.calls) + len(self.trace.steps)),
        }
        return (by[prefer], -self.shared) if prefer in by else (-self.shared,) if prefer == "shared" else ()


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


def choose(candidates: Iterable[Candidate], policy: Policy) -> list[Candidate]:
    """Of one question's traces, in the order of their draws, those that a policy teaches, the preferred first.

    Where it teaches several, they differ in what they did: no two have the same calls.
    """
    fit = [each for each in candidates if policy.accepts(each.verdict, each.states)]
    fit.sort(key=lambda each: each.rank(policy.prefer))
    taught: dict[str, Candidate] = {}
    for each in fit:
        taught.setdefault(repr([(call.tool, call.arguments) for call in each.trace.calls]), each)
    return list(taught.values())[: policy.rationales]
