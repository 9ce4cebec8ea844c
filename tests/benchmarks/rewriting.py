"""How many drafts of a language model say nothing but what a trace shows, and what rewriting takes.

python tests/benchmarks/rewriting.py runs/demo/seed-0 --writer local/qwen2.5-coder-0.5b --count 60

Rewrites so many of the rationales that the run's policy teaches, program by program as the stage does it, and then, with the
model loaded anew, the same in an order drawn at random. None is kept.
"""

import argparse
import os
import platform
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from vpd.distill.checks.policy import read_policy
from vpd.distill.grid import Grid
from vpd.distill.rationales.rewriting import Rewriter
from vpd.distill.rationales.template import TEMPLATE
from vpd.distill.rationales.writing import Telling, write_by_template
from vpd.distill.run_directory import RunDirectory
from vpd.distill.select import chosen
from vpd.engine.completers import open_completer
from vpd.engine.records import Question


@dataclass
class Tally:
    """What came of rewriting."""

    drafts: Counter[int] = field(default_factory=Counter)
    """Rationales by the number of drafts that they took; 0 where none was founded."""
    faults: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    """Of those that were rewritten, by writer."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def tellings_of(run: RunDirectory, count: int) -> list[Telling]:
    """So many of what the run's policy teaches, by the smallest ids of their questions, in the order of their programs."""
    questions = {question.id: question for question in run.read(Question) if question.split == "train"}
    found = [
        Telling(questions[question], candidate.trace, candidate.verdict)
        for question, candidates in sorted(chosen(run, read_policy(run.settings.policy)).items())
        if question in questions
        for candidate in candidates
    ]
    return sorted(found[:count], key=lambda each: (each.question.text, each.trace.source))


def rewrite_all(tellings: list[Telling], writer: str, grid: Grid) -> Tally:
    """Rewrite one after the other. The clock starts with the second, when the model is loaded and the prompts' start is read."""
    tally = Tally()
    with open_completer(writer, cache=None) as completer:
        rewriter = Rewriter(completer)
        for number, telling in enumerate(tellings):
            begun, cpu = time.perf_counter(), time.process_time()
            rewritten = rewriter.rewrite(*telling, grid)
            if number:
                tally.seconds += time.perf_counter() - begun
                tally.cpu_seconds += time.process_time() - cpu
            for _, faults in rewritten.refused:
                tally.faults[faults[0].partition(":")[0]] += 1
            tally.drafts[0 if rewritten.rationale is None else len(rewritten.refused) + 1] += 1
            if rewritten.rationale is not None:
                tally.words["rewritten"] += len(rewritten.rationale.text.split())
                tally.words[TEMPLATE] += len(write_by_template(telling, grid).text.split())
    return tally


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--writer", default="local/qwen2.5-coder-0.5b")
    parser.add_argument("--count", type=int, default=60)
    given = parser.parse_args()
    run = RunDirectory(given.run)
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    tellings = tellings_of(run, given.count)
    found = rewrite_all(tellings, given.writer, grid)
    told = len(tellings) - found.drafts[0]
    first = found.drafts[1]
    print(f"{given.writer}: of {len(tellings)} rationales {first} founded at the first draft, {told} within three")
    print("why drafts were refused:", ", ".join(f"{fault} {count}" for fault, count in found.faults.most_common()) or "none was")
    if told:
        print(f"words: {found.words['rewritten'] / told:.1f} rewritten, {found.words[TEMPLATE] / told:.1f} by the template")
    Random(0).shuffle(tellings)
    beside = rewrite_all(tellings, given.writer, grid)
    for order, tally in (("program by program", found), ("in an order drawn at random", beside)):
        ratio = tally.seconds / found.seconds
        took, busy = (total / (len(tellings) - 1) for total in (tally.seconds, tally.cpu_seconds))
        print(f"{order}: {took:.2f} s, {busy:.2f} processor seconds a rationale; {ratio:.2f} of the first")
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load}")


if __name__ == "__main__":
    main()
