"""From a row of training data back to all that stands behind it: question, prompt, draw, program, trace, verdict, rationale."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vpd.distill.errors import RunError
from vpd.distill.mixing.settings import MixSettings
from vpd.distill.mixing.training_set import SETTINGS, is_set, open_examples
from vpd.distill.records import Finding, Rationale, TrainingExample, Verdict
from vpd.distill.run_directory import FILES
from vpd.distill.run_files import read_object
from vpd.engine.journal import read_line
from vpd.engine.prompt import make_prompt
from vpd.engine.record import Record
from vpd.engine.records import Program, Prompt, Question, Trace
from vpd.prompts.render import write_program_prompt
from vpd.tools.errors import VpdError
from vpd.tools.toolsets import open_toolset

__all__ = ["RowOrigin", "find_origin"]

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """A row with all that its run knows of it; what it does not know is None or empty."""

    example: TrainingExample
    run: Path
    question: Question | None
    rationale: Rationale | None = None
    trace: Trace | None = None
    draws: tuple[Program, ...] = ()
    """The draws for this question's text whose program this is, the first first."""
    prompt: Prompt | None = None
    """What was sent to the language model; None where the prompt that is written today is another one."""
    verdict: Verdict | None = None
    verdicts: tuple[Verdict, ...] = ()
    """On every trace of the question."""
    findings: tuple[Finding, ...] = ()
    """What checks beyond the answer say of the trace."""


def find_origin(start: str, source: Path) -> RowOrigin:
    """What stands behind the one example whose id starts so, in a set or in a run.

    Raises `RunError` where no example or more than one starts so, or where the row's run is gone.
    """
    example = find_example(start, source)
    held = example.provenance
    run = find_run(source, str(held["run"])) if is_set(source) else source
    asked = str(held.get("question", example.question))
    question = next(matching(run, Question, "", lambda one: one.id == asked), None)
    verdicts = tuple(matching(run, Verdict, asked, lambda one: one.question == asked))
    told = example.rationale
    rationale = next(matching(run, Rationale, asked, lambda one: one.id == told), None) if told else None
    if rationale is None:
        return RowOrigin(example, run, question, verdicts=verdicts)
    wanted = rationale.trace
    trace = next(matching(run, Trace, example.image.sha256, lambda one: one.id == wanted), None)
    draws = tuple(matching(run, Program, "", lambda one: is_draw_of(one, trace, question)))
    return RowOrigin(
        example=example,
        run=run,
        question=question,
        rationale=rationale,
        trace=trace,
        draws=tuple(sorted(draws, key=lambda draw: (draw.model, draw.draw))),
        prompt=prompt_of(draws[0], run) if draws else None,
        verdict=next((one for one in verdicts if one.trace == wanted), None),
        verdicts=verdicts,
        findings=tuple(matching(run, Finding, asked, lambda one: one.question == asked and one.trace == wanted)),
    )


def find_example(start: str, source: Path) -> TrainingExample:
    """The one example whose id starts so. Exported rows carry the id of the set they are of."""
    found = [example for example in open_examples(source).examples() if example.id.startswith(start)] if start else []
    if len(found) == 1:
        return found[0]
    message = f"{source} holds {len(found) or 'no'} examples whose id starts with {start!r}"
    raise RunError(message)


def find_run(folder: Path, name: str) -> Path:
    """The run of that name behind a set, through sets that were mixed into it."""
    for path in runs_behind(folder):
        if path.resolve().name == name:
            return path
    message = f"the run {name!r} is not where {folder} was mixed from; move it back, or name it with --run and the row's id there"
    raise RunError(message)


def runs_behind(folder: Path) -> Iterator[Path]:
    """Every run that a set, or a set in it, was mixed from, and that is there."""
    try:
        settings = MixSettings.model_validate_json((folder / SETTINGS).read_bytes())
    except (OSError, ValueError) as error:
        message = f"{folder / SETTINGS} cannot be read as settings ({str(error).splitlines()[0]})"
        raise RunError(message) from error
    for source in settings.sources:
        path = folder / source.path
        if is_set(path):
            yield from runs_behind(path)
        elif path.is_dir():
            yield path


def matching(run: Path, kind: type[R], needle: str, fits: Callable[[R], bool]) -> Iterator[R]:
    """The records of a kind that fit; lines without the needle are not even parsed, since a run's traces are many."""
    path, sought = run / FILES[kind], needle.encode()
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if sought in line and line.endswith(b"\n"):
                record = read_line(line, kind, path, number)
                if fits(record):
                    yield record


def is_draw_of(program: Program, trace: Trace | None, question: Question | None) -> bool:
    """Whether a draw's program is the one that ran."""
    return bool(trace and question and program.source_sha256 == trace.program and program.question == question.text)


def prompt_of(program: Program, run: Path) -> Prompt | None:
    """The prompt written anew, where that is the one whose digest the draw holds."""
    name = read_object(run / "settings.json").get("toolset")
    if not isinstance(name, str):
        return None
    try:
        prompt = make_prompt("program", write_program_prompt(program.question, open_toolset(name)))
    except VpdError:  # a tool set that is not installed here: then the prompt cannot be shown
        return None
    return prompt if prompt.sha256 == program.prompt_sha256 else None
