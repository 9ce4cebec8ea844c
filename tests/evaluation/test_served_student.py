"""A student behind a server, asked over the wire, says what it says in process."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from vpd.distill.build import answer_example, turns
from vpd.distill.evaluation.served import ask_served
from vpd.distill.judging import judge_answer
from vpd.distill.records import Teaches
from vpd.distill.student import TrainSettings, train_student
from vpd.distill.student.predict import Mode, predict
from vpd.engine.completers import open_completer
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_rationale

pytestmark = pytest.mark.slow
for package in ("fastapi", "uvicorn"):
    pytest.importorskip(package, reason="transformers serve needs fastapi and uvicorn")


@pytest.fixture(scope="module")
def student(tiny: Path, questions: list[Question], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taught for long enough that it says something."""
    answers = [answer_example(question) for question in questions]
    reasons = [
        example.model_copy(update={"teaches": Teaches.RATIONALE, "messages": turns(ask_for_rationale(question.text), said)})
        for question, example in zip(questions, answers, strict=True)
        for said in (f"1 in all. So the answer is {question.answers[0]}.",)
    ]
    out = tmp_path_factory.mktemp("taught")
    train_student(tiny, [*answers, *reasons], out, TrainSettings(steps=80, pictures=4, batch=4, learning_rate=3e-3))
    return out / "student"


@pytest.fixture(scope="module")
def address(student: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where transformers' own server has the student."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(student), "--port", port, "--device", "cpu"]
    here = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=here) as server:
        try:
            for _ in range(300):
                assert server.poll() is None, log.read_text()[-3000:]
                if answers(f"http://127.0.0.1:{port}/health"):
                    break
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as said:
            return bool(said.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("mode", [Mode.ANSWER, Mode.EXPLAIN])
def test_a_served_student_says_what_it_says_in_process(
    address: str, student: Path, questions: list[Question], mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", address)
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    here = {one.question: one.text for one in predict(student, questions, mode, judge_answer, arm="here")}
    with open_completer(f"openai/{student}", cache=None) as completer:
        there = {one.question: one.text for one in ask_served(completer, questions, mode, judge_answer, arm="there", taught=True)}
    assert all(here.values())
    assert there == here
