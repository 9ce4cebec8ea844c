"""`vpd rivals` answers what is wrong in one line, and compares with replies that were recorded."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vpd.distill.commands.main import app
from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.records import TrainingExample
from vpd.distill.rivals.asking import Rival, prompt_for
from vpd.distill.rivals.seen import Seen
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.completer import Sampling
from vpd.engine.recorded_draws import export_draws
from vpd.engine.records import AnswerKind, Isolation, Program, Question, ToolCall, Trace
from vpd.tools.box import Box
from vpd.tools.image import ImageRef

PICTURE = ImageRef("a" * 64, "a.png", 80, 80)
QUESTION = Question(
    key="1", text="Is there a dog?", image=PICTURE, kind="exist", answer_kind=AnswerKind.YES_NO, answers=("yes",), source="test",
    split="train",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of one question and one program that found a dog."""
    region = {"region": [0, 0, 80, 80], "label": "", "from": None}
    dog = {"region": [10, 10, 20, 20], "label": "dog", "score": 1.0}
    call = ToolCall(number=0, line=2, tool="find", arguments={"image": region, "object_name": "dog"}, result=[dog])
    source = 'def execute_command(image):\n    return len(find(image, "dog")) > 0'
    program = Program(
        question=QUESTION.text, prompt_sha256="0" * 64, model="m", sampling={}, draw=0, completion=source, source=source
    )
    with RunDirectory(tmp_path / "run", RunSettings(policy="none")) as place:
        for record in (
            QUESTION,
            program,
            Trace(
                program=program.source_sha256, source=source, image=PICTURE, image_sha256=PICTURE.sha256, tools=(),
                isolation=Isolation.PROCESS, calls=(call,), answer="True",
            ),
        ):  # fmt: skip
            with place.journal(type(record)) as journal:
                journal.append(record)
    return tmp_path / "run"


def test_recorded_replies_are_compared(run: Path, tmp_path: Path) -> None:
    prompt = prompt_for(Rival.REASONING, Seen(PICTURE, (Box(10, 10, 20, 20, "dog"),)), QUESTION.text, Grid("cell", 8))
    reply = Program(
        question="", prompt_sha256=prompt.sha256, model="parrot", draw=0, source="",
        sampling=Sampling(temperature=0.5, max_tokens=320, seed=0).as_record(),
        completion="Reasoning: There is a dog at x1 y1.\nAnswer: yes",
    )  # fmt: skip
    export_draws([reply], tmp_path / "replies.jsonl")
    asked = ["--llm", f"replay:{tmp_path / 'replies.jsonl'}", "--rival", "reasoning", "--teach", str(tmp_path / "taught")]
    said = CliRunner().invoke(app, ["rivals", str(run), *asked], env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    row = next(line for line in said.output.splitlines() if "parrot" in line)
    assert row.count("100.0 %") == 2
    assert (run / "rivals.jsonl").exists()
    examples = RunDirectory(tmp_path / "taught").read(TrainingExample)
    assert [example.messages[-1].content for example in examples] == [
        "yes",
        "There is a dog at x1 y1. So the answer is yes.",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rival", "human"], "no rival is called 'human'"),
        (["--listing", "none.jsonl"], "none.jsonl is not there"),
        (["--teach", "taught"], "taught from one rival"),
    ],
)
def test_what_is_wrong_is_said(run: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["rivals", str(run), "--llm", "local/qwen2.5-coder-0.5b", *arguments])
    assert isinstance(done.exception, RunError)
    assert says in str(done.exception)
