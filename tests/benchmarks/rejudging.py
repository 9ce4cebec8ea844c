"""How long judging stored traces again takes: `python tests/benchmarks/rejudging.py [traces]`, 100,000 by default, on one core.

Makes a run of five programs a question over all kinds of answers, as JSON Lines on disk, then times three things in CPU seconds:
reading the traces, judging them, and writing the verdicts into a journal.
"""

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from vpd.distill.judging import JudgeSettings, judge_trace
from vpd.distill.records import Outcome, Verdict
from vpd.engine.journal import Journal, read_records
from vpd.engine.records import AnswerKind, Isolation, Question, ToolCall, Trace
from vpd.tools.image import ImageRef

PROGRAMS = 5
CALLS = 3
WORDS = ("red", "Dark red", "a dog", "The man's hat", "two", "left.", "on the table", "no")
LABELS: dict[AnswerKind, tuple[str, ...]] = {
    AnswerKind.YES_NO: ("yes",),
    AnswerKind.NUMBER: ("3",),
    AnswerKind.CHOICE: ("a dog",),
    AnswerKind.TEXT: ("red",),
    AnswerKind.SOFT: ("red", "red", "dark red", "Red", "a dog", "dogs", "the dog", "2", "two", "left"),
    AnswerKind.BOX: ("10 10 50 60",),
    AnswerKind.SET: ("dog", "cat"),
}


def answer_of(kind: AnswerKind, draws: random.Random) -> Any:
    """Something that a program may answer."""
    if kind is AnswerKind.BOX:
        return {"region": [draws.randint(0, 20), 10, 50, 60], "label": "dog", "score": 0.5}
    if kind is AnswerKind.SET:
        return draws.sample(["dog", "cat", "a bird"], 2)
    return draws.choice((*WORDS, True, False, 3, 3.0, "3 dogs", ["dog"], {"dog": 2}, None))


def made(traces: int) -> tuple[list[Question], list[Trace]]:
    """Questions, and the traces of their programs, one after the other."""
    draws = random.Random(0)
    questions, found = [], []
    kinds = list(LABELS)
    for number in range(traces // PROGRAMS):
        kind = kinds[number % len(kinds)]
        image = ImageRef(f"{number:064x}", f"{number}.png", 640, 480)
        choices = ("a dog", "red", "two", "left") if kind is AnswerKind.CHOICE else ()
        questions.append(
            Question(
                key=str(number),
                text=f"How many dogs are there in {number}?",
                image=image,
                kind=kind.value,
                answer_kind=kind,
                choices=choices,
                answers=LABELS[kind],
                source="made",
                split="train",
            )
        )
        for program in range(PROGRAMS):
            calls = tuple(
                ToolCall(number=call, line=call + 1, tool="find", arguments={"name": "dog"}, result=[{"region": [1, 2, 3, 4]}])
                for call in range(CALLS)
            )
            found.append(
                Trace(
                    program=f"{program:064x}",
                    source="def execute_command(image):\n    return len(image.find('dog'))\n",
                    image=image,
                    image_sha256=image.sha256,
                    tools=("find==1",),
                    isolation=Isolation.PROCESS,
                    calls=calls,
                    answer=answer_of(kind, draws),
                    seconds=0.1,
                )
            )
    return questions, found


def main(traces: int) -> None:
    """Make, time and print."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        questions, found = made(traces)
        (place / "traces.jsonl").write_text("".join(trace.to_line() + "\n" for trace in found), "utf-8")
        del found
        start = time.process_time()
        stored = list(read_records(place / "traces.jsonl", Trace))
        read = time.process_time()
        settings = JudgeSettings()
        verdicts = [judge_trace(questions[number // PROGRAMS], trace, settings) for number, trace in enumerate(stored)]
        judged = time.process_time()
        with Journal(place / "verdicts.jsonl", Verdict) as journal:
            for verdict in verdicts:
                journal.append(verdict)
        written = time.process_time()
    right = sum(verdict.outcome is Outcome.RIGHT for verdict in verdicts)
    print(f"{len(verdicts)} traces of {len(questions)} questions, {right} right")
    spent = {"reading": read - start, "judging": judged - read, "writing": written - judged, "all": written - start}
    print("CPU seconds:", ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
