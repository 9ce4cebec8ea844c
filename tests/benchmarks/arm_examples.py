"""What each arm of an experiment is taught in one of its runs: how many answers, how many of them right, and rationales by kind.

python tests/benchmarks/arm_examples.py docs/experiments/ablations.toml runs/ablations/seed-0
"""

import argparse
from collections import Counter
from pathlib import Path

from vpd.distill.arms import examples_of
from vpd.distill.experiment import read_experiment
from vpd.distill.records import Teaches
from vpd.distill.run_directory import RunDirectory
from vpd.engine.records import Question


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plan", type=Path)
    parser.add_argument("run", type=Path)
    given = parser.parse_args()
    run = RunDirectory(given.run)
    labels = {question.id: question.answers for question in run.read(Question)}
    for arm in read_experiment(given.plan).arms:
        examples = examples_of(run, arm)
        answers = [each for each in examples if each.teaches is Teaches.ANSWER]
        right = sum(each.messages[-1].content in labels[each.question] for each in answers)
        rationales = Counter(each.kind for each in examples if each.teaches is Teaches.RATIONALE)
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(rationales.items())) or "none"
        told = f"{len(answers):,} answers, {right:,} of them right, {rationales.total():,} rationales"
        print(f"{arm.name}: {told} ({kinds})")


if __name__ == "__main__":
    main()
