"""The whole look at how faithfully one student of a run explains: asks what is missing, keeps every probe, and sums up."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.faithfulness import Measure, measure_agreement, measure_places, measure_probes
from vpd.distill.evaluation.places import finder
from vpd.distill.evaluation.probes import Probe, blank_like, probe
from vpd.distill.evaluation.whom import arm_of, find_student, held_out
from vpd.distill.grid import Grid
from vpd.distill.judging import judge_answer
from vpd.distill.records import Prediction
from vpd.distill.run_directory import RunDirectory, write_text
from vpd.distill.student.predict import Mode, Opened, open_student, predictions
from vpd.engine.dispatch import Dispatcher
from vpd.engine.journal import Journal
from vpd.engine.records import Question
from vpd.tools.toolsets import open_toolset

__all__ = ["Looking", "Seen", "look_at"]


@dataclass(frozen=True, slots=True)
class Looking:
    """Who is looked at, and how."""

    student: str
    splits: tuple[str, ...] = ()
    """Empty: all but train."""
    limit: int | None = None
    detector: str = "find"
    """A tool of the run's set that takes a picture and a name and gives boxes."""
    seed: int = 0
    batch: int = 64
    device: str | None = None
    threads: int = 1


class Seen(NamedTuple):
    """What was found, and the file that holds it."""

    measures: list[Measure]
    place: Path


def look_at(run: RunDirectory, looking: Looking, advance: Callable[[str], None]) -> Seen:
    """Every measure, in the run's folder `faithful` too; what was asked before is not asked again. Raises `EvaluationError`."""
    start = find_student(run.path, looking.student)
    arm = arm_of(looking.student, start)
    questions = {one.id: one for one in held_out(run.read(Question), looking.splits)[: looking.limit]}
    if not questions:
        message = f"{run.path} has no question of {' or '.join(looking.splits) or 'a held-out split'}"
        raise EvaluationError(message)
    opened = open_student(start, looking.device)
    answered = said_of(run, opened, questions, Mode.ANSWER, arm, looking, advance)
    explained = said_of(run, opened, questions, Mode.EXPLAIN, arm, looking, advance)
    pairs = [(question, explained[name]) for name, question in questions.items()]
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    folder = run.path / "faithful"
    with Journal(folder / f"{file_name(arm)}.jsonl", Probe) as journal:
        blanks = blank_like(questions.values(), folder)
        for each in probe(opened, pairs, grid, blanks, done=journal, seed=looking.seed, batch=looking.batch):
            journal.append(each)
            advance("probed")
        theirs = {(name, said.text) for name, said in explained.items()}
        probes = [one for one in journal.records.values() if (one.question, one.rationale) in theirs and one.seed == looking.seed]
    tool = open_toolset(run.settings.toolset)[looking.detector]
    with Dispatcher() as dispatcher:
        measures = measure_places(pairs, grid, finder(tool, dispatcher))
    measures += measure_probes(probes, questions)
    measures += measure_agreement(questions, answered, explained, grid)
    place = folder / f"{file_name(arm)}.json"
    told = {"looking": asdict(looking), "grid": grid.name, "tool": tool.pin, "measures": [one.model_dump() for one in measures]}
    write_text(place, json.dumps(told, indent=1) + "\n")
    return Seen(measures, place)


def said_of(
    run: RunDirectory,
    opened: Opened,
    questions: dict[str, Question],
    mode: Mode,
    arm: str,
    looking: Looking,
    advance: Callable[[str], None],
) -> dict[str, Prediction]:
    """What the student says of each question in a mode, asked where it was not yet, by question."""
    with run.journal(Prediction) as journal:
        ids = {name: Prediction.id_for(question=name, arm=arm, mode=mode.value) for name in questions}
        left = [questions[name] for name, one in ids.items() if one not in journal]
        for each in predictions(
            opened, left, mode, judge_answer, arm=arm, batch=looking.batch, threads=looking.threads, measured=True
        ):
            journal.append(each)
            advance(mode.value)
        return {name: journal.records[one] for name, one in ids.items()}


def file_name(arm: str) -> str:
    """An arm as a file may be called."""
    return arm.replace("/", "--")
