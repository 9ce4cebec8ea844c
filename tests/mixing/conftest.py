"""Runs of any size, drawn by code: pictures of one colour, a program a question, and every record from question to example."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.distill.build import answer_example, rationale_example
from vpd.distill.records import Outcome, Rationale, TrainingExample, Verdict
from vpd.distill.run_directory import FILES, RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.record import Record
from vpd.engine.records import AnswerKind, Isolation, Program, Question, ToolCall, Trace
from vpd.tools.image import ImageRef, read_image_ref

Asked = tuple[str, str, str]
"""Text, kind and answer; without the answer nobody knows it."""
ASKED: tuple[Asked, ...] = (("Is it red?", "existence", "yes"), ("How many are there?", "counting", "2"))
MakeRun = Callable[..., Path]


def draw(folder: Path, colour: int) -> ImageRef:
    """A picture of one colour; the same colour is the same picture."""
    path = folder / "images" / f"{colour:06x}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (16, 12), (colour >> 16 & 255, colour >> 8 & 255, colour & 255)).save(path)
    return read_image_ref(path)


def write_run(
    folder: Path,
    colours: Sequence[int] = range(8),
    asked: Sequence[Asked] = ASKED,
    *,
    held_out: Sequence[int] = (),
    source: str = "colours-1",
    wrong: Sequence[int] = (),
) -> Path:
    """A run after `build`. `held_out` colours are of the split test; the programs for `wrong` colours are wrong."""
    records: dict[type[Record], list[Record]] = {kind: [] for kind in FILES}
    with RunDirectory(folder, RunSettings(llm="local/drawn", draws=1)):
        pass
    for text in dict.fromkeys(text for text, _, _ in asked):
        records[Program].append(program_for(text))
    for colour in [*colours, *held_out]:
        image = draw(folder, colour)
        for place, (text, kind, answer) in enumerate(asked):
            question = Question(
                key=f"{colour}-{place}",
                text=text,
                image=image,
                kind=kind,
                answer_kind=AnswerKind.TEXT,
                answers=(answer,) if answer else (),
                source=source,
                split="test" if colour in held_out else "train",
            )
            add_question(records, question, said="nothing" if colour in wrong else answer or "maybe")
    for made, held in records.items():
        if held:
            (folder / FILES[made]).write_text("".join(f"{record.to_line()}\n" for record in held), "utf-8")
    return folder


def program_for(text: str) -> Program:
    """The one draw for a text."""
    return Program(
        question=text,
        prompt_sha256="0" * 64,
        model="local/drawn",
        sampling={"temperature": 0.5},
        draw=0,
        completion=f"# {text}",
        source=f"# {text}\nanswer = look(image)",
        prompt_tokens=100,
        completion_tokens=10,
        cost=0.25,
        seconds=1.5,
    )


def add_question(records: dict[type[Record], list[Record]], question: Question, said: str) -> None:
    """A question with its trace, verdict, and for training the rationale and the examples."""
    records[Question].append(question)
    whole = {"region": [0, 0, 16, 12], "label": "", "from": None}
    trace = Trace(
        program=program_for(question.text).source_sha256,
        source=program_for(question.text).source,
        image=question.image,
        image_sha256=question.image.sha256,
        tools=("look==1",),
        isolation=Isolation.KERNEL,
        calls=(ToolCall(number=0, line=2, tool="look", arguments={"image": whole}, result=said),),
        answer=said,
    )
    known = Outcome.RIGHT if said in question.answers else Outcome.WRONG
    verdict = Verdict(
        question=question.id,
        trace=trace.id,
        trace_digest=trace.digest,
        rule="text-1",
        outcome=known if question.answers else Outcome.UNKNOWN,
        score=float(said in question.answers),
        answer=said,
        expected=question.answers,
    )
    records[Trace].append(trace)
    records[Verdict].append(verdict)
    if question.split != "train":
        return
    rationale = None
    if verdict.outcome is not Outcome.WRONG:
        text = f"The look is {said}. So the answer is {said}."
        rationale = Rationale(
            question=question.id,
            trace=trace.id,
            trace_digest=trace.digest,
            writer="template-1",
            grid="cell-8",
            text=text,
            answer=said,
        )
        records[Rationale].append(rationale)
        records[TrainingExample].append(rationale_example(question, rationale))
    if question.answers:
        records[TrainingExample].append(answer_example(question))
    elif rationale is not None:
        records[TrainingExample].append(answer_example(question, rationale))


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes a run of a name into the test's folder; the further arguments are those of `write_run`."""

    def make(name: str, *arguments: object, **named: object) -> Path:
        return write_run(tmp_path / name, *arguments, **named)  # type: ignore[arg-type]

    return make
