"""The records of one run directory, read and joined by question."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from vpd.distill.records import Finding, Outcome, Prediction, Rationale, State, TrainingExample, Verdict
from vpd.engine.errors import JournalError
from vpd.engine.journal import read_records
from vpd.engine.record import Record
from vpd.engine.records import Program, Question, Trace

__all__ = ["Asked", "Effort", "JudgedDraw", "RunRecords", "read_run"]

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class JudgedDraw:
    """One draw for one question, with what became of it as far as it came."""

    program: Program
    trace: Trace | None
    verdict: Verdict | None

    @property
    def is_right(self) -> bool:
        """Whether it was judged right; a draw that was never run is not."""
        return self.verdict is not None and self.verdict.outcome is Outcome.RIGHT


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its draws, in the order in which they were drawn."""

    question: Question
    draws: tuple[JudgedDraw, ...]

    @property
    def is_known(self) -> bool:
        """Whether somebody knows the answer and at least one draw was judged against it."""
        return bool(self.question.answers) and any(draw.verdict is not None for draw in self.draws)


@dataclass(frozen=True, slots=True)
class Effort:
    """What teaching one student took, its base student not counted."""

    steps: int
    cpu_seconds: float
    """Of the process that taught it, on all its threads."""


@dataclass(frozen=True)
class RunRecords:
    """Everything one run wrote; what it did not write is empty."""

    name: str
    folder: Path
    questions: tuple[Question, ...] = ()
    programs: tuple[Program, ...] = ()
    traces: tuple[Trace, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    rationales: tuple[Rationale, ...] = ()
    examples: tuple[TrainingExample, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    efforts: Mapping[str, Effort] = field(default_factory=dict)
    """By the name of the arm, of students that were taught to the end."""

    @property
    def seed(self) -> str:
        """The run's seed, as far as it is written down."""
        return str(self.settings.get("seed", self.manifest.get("seed", "not noted")))

    @cached_property
    def question_by_id(self) -> dict[str, Question]:
        """Every question by its id."""
        return {question.id: question for question in self.questions}

    @cached_property
    def trace_by_id(self) -> dict[str, Trace]:
        """Every trace by its id."""
        return {trace.id: trace for trace in self.traces}

    @cached_property
    def states_of(self) -> dict[tuple[str, str], dict[str, State]]:
        """What the checks say, by question and trace; of one check's several findings the last."""
        found: dict[tuple[str, str], dict[str, State]] = {}
        for finding in self.findings:
            found.setdefault((finding.question, finding.trace), {}).update(finding.states)
        return found

    @cached_property
    def rationale_of(self) -> dict[tuple[str, str], Rationale]:
        """The last rationale written for a question's id and a trace's id."""
        return {(rationale.question, rationale.trace): rationale for rationale in self.rationales}

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every question that programs were drawn for."""
        drawn: dict[str, list[Program]] = {}
        for program in sorted(self.programs, key=lambda each: (each.prompt_sha256, each.model, each.draw)):
            drawn.setdefault(program.question, []).append(program)
        traces = {(trace.program, trace.image_sha256): trace for trace in self.traces}
        verdicts = {(verdict.question, verdict.trace): verdict for verdict in self.verdicts}
        found = []
        for question in self.questions:
            draws = []
            for program in drawn.get(question.text, ()):
                trace = traces.get((program.source_sha256, question.image.sha256))
                draws.append(JudgedDraw(program, trace, verdicts.get((question.id, trace.id)) if trace else None))
            if draws:
                found.append(Asked(question, tuple(draws)))
        return tuple(found)


def read_run(folder: Path) -> RunRecords:
    """The records of a run directory; stages that have not written yet are empty. Raises `JournalError` where there is no run."""
    if not (folder / "questions.jsonl").exists():
        message = f"{folder} holds no run: questions.jsonl is not there; name a directory that a run was written to"
        raise JournalError(message)

    def read(name: str, kind: type[R]) -> tuple[R, ...]:
        path = folder / f"{name}.jsonl"
        return tuple(read_records(path, kind)) if path.exists() else ()

    return RunRecords(
        name=folder.resolve().name,
        folder=folder,
        questions=read("questions", Question),
        programs=read("programs", Program),
        traces=read("traces", Trace),
        verdicts=read("verdicts", Verdict),
        findings=read("findings", Finding),
        rationales=read("rationales", Rationale),
        examples=read("examples", TrainingExample),
        predictions=read("predictions", Prediction),
        manifest=read_object(folder / "manifest.json"),
        settings=read_object(folder / "settings.json"),
        efforts=read_efforts(folder / "students"),
    )


def read_efforts(students: Path) -> dict[str, Effort]:
    """What the teaching of every finished student took, as it wrote it down."""
    found = {}
    for path in sorted(students.glob("*/result.json")):
        held = read_object(path)
        try:
            found[path.parent.name] = Effort(int(held["steps"]), float(held["cpu_seconds"]))
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path} lacks steps or cpu_seconds as numbers; move it away and teach {path.parent.name} again"
            raise JournalError(message) from error
    return found


def read_object(path: Path) -> dict[str, Any]:
    """A file that holds one JSON object; empty where the run has not written it."""
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        message = f"{path} is not JSON ({error}); move it away and run the pipeline again to write it anew"
        raise JournalError(message) from error
    if not isinstance(held, dict):
        message = f"{path} holds a {type(held).__name__}; it should hold an object"
        raise JournalError(message)
    return held
