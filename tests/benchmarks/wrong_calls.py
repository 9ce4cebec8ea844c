"""Of the rationales that each filter chooses where tools err, how many hold a call that tools without errors answer otherwise.

Run as `python tests/benchmarks/wrong_calls.py NOISY CLEAN`: two runs of the same questions and the same draws up to `build`, one
with tools that err and one without, such as seed 0 of the experiments `noise` and `texts`.
"""

import argparse
from pathlib import Path

from vpd.distill.checks import read_policy
from vpd.distill.records import Rationale, Teaches
from vpd.distill.run_directory import RunDirectory
from vpd.distill.stages import examples_under
from vpd.engine.record import sha256_of
from vpd.engine.records import Trace

POLICIES = ("reasons", "paper", "none")


def calls_of(trace: Trace) -> str:
    """One digest of what was asked of which tools, and what they gave."""
    return sha256_of([call.model_dump(mode="json", include={"tool", "arguments", "result"}) for call in trace.calls])


def main() -> None:
    """A line for each filter."""
    parser = argparse.ArgumentParser()
    parser.add_argument("noisy", type=Path)
    parser.add_argument("clean", type=Path)
    given = parser.parse_args()
    with RunDirectory(given.clean) as run:
        clean = {(trace.program, trace.image_sha256): calls_of(trace) for trace in run.read(Trace)}
    with RunDirectory(given.noisy) as run:
        noisy = {trace.id: ((trace.program, trace.image_sha256), calls_of(trace)) for trace in run.read(Trace)}
        told = {rationale.id: noisy[rationale.trace] for rationale in run.read(Rationale)}
        for name in POLICIES:
            examples = examples_under(run, read_policy(name))
            taught = [told[one.rationale] for one in examples if one.teaches is Teaches.RATIONALE and one.rationale]
            wrong = sum(clean[key] != calls for key, calls in taught)
            print(f"{name:8} {len(taught):6} rationales, {100 * wrong / len(taught):5.1f} % with a call that was wrong")


if __name__ == "__main__":
    main()
