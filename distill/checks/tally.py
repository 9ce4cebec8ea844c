"""What every check says of the traces that answered right, and what a policy makes of it, in counts."""

from collections import Counter
from dataclasses import dataclass, field

from vpd.distill.checks.battery import check_statically
from vpd.distill.checks.policy import Policy
from vpd.distill.records import State
from vpd.distill.run_files import RunRecords

__all__ = ["Tally", "tally"]


@dataclass(frozen=True)
class Tally:
    """Over the training questions' traces whose answer the policy takes, each trace once a question."""

    traces: int = 0
    accepted: int = 0
    questions: int = 0
    """Questions with such a trace."""
    taught: int = 0
    """Questions with an accepted one."""
    states: dict[str, Counter[State]] = field(default_factory=dict)
    """By check."""
    refused: Counter[str] = field(default_factory=Counter)
    """By the requirement that was not met; a trace may miss several."""


def tally(run: RunRecords, policy: Policy) -> Tally:
    """Count a run's findings under a policy, from records alone."""
    answers_only = policy.model_copy(update={"require": (), "one_of": ()})
    static = {(each.question, each.trace): each.states for each in check_statically(run.asked, policy.limits)}
    states: dict[str, Counter[State]] = {}
    refused: Counter[str] = Counter()
    met, taught = Counter[str](), Counter[str]()
    for each in run.asked:
        verdicts = {draw.verdict.trace: draw.verdict for draw in each.draws if draw.verdict is not None}
        for trace, verdict in verdicts.items() if each.question.split == "train" else ():
            if not answers_only.accepts(verdict, {}):
                continue
            found = {**static[each.question.id, trace], **run.states_of.get((each.question.id, trace), {})}
            met[each.question.id] += 1
            for name, state in found.items():
                states.setdefault(name, Counter())[state] += 1
            missed = policy.refusals(found)
            refused.update(missed)
            if not missed:
                taught[each.question.id] += 1
    return Tally(met.total(), taught.total(), len(met), len(taught), states, refused)
