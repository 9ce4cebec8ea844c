"""What one source was made with and how much came of it: data sets, yields, models, tools, cost."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from vpd.distill.manifest import counted, spent_on
from vpd.distill.mixing.training_set import TRAIN, is_set
from vpd.distill.records import Finding, Outcome, Rationale, State, Verdict
from vpd.distill.run_directory import FILES
from vpd.distill.run_files import read_object
from vpd.engine.journal import read_records
from vpd.engine.records import Program, Question, Trace

__all__ = ["SourceSummary", "Yield", "summarise"]


@dataclass(frozen=True, slots=True)
class Yield:
    """Training questions of one kind."""

    questions: int
    labelled: int
    """Questions whose answer somebody knows."""
    right: int
    """Questions with at least one program that was judged right."""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What a card says of one source; what it does not hold is empty."""

    name: str
    weight: float | None
    mixed: bool
    """Whether it is an earlier set, whose runs are not read again."""
    data_sets: dict[str, int]
    """Training questions by data set and release."""
    yields: dict[str, Yield]
    outcomes: dict[str, int]
    """Verdicts on training questions."""
    rules: dict[str, int]
    """The judging rules that gave them."""
    writers: dict[str, int]
    """Who wrote the rationales."""
    unchecked: int
    """Rationales that nothing has checked against their trace."""
    models: dict[str, int]
    """Draws by language model."""
    samplings: tuple[str, ...]
    spent: dict[str, int | float]
    tools: tuple[str, ...]
    """Every tool that programs could call, as name==version."""
    isolation: dict[str, int]
    settings: dict[str, Any]
    versions: dict[str, Any]
    """As the run's own manifest has them."""
    not_covered: tuple[str, ...] = ()
    outcome_of: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    """By question and trace, for those rationales that were written."""
    states_of: dict[tuple[str, str], dict[str, State]] = field(default_factory=dict)
    """What checks beyond the answer say of them."""


class Ran(msgspec.Struct):
    """The part of a trace that a card needs; the rest of the line is skipped."""

    tools: tuple[str, ...]
    isolation: str


def summarise(folder: Path, name: str, weight: float | None) -> SourceSummary:
    """Read one run's records, a file at a time. A set has none of its own: its card tells of its sources."""
    questions = [one for one in read(folder, Question) if one.split == TRAIN]
    training = {one.id for one in questions}
    rationales = read(folder, Rationale)
    told = {(one.question, one.trace) for one in rationales}
    verdicts = [one for one in read(folder, Verdict) if one.question in training]
    programs = read(folder, Program)
    manifest, ran = read_object(folder / "manifest.json"), ran_in(folder)
    remarks = manifest.get("not_covered")
    return SourceSummary(
        name=name,
        weight=weight,
        mixed=is_set(folder),
        data_sets=counted(question.source for question in questions),
        yields=yields_of(questions, {one.question for one in verdicts if one.outcome is Outcome.RIGHT}),
        outcomes=counted(one.outcome.value for one in verdicts),
        rules=counted(one.rule for one in verdicts),
        writers=counted(one.writer for one in rationales),
        unchecked=sum(one.unfounded is None for one in rationales),
        models=counted(program.model for program in programs),
        samplings=tuple(sorted({msgspec.json.encode(program.sampling, order="sorted").decode() for program in programs})),
        spent=spent_on(programs),
        tools=tuple(sorted({tool for tools in ran.tools for tool in tools})),
        isolation=dict(ran.isolation),
        settings=read_object(folder / "settings.json"),
        versions=manifest.get("versions", {}),
        not_covered=tuple(map(str, remarks)) if isinstance(remarks, list) else (),
        states_of=states_in(folder, told),
        outcome_of={(one.question, one.trace): one.outcome for one in verdicts if (one.question, one.trace) in told},
    )


def read(folder: Path, kind: Any) -> list[Any]:
    """The records of a kind; none where the source has no such file."""
    path = folder / FILES[kind]
    return list(read_records(path, kind)) if path.exists() else []


def states_in(folder: Path, told: set[tuple[str, str]]) -> dict[tuple[str, str], dict[str, State]]:
    """What the checks say of the traces that were told; of one check's several findings the last."""
    found: dict[tuple[str, str], dict[str, State]] = {}
    for finding in read(folder, Finding):
        if (finding.question, finding.trace) in told:
            found.setdefault((finding.question, finding.trace), {}).update(finding.states)
    return found


def yields_of(questions: list[Question], right: set[str]) -> dict[str, Yield]:
    """By kind, in the order of their names."""
    kinds: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        kinds[question.kind].append(question)
    return {
        kind: Yield(len(asked), sum(bool(one.answers) for one in asked), sum(one.id in right for one in asked))
        for kind, asked in sorted(kinds.items())
    }


@dataclass(slots=True)
class RanCounts:
    """What the traces of a run have in common."""

    tools: Counter[tuple[str, ...]]
    isolation: Counter[str]


def ran_in(folder: Path) -> RanCounts:
    """The tool sets and levels of isolation of a run's traces."""
    found = RanCounts(Counter(), Counter())
    path = folder / FILES[Trace]
    if path.exists():
        decoder = msgspec.json.Decoder(Ran)
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    ran = decoder.decode(line)
                    found.tools[ran.tools] += 1
                    found.isolation[ran.isolation] += 1
    return found
