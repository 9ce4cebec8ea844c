"""How many planted errors grounding finds, by kind, and how often it finds one where none was planted.

    python tests/benchmarks/grounding.py [pictures]

Rationales are the template's, of scenes that are drawn here and programs that are known to be right; the grids are those of two
students. Each rationale that has room for it gets one error of each kind. A last table changes single words of texts written by
hand.
"""

import importlib.util
import json
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import ModuleType

from PIL import Image as Picture

from vpd.distill.grid import open_grid
from vpd.distill.grounding import ground
from vpd.tools import read_image_ref

FOLDER = Path(__file__).parents[1] / "grounding"
SHOWN = 3
"""Errors of each kind that were missed, of which so many are printed."""


def load(name: str) -> ModuleType:
    """A module that lies beside the tests of grounding."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def change_free_words(planting: ModuleType) -> None:
    """Print how many changes of one word are found in true texts written by hand."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.png"
        Picture.new("RGB", (80, 80)).save(path)
        stories = load("conftest").make_stories(read_image_ref(path))
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    rows = [json.loads(line) for line in (FOLDER / "paraphrases.jsonl").read_text().splitlines()]
    for row in rows:
        question, trace = stories[row["about"]]
        is_true = row["wrong"] is None and "So the answer is" in row["text"]
        for kind, text in planting.change_words(row["text"]) if is_true else ():
            made[kind] += 1
            found[kind] += bool(ground(text, trace, question, open_grid("cell-8")).unfounded)
    print("\nsingle words changed in true texts written by hand")
    for kind in made:
        print(f"{kind:18} {found[kind]:5} of {made[kind]:5} found")
    print(f"{'all':18} {found.total():5} of {made.total():5} found, {100 * found.total() / made.total():.1f} %")


def main(pictures: int) -> None:
    """Print the tables."""
    planting = load("planting")
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
    change_free_words(planting)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
