"""The plan of an experiment, kept beside its runs, so that a report knows which arms were compared and how they differ."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from vpd.distill.errors import RunError
from vpd.distill.experiment import Experiment
from vpd.distill.run_directory import write_text

__all__ = ["PLAN", "read_plan", "write_plan"]

PLAN = "experiment.json"


def write_plan(top: Path, plan: Experiment) -> None:
    """Keep a plan in the folder that holds the runs of its seeds."""
    write_text(top / PLAN, plan.model_dump_json(indent=1) + "\n")


def read_plan(runs: Sequence[Path]) -> Experiment | None:
    """The plan beside runs that lie side by side; None where there is none. Raises `RunError` where it cannot be read."""
    tops = {run.resolve().parent for run in runs}
    path = min(tops) / PLAN if len(tops) == 1 else None
    if path is None or not path.exists():
        return None
    try:
        return Experiment.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        said = str(error).splitlines()[0]
        message = f"{path} cannot be read as an experiment ({said}); move it away, and the report does without"
        raise RunError(message) from error
