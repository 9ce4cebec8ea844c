"""What a tool call costs on its way: asked anew, from memory, from disk, merged, batched; beside the raw cache and the ideal.

Run as `python tests/benchmarks/dispatch.py`. The tools do nothing or sleep, so that all other time is the dispatcher's.
"""

import os
import platform
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from vpd.engine.dispatch import Dispatcher
from vpd.engine.text_cache import TextCache
from vpd.tools import Box, Image, ImageRef, Tool, tool

IMAGE = Image(ImageRef("0" * 64, "a.png", 640, 480))
PROGRAMS, CALLS = 64, 8
FIXED, EACH = 0.020, 0.001
"""Seconds of a batch, and of each request in it."""


@tool
def find(image: Image, name: str) -> list[Box]:
    """Nothing to do."""
    return [Box(1, 2, 3, 4, name)]


def microseconds(run: Callable[[], object], times: int = 2000) -> float:
    """Median of one call."""
    spent = []
    for _ in range(times):
        start = perf_counter()
        run()
        spent.append(perf_counter() - start)
    return 1e6 * median(spent)


def single_calls(folder: Path) -> None:
    """One thread, one call after the other."""
    numbers = count()
    names = [f"thing {number}" for number in range(500)]
    with TextCache(folder / "raw") as raw:
        raw.set("key", "[[1, 2, 3, 4, 'dog', 1.0]]")
        read = microseconds(lambda: raw.get("key"))
    with Dispatcher() as dispatcher:
        cold = microseconds(lambda: dispatcher.answer(find, {"image": IMAGE, "name": f"n{next(numbers)}"}))
        warm = microseconds(lambda: dispatcher.answer(find, {"image": IMAGE, "name": "n0"}))
    with TextCache(folder / "disk") as cache, Dispatcher(cache) as dispatcher:
        fresh = iter(names)
        kept = microseconds(lambda: dispatcher.answer(find, {"image": IMAGE, "name": next(fresh)}), len(names))
    known = iter(names)
    with TextCache(folder / "disk") as cache, Dispatcher(cache) as dispatcher:
        disk = microseconds(lambda: dispatcher.answer(find, {"image": IMAGE, "name": next(known)}), len(names))
        assert dispatcher.tally.ran == 0
    print(f"{'call, tool that does nothing':42} {cold:8.1f} us")
    print(f"{'the same, kept on disk':42} {kept:8.1f} us")
    print(f"{'from memory':42} {warm:8.1f} us")
    print(f"{'from disk':42} {disk:8.1f} us   raw cache read {read:.1f} us")


def concurrent_programs(served: Tool) -> float:
    """Requests a second of many programs that call one tool again and again."""
    with Dispatcher() as dispatcher, ThreadPoolExecutor(PROGRAMS) as pool:
        start = perf_counter()

        def program(number: int) -> None:
            for call in range(CALLS):
                dispatcher.answer(served, {"number": number * CALLS + call})

        list(pool.map(program, range(PROGRAMS)))
        return PROGRAMS * CALLS / (perf_counter() - start)


def batches() -> None:
    """A tool with a fixed and an added cost, batched and not."""
    runs = []
    lock = threading.Lock()

    @tool(batch=16)
    def batched(number: list[int]) -> list[int]:
        """Sleep once for all."""
        with lock:
            runs.append(len(number))
        sleep(FIXED + EACH * len(number))
        return number

    @tool
    def alone(number: int) -> int:
        """Sleep for each."""
        sleep(FIXED + EACH)
        return number

    ideal = 16 / (FIXED + 16 * EACH)
    together = concurrent_programs(batched)
    one_by_one = concurrent_programs(alone)
    print(f"\n{PROGRAMS} programs at once, {CALLS} calls each; a batch of n takes {1e3 * FIXED:.0f} ms + n x {1e3 * EACH:.0f} ms")
    print(f"{'ideal, batches of 16':42} {ideal:8.1f} a second")
    share, mean = 100 * together / ideal, sum(runs) / len(runs)
    print(f"{'batched':42} {together:8.1f} a second, {share:.0f} % of the ideal, mean batch {mean:.1f}")
    print(f"{'one at a time':42} {one_by_one:8.1f} a second, batched is {together / one_by_one:.1f} times that")


def merged() -> None:
    """The same question by many programs at the same moment."""
    ran = []

    @tool
    def look(name: str) -> str:
        """Sleep a little."""
        ran.append(name)
        sleep(0.05)
        return name

    with Dispatcher() as dispatcher, ThreadPoolExecutor(PROGRAMS) as pool:
        list(pool.map(lambda _: dispatcher.answer(look, {"name": "dog"}), range(PROGRAMS)))
    print(f"\n{PROGRAMS} equal calls at once: the tool ran {len(ran)} time(s)")


if __name__ == "__main__":
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} cores, load {load}\n")
    with tempfile.TemporaryDirectory() as place:
        single_calls(Path(place))
    batches()
    merged()
