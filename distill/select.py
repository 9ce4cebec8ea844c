"""Which of a question's traces are told to the student."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from vpd.distill.checks.battery import check_statically
from vpd.distill.checks.policy import Policy
from vpd.distill.records import Finding, State, Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import RunRecords, read_run
from vpd.engine.records import Program, Question, Trace
from vpd.engine.run import trace_id
from vpd.tools.registry import Registry

__all__ = ["Candidate", "choose", "chosen", "draws_by_question", "stand_ins", "traces_of"]


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


def chosen(run: RunDirectory, policy: Policy, draws: int | None = None) -> dict[str, list[Candidate]]:
    """By question id, the traces that a policy chooses; a question with none is left out.

    `draws` takes only the first so many of each text, as if no more had been drawn.
    """
    records = settled_records(run.path, stamps(run))
    asked_all = [replace(each, draws=each.draws[:draws]) for each in records.asked] if draws else records.asked
    static = {(each.question, each.trace): each for each in check_statically(asked_all, policy.limits)}
    found: dict[str, list[Candidate]] = {}
    for asked in asked_all:
        shared = Counter(draw.verdict.trace for draw in asked.draws if draw.verdict is not None)
        candidates: dict[str, Candidate] = {}
        for draw in asked.draws:
            if draw.trace is not None and draw.verdict is not None:
                finding = static[asked.question.id, draw.verdict.trace]
                states = {**finding.states, **records.states_of.get((asked.question.id, draw.verdict.trace), {})}
                candidate = Candidate(draw.verdict, draw.trace, states, finding.scores, shared[draw.verdict.trace])
                candidates.setdefault(draw.verdict.trace, candidate)
        if taught := choose(candidates.values(), policy):
            found[asked.question.id] = taught
    return found


def stand_ins(run: RunDirectory, policy: Policy) -> list[tuple[Question, str]]:
    """The training questions without a label, each with the program's answer that a policy teaches in its place, if any."""
    unlabelled = {each.id: each for each in run.read(Question) if each.split == "train" and not each.answers}
    found = [(unlabelled[name], traces[0].verdict.answer) for name, traces in chosen(run, policy).items() if name in unlabelled]
    return [(question, answer) for question, answer in found if answer is not None]


@lru_cache(maxsize=1)
def settled_records(folder: Path, _stamps: tuple[int, ...]) -> RunRecords:
    """A run's records up to its findings, read once for the stages that follow each other."""
    return read_run(folder)


def stamps(run: RunDirectory) -> tuple[int, ...]:
    """What changes whenever a file does that choosing reads."""
    paths = [run.file(kind) for kind in (Question, Program, Trace, Verdict, Finding)]
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)
