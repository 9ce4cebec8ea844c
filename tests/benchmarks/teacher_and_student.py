"""Seconds a question: a teacher's programs with their tools beside a student, on the same questions, in turns.

    python tests/benchmarks/teacher_and_student.py [--run RUN] [--student FOLDER] [--llm MODEL] [--questions N] [--rounds N]

Every question is asked alone: its distinct programs run one after the other, each in a confined child, no result of a tool is
taken from a cache. With `--llm` that model first writes as many programs anew for each question, one after the other, which
is measured once; the programs that are run stay the run's, or the recorded ones. All times are the clock's on the wall, since
programs run in processes of their own; the ways take turns, and each round gives its own ratios. Without a taught student, one
of random weights says as many tokens as an answer, or as a rationale that lists the picture. Loading and starting do not count.
"""

import argparse
import json
import os
import platform
import time
import warnings
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import NamedTuple

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from vpd.distill.demo import FULL
from vpd.distill.evaluation.whom import find_student
from vpd.distill.grid import Grid
from vpd.distill.records import Outcome
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.scenes import describe, make_scenes, read_questions, read_scenes
from vpd.distill.stages import prompts_for
from vpd.distill.student import Mode, TinySettings, build_tiny_student
from vpd.distill.student.predict import LONGEST, Opened, open_student, predictions
from vpd.engine.completers import open_completer
from vpd.engine.dispatch import Dispatcher
from vpd.engine.extract import extract_program
from vpd.engine.local_model import LocalSettings
from vpd.engine.records import Question
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sample import Sampling, draw_programs
from vpd.engine.sandbox import Sandbox
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale
from vpd.tools.registry import Registry
from vpd.tools.toolsets import open_toolset

TEACHER, WHOLE = "teacher, programs and tools", "teacher, the language model too"
MODES = {Mode.ANSWER: "short answer", Mode.EXPLAIN: "rationale first"}
BATCH = 32


class Asked(NamedTuple):
    """A question, and what was written for it."""

    question: Question
    sources: tuple[str, ...]
    """Distinct programs."""
    draws: int
    """Programs that were written, equal ones too."""


class Setting(NamedTuple):
    """Who is asked what."""

    asked: list[Asked]
    tools: Registry
    student: str
    said: dict[Mode, int]
    """Most tokens that the student says."""


def judge(_question: Question, _answer: str) -> Outcome:
    """Speed alone is asked for."""
    return Outcome.UNKNOWN


def of_run(run: Path, student: str | None, count: int) -> Setting:
    """The first questions of a run that programs were drawn for, and a student of it."""
    found = []
    for each in read_run(run).asked[:count]:
        sources = tuple(dict.fromkeys(draw.program.source for draw in each.draws))
        found.append(Asked(each.question, sources, len(each.draws)))
    tools = open_toolset(RunDirectory(run).settings.toolset)
    return Setting(found, tools, find_student(run, student or "distilled"), {mode: LONGEST[mode] for mode in MODES})


def of_scenes(folder: Path, student: str | None, count: int) -> Setting:
    """Drawn scenes, asked what programs are recorded for."""
    written: dict[str, dict[str, None]] = {}
    for line in (files("vpd.distill") / "recorded" / "demo.jsonl").read_text("utf-8").splitlines():
        draw = json.loads(line)
        written.setdefault(draw["question"], {})[extract_program(draw["completion"])] = None
    scenes = make_scenes(folder / "scenes", FULL.scenes.model_copy(update={"train_images": count, "test_images": 0}))
    questions = [one for one in read_questions(folder / "scenes") if one.text in written][:count]
    asked = [Asked(one, tuple(filter(None, written[one.text])), FULL.draws) for one in questions]
    if student is not None:
        return Setting(asked, open_toolset("scenes"), student, {mode: LONGEST[mode] for mode in MODES})
    told = [f"There are {describe(scene, Grid('cell', 8))}. So the answer is 1." for scene in read_scenes(scenes.scenes)]
    texts = [said(one.text) for one in questions for said in (ask_for_answer, ask_for_rationale)]
    build_tiny_student([*texts, *told], folder / "student", TinySettings())
    adapter = open_student(folder / "student", "cpu").adapter
    length = round(median(len(adapter.target(texts[0], text)) for text in told))
    return Setting(asked, open_toolset("scenes"), str(folder / "student"), {Mode.ANSWER: 2, Mode.EXPLAIN: length})


def seconds_to_draw(setting: Setting, model: str) -> float:
    """Seconds a question that a language model takes to write its programs, one after the other."""
    prompts = prompts_for([one.question.text for one in setting.asked], setting.tools)
    with open_completer(model, cache=None, local=LocalSettings(slots=1)) as completer:
        list(draw_programs(prompts[:1], completer, Sampling(max_tokens=320), 1))  # loads it
        began = time.perf_counter()
        for one in setting.asked:
            (prompt,) = prompts_for([one.question.text], setting.tools)
            list(draw_programs([prompt], completer, Sampling(max_tokens=320), one.draws, workers=1))
    return (time.perf_counter() - began) / len(setting.asked)


def run_all(asked: list[Asked], sandbox: Sandbox, tools: Registry) -> None:
    """Each question's programs on its picture, one question after the other."""
    for one in asked:
        runs = [ProgramRun(sha256(source.encode()).hexdigest(), source, (one.question.image,)) for source in one.sources]
        with Dispatcher() as dispatcher:
            list(run_programs(runs, sandbox, tools, dispatcher, workers=1))


def ask_all(opened: Opened, setting: Setting, mode: Mode, batch: int) -> None:
    """The student, so many questions at a time."""
    questions = [one.question for one in setting.asked]
    list(predictions(opened, questions, mode, judge, arm="student", batch=batch, longest=setting.said[mode]))


def measure(setting: Setting, rounds: int) -> dict[str, list[float]]:
    """Seconds a question of each way, round by round; the first round, which loads what is loaded once, does not count."""
    opened, count = open_student(setting.student, "cpu"), len(setting.asked)
    with Sandbox() as sandbox:
        ways: dict[str, Callable[[], None]] = {TEACHER: partial(run_all, setting.asked, sandbox, setting.tools)}
        for mode, name in MODES.items():
            ways[f"student, {name}"] = partial(ask_all, opened, setting, mode, 1)
            ways[f"the same in batches of {BATCH}, {name}"] = partial(ask_all, opened, setting, mode, BATCH)
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(rounds + 1):
            for way, work in ways.items():
                began = time.perf_counter()
                work()
                if number:
                    taken[way].append((time.perf_counter() - began) / count)
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path)
    parser.add_argument("--student")
    parser.add_argument("--llm")
    parser.add_argument("--questions", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as name:
        if given.run is not None:
            setting = of_run(given.run, given.student, given.questions)
        else:
            setting = of_scenes(Path(name), given.student, given.questions)
        drawing = seconds_to_draw(setting, given.llm) if given.llm else None
        taken = measure(setting, given.rounds)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread for the student, load {load}")
    programs = fmean(len(one.sources) for one in setting.asked)
    print(
        f"{len(setting.asked)} questions, {programs:.1f} distinct programs each; median of {given.rounds} rounds, ratios by round"
    )
    base = TEACHER
    if drawing is not None:
        base = WHOLE
        taken[WHOLE] = [drawing + seconds for seconds in taken[TEACHER]]
        draws = fmean(one.draws for one in setting.asked)
        print(f"{given.llm} took {drawing:.2f} seconds a question to write {draws:.1f} programs, one after the other")
    for way, seconds in taken.items():
        ratios = sorted(one / other for one, other in zip(taken[base], seconds, strict=True))
        faster = f"{median(ratios):7.2f} times the speed of: {base} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"  {way:<42}{median(seconds):9.4f} seconds a question, {faster}")


if __name__ == "__main__":
    main()
