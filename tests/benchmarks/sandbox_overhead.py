"""What the sandbox costs: programs, calls, deadlines and starts, beside engines with less or other isolation, in one run.

Run as `python tests/benchmarks/sandbox_overhead.py [seconds]`. The tools do nothing, so that all time is the engine's.
RestrictedPython, smolagents and pydantic-monty are measured where they are installed. On a busy machine trust the best.
"""

import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import count
from time import monotonic, perf_counter
from typing import Any

from vpd.engine.sandbox import Answered, Limits, Sandbox
from vpd.tools.box import Box
from vpd.tools.image import Image, ImageRef
from vpd.tools.tool import Tool, tool

SMALL = """\
dogs = find(image, "dog")
answer = len(dogs)
"""
MEDIUM = """\
people = find(image, "person")
muffins = find(image, "muffin")
if len(people) == 0:
    answer = "no people"
else:
    share = len(muffins) // len(people)
    names = []
    for i, person in enumerate(people + muffins):
        what = ask(person, "what is this?")
        names.append(f"{i}: {what}")
    answer = f"each gets {share}; " + ", ".join(names)
"""
LARGE = """\
def describe(row, word):
    texts = []
    for i, each in enumerate(row):
        if i % 2 == 0:
            texts.append(f"{word} {i}")
        else:
            texts.append(word.upper())
    return ", ".join(texts)

def spread(numbers):
    if not numbers:
        return 0
    low = min(numbers)
    high = max(numbers)
    return high - low

counts = {}
for name in ["cup", "plate", "fork", "knife", "spoon", "bowl"]:
    found = find(image, name)
    counts[name] = counts.get(name, 0) + len(found)
tables = find(image, "table")
colors = {}
for i, table in enumerate(tables):
    colors[f"table {i}"] = ask(table, "what color is it?")
order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
lines = []
for name, number in order:
    if number > 2:
        lines.append(f"{number} {name}s")
    elif number == 2:
        lines.append(f"a pair of {name}s")
    else:
        lines.append(f"one {name}")
numbers = [number for name, number in order if number > 0]
total = sum(numbers)
mean = total / len(numbers) if numbers else 0.0
widest = spread(numbers)
words = describe(tables, "table")
texts = [ask(table, "what is on it?") for table in tables]
short = [text for text in texts if len(text) < 40]
summary = "; ".join(lines)
if mean > 1:
    summary = summary + f"; mean {mean:.1f}"
if any("a" in text for text in short):
    summary += "; something lies there"
seen = set()
for text in texts:
    for word in text.split():
        seen.add(word.lower())
verdict = ask(image, f"Answer in one word. {summary}")
answer = {"summary": summary, "verdict": verdict, "counts": counts, "widest": widest, "seen": len(seen), "words": words}
"""
PROGRAMS = {"2 lines, 1 call": SMALL, "12 lines, 6 calls": MEDIUM, "56 lines, 12 calls": LARGE}
BOXES = [Box(10, 20, 30, 40, "thing", 0.9), Box(50, 20, 90, 80, "thing", 0.8)]


@tool
def find(image: Image, name: str) -> list[Box]:
    """Two boxes, whatever the name."""
    return BOXES


@tool
def ask(image: Image, question: str) -> str:
    """The same words, whatever the question."""
    return "a red thing"


TOOLS = {"find": find, "ask": ask}
PICTURE = Image(ImageRef("0" * 64, "nothing.png", 640, 480))
HANDLES = [1, 2]
"""What the other engines' tools give for boxes."""


def answer(called: Tool, arguments: dict[str, Any]) -> Answered:
    """Ask the tool."""
    return Answered(called.run(**arguments))


def find_plainly(image: Any, name: str) -> list[int]:
    """`find` for the other engines."""
    return HANDLES


def ask_plainly(image: Any, question: str) -> str:
    """`ask` for the other engines."""
    return "a red thing"


PLAIN_TOOLS: dict[str, Callable[..., Any]] = {"find": find_plainly, "ask": ask_plainly}


def timed(act: Callable[[], object], seconds: float) -> list[float]:
    """How long each call took, in milliseconds, for so many seconds."""
    for _ in range(3):
        act()
    times = []
    end = monotonic() + seconds
    while monotonic() < end:
        start = perf_counter()
        act()
        times.append((perf_counter() - start) * 1e3)
    return times


def row(name: str, times: list[float]) -> str:
    """One line of the table."""
    times = sorted(times)
    tail = times[int(len(times) * 0.99) - 1]
    return f"{name:44}{times[0]:9.3f}{statistics.median(times):9.3f}{tail:9.3f}{len(times):8}"


def engines() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Other ways to run a program that are installed; the first two are no isolation, and are here for scale."""

    def plain(source: str) -> object:
        names: dict[str, Any] = {"image": 0, "print": lambda *_: None, **PLAIN_TOOLS}
        exec(compile(source, "<plain>", "exec"), names)
        return names["answer"]

    yield "plain exec, no isolation", plain
    yield "RestrictedPython in process, a policy only", restricted
    try:
        from smolagents.local_python_executor import LocalPythonExecutor  # type: ignore[import-not-found, unused-ignore]  # as below
    except ImportError:
        pass
    else:

        def walk(source: str) -> object:
            executor = LocalPythonExecutor([], timeout_seconds=None)
            executor.send_tools(PLAIN_TOOLS)
            executor.send_variables({"image": 0})
            return executor(source + "\nanswer").output

        yield "smolagents' local executor, no boundary", walk
    try:
        import pydantic_monty  # type: ignore[import-not-found, unused-ignore]  # not among the requirements
    except ImportError:
        return
    with ExitStack() as stack:
        pool = stack.enter_context(pydantic_monty.Monty(min_processes=2))

        def monty(source: str) -> object:
            with pool.checkout() as session:
                return session.feed_run(source + "\nanswer", inputs={"image": 0}, external_lookup=PLAIN_TOOLS)

        yield "pydantic-monty, its own interpreter", monty


def restricted(source: str) -> object:
    """RestrictedPython with the plainest guards that run these programs."""
    from RestrictedPython import compile_restricted
    from RestrictedPython.PrintCollector import PrintCollector

    names: dict[str, Any] = {
        "__builtins__": {**vars(__import__("builtins"))},
        "_getattr_": getattr,
        "_getitem_": lambda value, key: value[key],
        "_getiter_": iter,
        "_iter_unpack_sequence_": lambda row, spec, getiter: row,
        "_unpack_sequence_": lambda row, spec, getiter: row,
        "_inplacevar_": lambda operator, old, new: old + new,
        "_write_": lambda value: value,
        "_print_": PrintCollector,
        "image": 0,
        **PLAIN_TOOLS,
    }
    exec(compile_restricted(source, "<restricted>", "exec"), names)
    return names["answer"]


def run_fresh(sandbox: Sandbox, source: str, numbers: Iterator[int]) -> object:
    """Run a program that was never seen before."""
    return sandbox.run(f"# {next(numbers)}\n{source}", PICTURE, TOOLS, answer)


def tell_latency(seconds: float) -> None:
    """One program after the other."""
    print(f"\n{'milliseconds a program, one at a time':44}{'best':>9}{'median':>9}{'99 %':>9}{'runs':>8}")
    with Sandbox() as sandbox:
        print(f"isolation reached: {sandbox.isolation}")
        for name, source in PROGRAMS.items():
            cold = timed(partial(run_fresh, sandbox, source, count()), seconds)
            print(row(f"sandbox, never seen before, {name}", cold))
            seen = timed(partial(sandbox.run, source, PICTURE, TOOLS, answer), seconds)
            print(row(f"sandbox, seen before, {name}", seen))
    with Sandbox(fork=False, ready=1) as spawning:
        print(row("sandbox without fork, 12 lines", timed(lambda: spawning.run(MEDIUM, PICTURE, TOOLS, answer), seconds)))
    for engine, act in engines():
        for name, source in PROGRAMS.items():
            try:
                print(row(f"{engine}: {name.split(',')[0]}", timed(partial(act, source), seconds / 2)))
            except Exception as error:  # noqa: BLE001  an engine that cannot run a program is told of, and the next is measured
                print(f"{engine}: {name}: {type(error).__name__}: {str(error)[:80]}")


def tell_throughput(seconds: float) -> None:
    """Two host threads, and one program over many pictures."""
    print(f"\n{'programs a second':44}{'':9}{'':9}")
    with Sandbox(ready=4) as sandbox, ThreadPoolExecutor(2) as pool:
        for name, source in PROGRAMS.items():
            done = [0, 0]
            end = monotonic() + seconds

            def work(place: int, source: str = source, done: list[int] = done, end: float = end) -> None:
                while monotonic() < end:
                    sandbox.run(source, PICTURE, TOOLS, answer)
                    done[place] += 1

            list(pool.map(work, range(2)))
            print(f"two threads, {name:31}{sum(done) / seconds:9.0f}")
        for share in (1, 64):
            for name, source in PROGRAMS.items():
                made = 0
                start = monotonic()
                for _ in sandbox.run_many(source, endless(start + seconds), TOOLS, answer, share=share):
                    made += 1
                print(f"run_many, share={share:<3} {name:24}{made / (monotonic() - start):9.0f}")


def endless(end: float) -> Iterator[Image]:
    """The same picture until then."""
    while monotonic() < end:
        yield PICTURE


def tell_parts(seconds: float) -> None:
    """A call, a start, a deadline, a check."""
    print(f"\n{'single parts, milliseconds':44}{'best':>9}{'median':>9}{'99 %':>9}{'runs':>8}")
    with Sandbox(Limits(calls=2_000)) as sandbox:
        calls = "for i in range({}):\n    ask(image, 'what?')\nanswer = 1"
        few = timed(lambda: sandbox.run(calls.format(1), PICTURE, TOOLS, answer), seconds)
        many = timed(lambda: sandbox.run(calls.format(501), PICTURE, TOOLS, answer), seconds)
        print(f"{'one more tool call, from 1 and 501 calls':44}{(min(many) - min(few)) / 500:9.4f}", end="")
        print(f"{(statistics.median(many) - statistics.median(few)) / 500:9.4f}")
        print(row("check a program of 56 lines", timed(lambda: sandbox.check(LARGE), seconds)))
    with Sandbox(Limits(program_seconds=0.2)) as sandbox:
        over = [
            each - 200 for each in timed(lambda: sandbox.run("while True: pass\nanswer = 1", PICTURE, TOOLS, answer), seconds * 2)
        ]
        print(row("beyond a deadline of 0.2 s", over))

    def start() -> None:
        with Sandbox(ready=1) as made:
            made.run(SMALL, PICTURE, TOOLS, answer)

    print(row("start, self-check and the first program", timed(start, seconds)))


def main() -> None:
    """Print everything."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} cores, ", end="")
    print(f"load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
    tell_latency(seconds)
    tell_throughput(seconds)
    tell_parts(seconds)


if __name__ == "__main__":
    main()
