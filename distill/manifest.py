"""What a run holds, file by file, with all that is needed to make it again and to doubt it."""

import hashlib
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from vpd.distill.records import TrainingExample, Verdict
from vpd.distill.run_directory import FILES, RunDirectory, write_text
from vpd.engine.records import Program, Trace

__all__ = ["counted", "described", "spent_on", "versions", "write_manifest"]

PACKAGES = (
    "visual-program-distillation",
    "RestrictedPython",
    "litellm",
    "opencv-python-headless",
    "torch",
    "transformers",
    "xllamacpp",
)


def write_manifest(run: RunDirectory, extra: dict[str, Any] | None = None) -> None:
    """Write `manifest.json`: counts, costs, files with their digests, versions, machine, and what the caller adds."""
    programs = run.read(Program)
    manifest: dict[str, Any] = {
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "counts": {
            "programs": len(programs),
            "distinct programs": len({program.source_sha256 for program in programs}),
            "recorded draws": sum(program.replayed for program in programs),
            "outcomes": counted(verdict.outcome.value for verdict in run.read(Verdict)),
            "failures": counted(f"{trace.failure.stage}: {trace.failure.kind}" for trace in run.read(Trace) if trace.failure),
            "examples": counted(example.teaches.value for example in run.read(TrainingExample)),
        },
        "language model": spent_on(programs),
        "versions": versions(),
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "files": {name: described(run.file(kind)) for kind, name in FILES.items() if run.file(kind).exists()},
        **(extra or {}),
    }
    write_text(run.path / "manifest.json", json.dumps(manifest, indent=2) + "\n")


def spent_on(programs: Sequence[Program]) -> dict[str, int | float]:
    """Tokens, seconds and US dollars of the draws."""
    return {
        "prompt tokens": sum(program.prompt_tokens for program in programs),
        "completion tokens": sum(program.completion_tokens for program in programs),
        "seconds": round(sum(program.seconds for program in programs), 1),
        "cost in dollars": sum(program.cost for program in programs if program.cost is not None),
        "draws of unknown cost": sum(program.cost is None for program in programs),
    }


def versions() -> dict[str, str | None]:
    """Releases of Python and of the packages that can change a record; None of one that is not installed."""
    return {"python": platform.python_version(), **{name: installed(name) for name in PACKAGES}}


def counted(items: Any) -> dict[str, int]:
    """How often each comes, the most frequent first."""
    return dict(Counter(items).most_common())


def installed(name: str) -> str | None:
    """The installed release of a distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def described(path: Path) -> dict[str, Any]:
    """Size in bytes and digest of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
