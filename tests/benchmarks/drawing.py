"""How fast a local language model writes programs, by completions at once and threads: tokens a second, and a processor second.

Run as `python tests/benchmarks/drawing.py`, with `--texts N` for so many questions after the first, `--llm local/NAME`, and
`--ways SLOTS:THREADS ...` for other settings. The prompts are the demo's, five draws each. A model is loaded anew for each way;
what reading the first prompt takes, once a slot, is told apart. All ways are told beside the first.
"""

import argparse
import os
import platform
import time
from dataclasses import dataclass

from vpd.distill.scenes import DatasetSettings
from vpd.distill.scenes.scene import Split
from vpd.distill.stages import prompts_for
from vpd.engine.local_model import LocalCompleter, LocalSettings
from vpd.engine.records import Prompt
from vpd.engine.sample import Sampling, draw_programs
from vpd.tools.toolsets import open_toolset

DRAWS = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """What one way took."""

    read: float
    """Seconds from the first request until every slot has read the start of the prompts, and written one program."""
    tokens: int
    seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        return f"{self.tokens / self.seconds:7.1f} a second, {self.tokens / self.cpu_seconds:6.1f} a processor second"


def measure(model: str, settings: LocalSettings, prompts: list[tuple[str, Prompt]]) -> Pace:
    """Draw for the first prompt once a slot, then for the others."""
    sampling = Sampling(temperature=0.5, max_tokens=320, seed=0)
    with LocalCompleter(model, settings=settings) as completer:
        begun = time.perf_counter()
        for _ in draw_programs(prompts[:1], completer, sampling, settings.slots):
            pass
        read, cpu = time.perf_counter(), time.process_time()
        tokens = sum(program.completion_tokens or 0 for program in draw_programs(prompts[1:], completer, sampling, DRAWS))
        return Pace(read - begun, tokens, time.perf_counter() - read, time.process_time() - cpu)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--llm", default="local/qwen2.5-coder-0.5b")
    parser.add_argument("--texts", type=int, default=4)
    parser.add_argument("--ways", nargs="+", default=["1:1", "1:2", "4:1", "4:2"])
    given = parser.parse_args()
    texts = [ask.text for ask in DatasetSettings(train_questions=64).pool(Split.TRAIN)][: 1 + given.texts]
    prompts = list(prompts_for(texts, open_toolset("scenes")))
    first: Pace | None = None
    for way in given.ways:
        slots, threads = map(int, way.split(":"))
        pace = measure(given.llm, LocalSettings(slots=slots, threads=threads), prompts)
        first = first or pace
        ratio = (pace.tokens / pace.seconds) / (first.tokens / first.seconds)
        print(f"{slots} at once, {threads} threads: {pace}; {ratio:.2f} of the first way; {pace.read:.0f} s to begin", flush=True)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{given.llm} on {platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load}")


if __name__ == "__main__":
    main()
