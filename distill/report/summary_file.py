"""A summary as files to keep: JSON for machines, and the page's tables as Markdown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vpd.distill.checks.coverage import curve, thinned
from vpd.distill.report.accuracy import sentences
from vpd.distill.report.confidence import coverage_table
from vpd.distill.report.effort import say_compute, taught_table
from vpd.distill.report.kinds import kind_tables
from vpd.distill.report.table import Table, markdown_table, markdown_text
from vpd.distill.report.tables import difference_table, headline_table, mean_table, seed_table, yield_table
from vpd.distill.run_directory import write_text
from vpd.distill.statistics import Estimate
from vpd.distill.summary import Summary
from vpd.engine.characters import plain_text

__all__ = ["as_json", "as_markdown", "write_summary"]

VERSION = 1
"""Of the form of the JSON file."""
MOST_POINTS = 100
"""Of one curve of coverage."""
PLACES = 6
"""After the point, of every number."""


def write_summary(path: Path, found: Summary) -> None:
    """JSON at a path, and Markdown beside it under the same name. Raises `RunError` where the disk does not take them."""
    write_text(path, as_json(found))
    write_text(path.with_suffix(".md"), as_markdown(found))


def as_json(found: Summary) -> str:
    """Lists of flat rows, each as good as a data frame; shares and differences in 0..1 and -1..1, null where not known."""
    held = {
        "version": VERSION,
        "about": found.about,
        "runs": [{"run": run.name, "seed": run.seed} for run in found.runs],
        "answers": list(answers(found)),
        "means": [
            {"name": row.name, "arm": row.arm or None, "mode": row.mode or None, "split": split, **share(each)}
            for row in (found.rows if len(found.runs) > 1 else ())
            for split, each in row.shares.items()
        ],
        "kinds": [
            {"arm": row.arm, "mode": row.mode, "split": split, "kind": kind, **share(each)}
            for split, rows in found.kinds.items()
            for row in rows
            for kind, each in row.shares.items()
        ],
        "differences": list(differences(found)),
        "mean_differences": [
            {"first": each.first, "second": each.second, "split": each.split, **share(each.mean.estimate, "difference")}
            | {"p": rounded(each.mean.p), "d": rounded(each.mean.effect)}
            for each in found.compared
            if each.mean is not None
        ],
        "taught": list(taught(found)),
        "yields": [
            {"kind": row.kind, "questions": row.questions, "texts": row.texts, "k": k, **share(each)}
            for row in found.yields
            for k, each in enumerate(row.shares, 1)
        ],
        "coverage": [
            {"who": who, "least": rounded(point.least), "kept": point.kept, "covered": rounded(point.coverage)}
            | share(point.precision)
            for who, votes in found.votes.items()
            for point in thinned(curve(votes), MOST_POINTS)
        ],
    }
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {in_lines(value)}" for name, value in held.items()) + "\n}\n"


def in_lines(value: Any) -> str:
    """The value as JSON, a list's rows on a line each: small, and fit to be compared line by line."""
    if not isinstance(value, list) or not value:
        return json.dumps(value, allow_nan=False)
    return "[\n" + ",\n".join(json.dumps(row, allow_nan=False) for row in value) + "\n]"


def answers(found: Summary) -> Iterator[dict[str, Any]]:
    """How many answers were right, for each way to answer, split and run."""
    for run, rows in zip(found.runs, found.by_run, strict=True):
        for row in rows:
            effort = run.efforts.get(row.arm)
            for split, each in row.shares.items():
                yield {
                    "name": row.name,
                    "arm": row.arm or None,
                    "mode": row.mode or None,
                    "split": split,
                    "run": run.name,
                    "seed": run.seed,
                    "right": round(each.value * each.count),
                    "of": each.count,
                    "low": rounded(each.low),
                    "high": rounded(each.high),
                    "cpu_seconds": rounded(effort.cpu_seconds) if effort is not None else None,
                    "steps": effort.steps if effort is not None else None,
                }


def differences(found: Summary) -> Iterator[dict[str, Any]]:
    """Every pair's difference, for each split and run."""
    for each in found.compared:
        for run, margin in zip(found.runs, each.by_run, strict=True):
            if margin is not None:
                told = margin.difference
                yield {
                    "first": each.first,
                    "second": each.second,
                    "split": each.split,
                    "run": run.name,
                    "seed": run.seed,
                    **share(told.estimate, "difference"),
                    "only_first": told.only_first,
                    "only_second": told.only_second,
                    "p": rounded(told.p),
                    "g": rounded(told.effect),
                }


def taught(found: Summary) -> Iterator[dict[str, Any]]:
    """What each arm's teaching took in each run."""
    for each in found.taught:
        for run, pictures, effort in zip(found.runs, each.pictures, each.efforts, strict=True):
            if effort is not None:
                yield {
                    "arm": each.arm,
                    "run": run.name,
                    "seed": run.seed,
                    "share": each.share,
                    "pictures": pictures,
                    "steps": effort.steps,
                    "cpu_seconds": rounded(effort.cpu_seconds),
                }


def share(estimate: Estimate, name: str = "share") -> dict[str, Any]:
    """A number, its interval, and how many things it was measured on."""
    bounds = {"low": rounded(estimate.low), "high": rounded(estimate.high), "count": estimate.count}
    return {name: rounded(estimate.value), **bounds}


def rounded(value: float | None) -> float | None:
    """To as many places as mean something."""
    return None if value is None else round(value, PLACES)


def as_markdown(found: Summary) -> str:
    """The sentences and every table of the page, but for example traces and what became of programs."""
    several = len(found.runs) > 1
    runs = ", ".join(f"{run.name} (seed {run.seed})" for run in found.runs)
    tables: list[Table | None] = [headline_table(found)]
    if several:
        tables += [mean_table(found), seed_table(found)]
    for place, run in enumerate(found.runs):
        title = f"Paired differences, {run.name}, seed {run.seed}" if several else "Paired differences"
        tables.append(difference_table(found.compared, place, title))
    tables += [taught_table(found), *kind_tables(found)]
    tables += [yield_table(found.yields) if found.yields else None, coverage_table(found)]
    said = "\n".join(f"- {markdown_text(text)}" for text in (*(each.text for each in sentences(found)), *say_compute(found)))
    about = markdown_text(found.about) if found.about else ""
    parts = [about, f"Runs: {markdown_text(runs)}.", said, *(markdown_table(table) for table in tables if table is not None)]
    return plain_text("\n\n".join(part.strip() for part in parts if part)) + "\n"
