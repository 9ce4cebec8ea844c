"""How many planted errors grounding finds, by kind, and how often it finds one where none was planted.

    python tests/benchmarks/grounding.py [pictures]

Rationales are the template's, of scenes that are drawn here and programs that are known to be right; the grids are those of two
students. Each rationale that has room for it gets one error of each kind.
"""

import importlib.util
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from vpd.distill.grid import open_grid
from vpd.distill.grounding import ground

SHOWN = 3
"""Errors of each kind that were missed, of which so many are printed."""


def main(pictures: int) -> None:
    """Print the table."""
    spec = importlib.util.spec_from_file_location("planting", Path(__file__).parents[1] / "grounding" / "planting.py")
    assert spec is not None and spec.loader is not None
    planting = importlib.util.module_from_spec(spec)
    sys.modules["planting"] = planting
    spec.loader.exec_module(planting)
    for name in ("cell-8", "pali"):
        grid = open_grid(name)
        with TemporaryDirectory() as folder:
            told = planting.tell_scenes(Path(folder), pictures, seed=11, grid=grid)
        rng = Random(5)
        planted: Counter[str] = Counter()
        found: Counter[str] = Counter()
        alarms, started = [], time.process_time()
        for one in told:
            clean = ground(one.rationale.text, one.trace, one.question, grid)
            if clean.unfounded:
                alarms.append((one.rationale.text, clean.lines))
            for kind, text in planting.plant(one, rng):
                planted[kind] += 1
                if ground(text, one.trace, one.question, grid).unfounded:
                    found[kind] += 1
                elif planted[kind] - found[kind] <= SHOWN:
                    print(f"missed, {kind}: {text}\n    of: {one.rationale.text}")
        spent = time.process_time() - started
        print(f"\nplaces on {grid.name}: {len(told)} rationales of right traces, {planted.total()} errors planted")
        for kind in planted:
            print(f"{kind:18} {found[kind]:5} of {planted[kind]:5} found, {100 * found[kind] / planted[kind]:.1f} %")
        print(f"{'all':18} {found.total():5} of {planted.total():5} found, {100 * found.total() / planted.total():.1f} %")
        print(f"{'false alarms':18} {len(alarms):5} of {len(told):5}, {100 * len(alarms) / len(told):.1f} %")
        print(f"{1000 * spent / (len(told) + planted.total()):.1f} ms of CPU a rationale\n")
        for text, lines in alarms[:SHOWN]:
            print(f"false alarm: {text}\n    {lines}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
