"""CPU time of an optimiser step of 16 pictures, taken in one pass, in two and in four, on one thread.

    python tests/benchmarks/passes.py [rounds]

Rows are as uneven as the demo's: four questions a picture, two in five with a text as long as a rationale. A step's pictures come
up with the least text first, so that more passes are rows more alike; the gradient is the same. The ways take turns.
"""

import os
import platform
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from listed_scenes import make_examples
from vpd.distill.arms import is_told
from vpd.distill.scenes import DatasetSettings
from vpd.distill.student import TinySettings, TrainSettings, build_tiny_student, step_cost
from vpd.distill.student.load import quiet

PICTURES, TOLD, STEPS = 16, 0.4, 10
PASSES = (1, 2, 4)


def main(rounds: int) -> None:
    """Measure in turns, and print."""
    taken: dict[int, list[float]] = {passes: [] for passes in PASSES}
    with TemporaryDirectory() as name, quiet():
        folder = Path(name)
        examples = make_examples(folder / "scenes", DatasetSettings(train_images=PICTURES, test_images=0))
        examples = [example for example in examples if is_told(example, TOLD)]
        build_tiny_student([message.content for one in examples for message in one.messages], folder / "start", TinySettings())
        for _ in range(rounds):
            for passes in PASSES:
                settings = TrainSettings(pictures=PICTURES // passes, batch=PICTURES)
                taken[passes].append(step_cost(folder / "start", examples, settings, STEPS).cpu_seconds)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread used, load {load}")
    print(f"{len(examples)} examples a step; CPU seconds, median of {rounds} rounds of {STEPS} steps; ratios round by round")
    for passes, seconds in taken.items():
        ratios = sorted(one / other for one, other in zip(seconds, taken[1]))
        print(f"  {passes} passes {median(seconds):7.3f}   {median(ratios):5.2f} of one ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
