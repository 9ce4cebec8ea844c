"""Wall time a question: a student asked in batches against one question at a time.

python tests/benchmarks/student_asking.py
"""

import os
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from vpd.distill.records import Outcome
from vpd.distill.scenes import DatasetSettings, make_scenes, read_questions
from vpd.distill.student import Mode, TinySettings, build_tiny_student, predict
from vpd.engine.records import Question
from vpd.prompts.tasks import ask_for_answer, ask_for_rationale

SAID = 32
"""Tokens said to each question at most: a student of random weights seldom stops by itself."""


def judge(_question: Question, _answer: str) -> Outcome:
    """Speed alone is asked for."""
    return Outcome.UNKNOWN


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_scenes(folder / "scenes", DatasetSettings(train_images=32, test_images=0))
        questions = read_questions(folder / "scenes")
        texts = [ask(question.text) for question in questions for ask in (ask_for_answer, ask_for_rationale)]
        build_tiny_student(texts, folder / "student", TinySettings())
        print(f"{len(questions)} questions, at most {SAID} tokens each, one thread")
        for batch in (1, 8, 64):
            started = time.perf_counter()
            told = list(predict(folder / "student", questions, Mode.EXPLAIN, judge, arm="tiny", batch=batch, longest=SAID))
            print(f"  batches of {batch:<4}{1000 * (time.perf_counter() - started) / len(told):8.1f} ms a question")


if __name__ == "__main__":
    main()
