"""Filled sheets read back: what each writer gets by each criterion, and how far the raters agree."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.distill.rating.agreement import cohen_kappa, fleiss_kappa
from vpd.distill.rating.criteria import CRITERIA, Criterion
from vpd.distill.rating.sheet import KEYS
from vpd.distill.statistics import Estimate, effective_count, wilson

__all__ = ["Agreement", "Rating", "Standing", "agree", "read_key", "read_ratings", "stand"]

SAID = {"yes": True, "y": True, "1": True, "no": False, "n": False, "0": False}


@dataclass(frozen=True, slots=True)
class Rating:
    """What one rater said of one item; a criterion that is left open is missing."""

    rater: str
    item: str
    source: str
    question: str
    """Id."""
    said: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """One writer by one criterion."""

    source: str
    criterion: str
    share: Estimate
    """Of the ratings that are yes, with Wilson's interval, the ratings of one question taken as alike."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the raters agree on one criterion, over the items that all of them rated."""

    criterion: str
    raters: int
    items: int
    same: float
    """Share of items on which all say the same; NaN without items."""
    kappa: float
    """Cohen's for two raters, Fleiss's for more; NaN where it cannot be told."""


def read_key(run: Path) -> dict[str, dict[str, str]]:
    """Who wrote each item, from all sheets of a run. Raises `RunError` where there is none or a file is broken."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((run / KEYS).glob("*.json")):
        try:
            found.update(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read as a key ({error})"
            raise RunError(message) from error
    if not found:
        message = f"{run} has no sheet: make one with vpd rate {run} --out FILE"
        raise RunError(message)
    return found


def read_ratings(run: Path, tables: Sequence[Path]) -> list[Rating]:
    """The ratings of filled tables, one rater each, named by its file. Raises `RunError` that names file and line."""
    key = read_key(run)
    names = [path.stem for path in tables]
    if len(set(names)) < len(names):
        message = f"each rater's table needs a name of its own, got {', '.join(names)}"
        raise RunError(message)
    return [rating for path in tables for rating in read_table(path, key)]


def read_table(path: Path, key: Mapping[str, Mapping[str, str]]) -> list[Rating]:
    """One rater's."""
    found: dict[str, Rating] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            missing = {"item", *(criterion.name for criterion in CRITERIA)} - set(table.fieldnames or ())
            if missing:
                message = f"{path} is no sheet: it has no column {', '.join(sorted(missing))}"
                raise RunError(message)
            for row in table:
                item = (row["item"] or "").strip()
                if item not in key:
                    message = f"{path}, line {table.line_num}: item {item!r} is of no sheet of this run"
                    raise RunError(message)
                if item in found:
                    message = f"{path}, line {table.line_num}: item {item!r} comes twice"
                    raise RunError(message)
                said = {
                    criterion.name: value
                    for criterion in CRITERIA
                    if (value := read_cell(row[criterion.name], f"{path}, line {table.line_num}, {criterion.name}")) is not None
                }
                found[item] = Rating(path.stem, item, key[item]["source"], key[item]["question"], said)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read ({error})"
        raise RunError(message) from error
    return list(found.values())


def read_cell(cell: str | None, where: str) -> bool | None:
    """A criterion's cell; None where it is left open."""
    text = (cell or "").strip().lower()
    if text and text not in SAID:
        message = f"{where}: yes, no or nothing is expected, not {text!r}"
        raise RunError(message)
    return SAID.get(text)


def counts(rating: Rating, criterion: Criterion) -> bool:
    """Whether a rating says something of a criterion that applies."""
    return criterion.name in rating.said and (not criterion.needs or rating.said.get(criterion.needs) is True)


def stand(ratings: Sequence[Rating]) -> list[Standing]:
    """Every writer by every criterion, all raters together."""
    found = []
    for source in sorted({rating.source for rating in ratings}):
        for criterion in CRITERIA:
            some = [rating for rating in ratings if rating.source == source and counts(rating, criterion)]
            if some:
                share = sum(rating.said[criterion.name] for rating in some) / len(some)
                worth = effective_count([rating.question for rating in some])
                found.append(Standing(source, criterion.name, wilson(share, worth)))
    return found


def agree(ratings: Sequence[Rating]) -> list[Agreement]:
    """How far raters agree on each criterion; empty with one rater."""
    raters = sorted({rating.rater for rating in ratings})
    if len(raters) < 2:
        return []
    found = []
    for criterion in CRITERIA:
        said: dict[str, dict[str, bool]] = {}
        for rating in ratings:
            if counts(rating, criterion):
                said.setdefault(rating.item, {})[rating.rater] = rating.said[criterion.name]
        common = [row for row in said.values() if len(row) == len(raters)]
        same = sum(len(set(row.values())) == 1 for row in common) / len(common) if common else float("nan")
        found.append(Agreement(criterion.name, len(raters), len(common), same, kappa_of(common, raters)))
    return found


def kappa_of(common: Sequence[Mapping[str, bool]], raters: Sequence[str]) -> float:
    """Cohen's or Fleiss's, by the number of raters."""
    if len(raters) == 2:
        return cohen_kappa([row[raters[0]] for row in common], [row[raters[1]] for row in common])
    return fleiss_kappa([Counter("yes" if said else "no" for said in row.values()) for row in common])
