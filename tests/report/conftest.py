"""A run drawn by code: pictures, records of every stage and a manifest, the same ones for the same seed."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from vpd.distill.judging import judge_trace
from vpd.distill.records import Outcome, Prediction, Rationale, Teaches, TrainingExample, Verdict
from vpd.distill.run_files import RunRecords, read_run
from vpd.engine.record import Record
from vpd.engine.records import (
    AnswerKind,
    Failure,
    FailureStage,
    Isolation,
    Program,
    Question,
    Step,
    ToolCall,
    Trace,
)
from vpd.tools.image import ImageRef, read_image_ref

COLOURS = {"red": "#d62828", "green": "#2a9d4b", "blue": "#2563c9", "yellow": "#e9b411"}
SIZE = 64
PARTS = {"plain": 12, "unseen_pairs": 8, "more_objects": 8, "deeper": 6}
SKILL = {
    "base": {"plain": 0.30, "unseen_pairs": 0.30, "more_objects": 0.25, "deeper": 0.3},
    "control": {"plain": 0.62, "unseen_pairs": 0.60, "more_objects": 0.50, "deeper": 0.5},
    "unfiltered": {"plain": 0.70, "unseen_pairs": 0.70, "more_objects": 0.60, "deeper": 0.5},
    "distilled": {"plain": 0.86, "unseen_pairs": 0.85, "more_objects": 0.74, "deeper": 0.52},
}
EFFORTS = {"control": (300, 50.0), "distilled": (100, 52.0), "unfiltered": (100, 49.5)}
"""Steps and CPU seconds that the students are said to have taken; each seed a second more."""


@dataclass(frozen=True)
class Thing:
    """One square of a drawn picture."""

    colour: str
    x: int
    y: int
    radius: int
    noun: str

    @property
    def region(self) -> dict[str, Any]:
        """As a record holds a box."""
        edges = [self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius]
        return {"region": edges, "label": f"{self.colour} {self.noun}", "score": 0.97}


class RunWriter:
    """Writes one run directory."""

    def __init__(self, folder: Path, seed: int, scale: int, noun: str) -> None:
        self.folder, self.random, self.seed, self.scale, self.noun = folder, random.Random(seed), seed, scale, noun
        self.questions: list[Question] = []
        self.programs: dict[str, list[Program]] = {}
        self.traces: dict[str, Trace] = {}
        self.verdicts: list[Verdict] = []
        self.rationales: list[Rationale] = []
        self.predictions: list[Prediction] = []

    def write(self) -> None:
        """Everything, stage by stage."""
        number = 0
        for split, pictures in {"train": 16, **PARTS}.items():
            for _ in range(pictures * self.scale):
                things, image = self.draw(number, 9 if split == "more_objects" else 5)
                for question in self.ask(number, image, things, split):
                    self.questions.append(question)
                    self.answer(question, things)
                    if split != "train":
                        self.predict(question)
                number += 1
        records: dict[str, Iterator[Record]] = {
            "questions": iter(self.questions),
            "programs": (program for draws in self.programs.values() for program in draws),
            "traces": iter(self.traces.values()),
            "verdicts": iter(self.verdicts),
            "rationales": iter(self.rationales),
            "predictions": iter(self.predictions),
        }
        for name, each in records.items():
            (self.folder / f"{name}.jsonl").write_text("".join(record.to_line() + "\n" for record in each), "utf-8")
        manifest = {
            "seed": self.seed,
            "command": "vpd demo --seed 0",
            "versions": {"visual-program-distillation": "0.1.0", "python": "3.11"},
            "machine": f"two cores and a {self.noun}",
            "not_covered": ["These records are drawn by a test and measure nothing."],
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        for arm, (steps, cpu_seconds) in EFFORTS.items():
            place = self.folder / "students" / arm
            place.mkdir(parents=True)
            taught = {"steps": steps, "cpu_seconds": cpu_seconds + self.seed, "losses": [[steps, 0.5]]}
            (place / "result.json").write_text(json.dumps(taught), "utf-8")

    def draw(self, number: int, most: int) -> tuple[list[Thing], ImageRef]:
        """A picture of squares on grey."""
        things = [
            Thing(
                self.random.choice(list(COLOURS)),
                self.random.randrange(9, SIZE - 9),
                self.random.randrange(9, SIZE - 9),
                self.random.randrange(4, 9),
                self.noun,
            )
            for _ in range(self.random.randrange(2, most))
        ]
        picture = Picture.new("RGB", (SIZE, SIZE), "#c9ccd1")
        for thing in things:
            edges = thing.region["region"]
            ImageDraw.Draw(picture).rectangle(edges, COLOURS[thing.colour], "#333333")
        path = self.folder / "images" / f"{number:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
        return things, read_image_ref(path)

    def ask(self, number: int, image: ImageRef, things: list[Thing], split: str) -> list[Question]:
        """Three questions of three kinds; of the deeper split, one."""
        first, second = self.random.sample(list(COLOURS), 2)
        count = {colour: sum(thing.colour == colour for thing in things) for colour in COLOURS}
        asked = [
            ("existence", f"Is there a {first} {self.noun}?", AnswerKind.YES_NO, "yes" if count[first] else "no"),
            ("counting", f"How many {second} {self.noun}s are there?", AnswerKind.NUMBER, str(count[second])),
            (
                "comparison_of_counts",
                f"Are there more {first} {self.noun}s than {second} {self.noun}s?",
                AnswerKind.YES_NO,
                "yes" if count[first] > count[second] else "no",
            ),
        ]
        if split == "deeper":
            total = str(count[first] + count[second])
            asked = [("composition", f"How many {self.noun}s are {first} or {second}?", AnswerKind.NUMBER, total)]
        return [
            Question(
                key=f"{number}-{place}",
                text=text,
                image=image,
                kind=kind,
                answer_kind=answer_kind,
                answers=(answer,),
                source=f"drawn squares, seed {self.seed}",
                split=split,
            )
            for place, (kind, text, answer_kind, answer) in enumerate(asked)
        ]

    def answer(self, question: Question, things: list[Thing]) -> None:
        """Five draws for the text, their traces on the picture, and the verdicts."""
        if question.text not in self.programs:
            self.programs[question.text] = [self.write_program(question, draw) for draw in range(5)]
        for program in self.programs[question.text]:
            trace = self.run(program, question, things)
            if trace.id not in self.traces:
                self.traces[trace.id] = trace
                verdict = judge_trace(question, trace)
                self.verdicts.append(verdict)
                if verdict.outcome is Outcome.RIGHT and question.split == "train":
                    self.rationales.append(self.tell(question, trace, verdict))

    def write_program(self, question: Question, draw: int) -> Program:
        """A program that is right about half the time."""
        colours = [word for word in question.text.split() if word in COLOURS]
        lines = [f'    {colour} = image.find("{colour} {self.noun}")' for colour in colours]
        ends = {
            "existence": f"    return bool_to_yesno(len({colours[0]}) > 0)",
            "counting": f"    return str(len({colours[0]}))",
            "comparison_of_counts": f"    return bool_to_yesno(len({colours[0]}) > len({colours[-1]}))",
            "composition": f"    return str(len({colours[0]}) + len({colours[-1]}))",
        }
        style = self.random.choice(["right", "right", "right", "wrong", "crash", "silent"])
        end = {
            "right": ends[question.kind],
            "wrong": f"    return str(len({colours[0]}) + 1)",
            "crash": f"    return {colours[0]}[7].label",
            "silent": f"    count = len({colours[0]})",
        }[style]
        source = "\n".join(["def execute_command(image):", *lines, end])
        return Program(
            question=question.text,
            prompt_sha256="0" * 64,
            model="local/a-drawn-model",
            sampling={"temperature": 0.5},
            draw=draw,
            completion=f"```python\n{source}\n```",
            source=source,
            score=-0.2,
            prompt_tokens=600,
            completion_tokens=len(source) // 3,
            seconds=self.random.uniform(1.0, 2.5),
        )

    def run(self, program: Program, question: Question, things: list[Thing]) -> Trace:
        """What the program would have done."""
        lines = program.source.splitlines()
        colours = [line.split('"')[1].split()[0] for line in lines if "find(" in line]
        found = [[thing.region for thing in things if thing.colour == colour] for colour in colours]
        whole = {"region": [0, 0, SIZE, SIZE], "label": "", "from": None}
        calls = tuple(
            ToolCall(
                number=place,
                line=place + 2,
                tool="find",
                arguments={"image": whole, "name": f"{colour} {self.noun}"},
                result=boxes,
                cached=place > 0,
            )
            for place, (colour, boxes) in enumerate(zip(colours, found))
        )
        counts = [len(boxes) for boxes in found]
        last = lines[-1]
        answer: Any = None
        failure = None
        if "[7]" in last:
            failure = Failure(stage=FailureStage.RUN, kind="IndexError", message="list index out of range", line=len(lines))
        elif "+ 1" in last:
            answer = str(counts[0] + 1)
        elif "return" in last:
            answer = {
                "existence": "yes" if counts[0] else "no",
                "counting": str(counts[0]),
                "comparison_of_counts": "yes" if counts[0] > counts[-1] else "no",
                "composition": str(sum(counts)),
            }[question.kind]
        steps = tuple(
            Step(line=place + 2, kind="bind", after_call=place + 1, names={colour: boxes})
            for place, (colour, boxes) in enumerate(zip(colours, found))
        )
        return Trace(
            program=program.source_sha256,
            source=program.source,
            image=question.image,
            image_sha256=question.image.sha256,
            tools=("bool_to_yesno==1", "find==1"),
            isolation=Isolation.KERNEL,
            calls=calls,
            steps=steps,
            answer=answer,
            failure=failure,
            seconds=self.random.uniform(0.01, 0.05),
        )

    def tell(self, question: Question, trace: Trace, verdict: Verdict) -> Rationale:
        """The trace in a few words."""
        told = [f"Looking for {call.arguments['name']}: {len(call.result)} found." for call in trace.calls]
        return Rationale(
            question=question.id,
            trace=trace.id,
            trace_digest=trace.digest,
            writer="template-1",
            grid="cell-8",
            text=" ".join([*told, f"So the answer is {verdict.answer}."]),
            answer=str(verdict.answer),
        )

    def predict(self, question: Question) -> None:
        """What every student would say, with its own skill."""
        for arm, mode in [*((arm, "answer") for arm in SKILL), ("distilled", "explain")]:
            right = self.random.random() < SKILL[arm][question.split] - (0.04 if mode == "explain" else 0)
            answer = question.answers[0] if right else "nothing"
            self.predictions.append(
                Prediction(
                    question=question.id,
                    kind=question.kind,
                    split=question.split,
                    arm=arm,
                    mode=mode,
                    text=answer,
                    answer=answer,
                    expected=question.answers,
                    outcome=Outcome.RIGHT if right else Outcome.WRONG,
                    seconds=self.random.uniform(0.002, 0.004) * (9 if mode == "explain" else 1),
                )
            )


def write_run(folder: Path, *, seed: int = 0, scale: int = 1, noun: str = "square") -> RunRecords:
    """A run directory of about 170 questions times `scale`, and its records."""
    folder.mkdir(parents=True, exist_ok=True)
    RunWriter(folder, seed, scale, noun).write()
    return read_run(folder)


@pytest.fixture(scope="session")
def drawn_run(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """One run of seed 0."""
    return write_run(tmp_path_factory.mktemp("runs") / "seed-0")


@pytest.fixture(scope="session")
def labelled_run(drawn_run: RunRecords) -> RunRecords:
    """The same run with an example for the answer of every training question."""
    examples = tuple(
        TrainingExample(question=each.id, image=each.image, teaches=Teaches.ANSWER, messages=(), kind=each.kind, split=each.split)
        for each in drawn_run.questions
        if each.split == "train"
    )
    return replace(drawn_run, examples=examples)


@pytest.fixture(scope="session")
def drawn_runs(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecords]:
    """Three runs that differ by their seed."""
    place = tmp_path_factory.mktemp("seeds")
    return [write_run(place / f"seed-{seed}", seed=seed) for seed in range(3)]


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[[str], RunRecords]:
    """Makes a run of its own, to spoil; it asks of things that are called by the given noun."""
    return lambda noun: write_run(tmp_path / "run", noun=noun)
