"""Differences between any two arms and ways of asking, of the shares that an experiment's figures hold for each seed.

    python tests/benchmarks/arm_differences.py docs/results/ablations.json distilled:explain wrong:explain
    python tests/benchmarks/arm_differences.py docs/results/rationales-first.json rationales-first every-rationale \\
        --of docs/results/texts.json
    python tests/benchmarks/arm_differences.py docs/results/rationales-first.json rationales-first control --without seed-0

An arm without a way is asked for its direct answers. The report of an experiment tells the pairs that its file compares, direct
answers alone; this reads all others from the same figures: the mean over the seeds in points, with Student's t interval. `--of`
takes the second arm from the figures of another experiment, with the same seeds; `--without` leaves a run out.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from vpd.distill.statistics import mean_over_seeds

SPLITS = ("plain", "unseen_pairs", "more_objects", "deeper")


def shares(answers: list[dict[str, Any]], arm: str, split: str) -> dict[str, float]:
    """Right answers in percent of one arm on one split, by run."""
    name, _, mode = arm.partition(":")
    rows = [row for row in answers if (row["arm"], row["mode"], row["split"]) == (name, mode or "answer", split)]
    return {row["run"]: 100 * row["right"] / row["of"] for row in rows}


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("figures", type=Path)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--of", type=Path, help="other figures, which hold the second arm")
    parser.add_argument("--without", help="a run that is left out, such as seed-0")
    given = parser.parse_args()
    sides = ((given.figures, given.first), (given.of or given.figures, given.second))
    for split in SPLITS:
        first, second = (shares(json.loads(path.read_text("utf-8"))["answers"], arm, split) for path, arm in sides)
        if not first or first.keys() != second.keys():
            parser.error(f"the runs of {given.first} and {given.second} on {split} are not the same, or there are none")
        found = mean_over_seeds([first[run] - second[run] for run in first if run != given.without])
        if found is None:
            parser.error("one seed says nothing of the spread")
        print(f"{split:<13} {found.value:+5.1f} ({found.low:+.1f} to {found.high:+.1f}), {found.count} seeds")


if __name__ == "__main__":
    main()
