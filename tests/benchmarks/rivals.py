"""Programs beside language models that reason without them, over drawn scenes, with a local model.

Run as `python tests/benchmarks/rivals.py RUN_FOLDER`, with `--llm MODEL` (default the 1.5B one), `--pictures N`, `--limit N` and
`--draws K`. The folder is made and kept: the same command goes on where it was stopped. The same model writes the programs and
plays the rivals; the rivals are told the true listing of each picture, the programs look at pixels.
"""

import argparse
from pathlib import Path

from vpd.distill.caches import cache_folder
from vpd.distill.checks import read_policy
from vpd.distill.commands.console import following
from vpd.distill.commands.rivals import show_rows
from vpd.distill.rivals import compare
from vpd.distill.rivals.stage import ask_all, told_in, what_is_seen
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, SceneFiles, make_scenes, read_questions
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, judge, run_draws, sample
from vpd.engine.completers import Sampling, open_completer

SHOWN = 3
"""Rationales of each writer that are printed."""


def main() -> None:
    """All writers, one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--llm", default="local/qwen2.5-coder-1.5b")
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--draws", type=int, default=5)
    given = parser.parse_args()
    scenes = given.folder / "scenes"
    make_scenes(scenes, DatasetSettings(train_images=given.pictures, test_images=0))
    settings = RunSettings(llm=given.llm, draws=given.draws)
    with (
        RunDirectory(given.folder / "run", settings) as run,
        open_completer(given.llm, cache=cache_folder("draws")) as completer,
    ):
        add_questions(run, read_questions(scenes))
        with following("programs", None) as advance:
            sample(run, completer, advance)
        with following("runs", None) as advance:
            run_draws(run, advance, cache=cache_folder("results"), share=16)
        with following("judged", None) as advance:
            judge(run, advance)
        asking = what_is_seen(run, SceneFiles.of(scenes).scenes, given.limit)
        sampling = Sampling(temperature=settings.temperature, max_tokens=settings.max_tokens, seed=settings.draw_seed)
        with following("rivals", None) as advance:
            ask_all(run, (), asking, completer, sampling, advance)
        told = told_in(run, asking, completer.model, sampling)
        rows = compare(run, told, [read_policy("reasons"), read_policy("none")], [question for _, question in asking.asked])
    show_rows(rows)
    for row in rows:
        print(f"\n{row.name}")
        for entry in row.entries[:SHOWN]:
            print(f"  {entry.question} [{entry.outcome}] {entry.text}")
            print(f"    unfounded: {'; '.join(entry.unfounded) or 'nothing'}")


if __name__ == "__main__":
    main()
