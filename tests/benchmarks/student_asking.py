"""Questions a second of CPU: a student asked in batches against one question at a time, in turns, with the same predictions.

    python tests/benchmarks/student_asking.py [rounds] [questions]

The student is a tiny one of random weights on one thread, which seldom stops by itself and so says as many tokens as it may. CPU
time is counted, so that whatever else the machine does weighs less; each round gives its own ratios. Loading the student does not
count, reading the pictures does.
"""

import os
import platform
import sys
import time
import warnings
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from vpd.distill.records import Outcome
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.student import Mode, TinySettings, build_tiny_student
from vpd.distill.student.predict import Opened, open_student, predictions
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale

SAID = {Mode.ANSWER: 4, Mode.EXPLAIN: 32}
"""Tokens said to each question."""
BATCHES = (1, 8, 32)


def judge(_question: Question, _answer: str) -> Outcome:
    """Speed alone is asked for."""
    return Outcome.UNKNOWN


def ask(opened: Opened, questions: list[Question], mode: Mode, batch: int) -> tuple[float, list[str]]:
    """CPU seconds a question, and the digests of what was said."""
    began = time.process_time()
    told = list(predictions(opened, questions, mode, judge, arm="tiny", batch=batch, longest=SAID[mode]))
    return (time.process_time() - began) / len(questions), [one.digest for one in told]


def measure(opened: Opened, questions: list[Question], mode: Mode, rounds: int) -> dict[int, list[float]]:
    """Seconds a question of each round, by batch. Raises where a batch changes a prediction."""
    _, alone = ask(opened, questions, mode, 1)  # texts are read as tokens once and for all
    taken: dict[int, list[float]] = {batch: [] for batch in BATCHES}
    for _ in range(rounds):
        for batch, seconds in taken.items():
            spent, said = ask(opened, questions, mode, batch)
            if said != alone:
                differing = sum(one != other for one, other in zip(said, alone, strict=True))
                message = f"batches of {batch} change {differing} of {len(alone)} predictions"
                raise AssertionError(message)
            seconds.append(spent)
    return taken


def main(rounds: int, count: int) -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_scenes(folder / "scenes", DatasetSettings(train_images=-(-count // 3), test_images=0))
        questions = read_questions(folder / "scenes")[:count]
        texts = [said(question.text) for question in questions for said in (ask_for_answer, ask_for_rationale)]
        build_tiny_student(texts, folder / "student", TinySettings())
        opened = open_student(folder / "student", "cpu")
        found = {mode: measure(opened, questions, mode, rounds) for mode in SAID}
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread used, load {load}")
    print(f"{len(questions)} questions, CPU time, median of {rounds} rounds, ratios round by round; the predictions are the same")
    for mode, taken in found.items():
        for batch, seconds in taken.items():
            ratios = sorted(one / other for one, other in zip(taken[1], seconds, strict=True))
            print(
                f"  {mode.value:<8} batches of {batch:<4}{1000 * median(seconds):8.1f} ms, {1 / median(seconds):7.1f} a second, "
                f"{median(ratios):5.1f} times as many as one by one ({ratios[0]:.1f} to {ratios[-1]:.1f})"
            )


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(given[0] if given else 3, given[1] if len(given) > 1 else 64)
