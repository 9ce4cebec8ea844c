"""What a summary says of answers, differences, seeds and draws, as tables."""

from collections.abc import Sequence
from itertools import groupby

from vpd.distill.comparison import Contender, Margin
from vpd.distill.report.table import MISSING, Cell, Row, Table
from vpd.distill.report.wording import interval, kind_name, percent, plain_name, points, signed
from vpd.distill.statistics import Estimate
from vpd.distill.summary import Compared, Summary
from vpd.distill.yields import ALL_KINDS, YieldRow

__all__ = ["difference_table", "headline_table", "mean_table", "say_effect", "seed_table", "share_table", "yield_table"]

WINNER = "distilled student"
TESTS = (
    "Both arms answered the same questions without a rationale. Intervals draw pictures again with replacement (percentile "
    "bootstrap, 10,000 rounds); p is McNemar's exact test, two-sided, not corrected for the number of rows; g is Cohen's: of the "
    "questions on which the two differ, the share that the first won, less a half (0.05 small, 0.15 medium, 0.25 large)."
)


def headline_table(found: Summary) -> Table:
    """Every way to answer on every held-out split."""
    return share_table("Right answers in percent", found.rows, found.splits, len(found.runs))


def share_table(title: str, rows: Sequence[Contender], parts: Sequence[str], seeds: int) -> Table:
    """Shares with their intervals, a row for each way to answer and a column for each part."""
    counts = {part: max((row.shares[part].count for row in rows if part in row.shares), default=0) for part in parts}
    how = "Wilson's, each question being one trial" if seeds == 1 else f"Student's t of the mean over {seeds} seeds"
    return Table(
        title=f"{title} (95 % interval){f', mean over {seeds} seeds' if seeds > 1 else ''}",
        heads=(Cell(""), *(Cell(plain_name(part), "" if seeds > 1 else f"n = {counts[part]}") for part in parts)),
        rows=tuple(
            Row(
                (Cell(row.name), *(share_cell(row.shares.get(part), counts[part]) for part in parts)),
                "winner" if row.name == WINNER else "",
            )
            for row in rows
        ),
        note=f"Right answers in percent with their 95 % intervals: {how}.",
    )


def share_cell(share: Estimate | None, count: int) -> Cell:
    """A share with its interval, and its own count where that is smaller than the column's."""
    if share is None:
        return MISSING
    fewer = f" · n = {share.count}" if share.count != count else ""
    return Cell(percent(share.value), f"{percent(max(0.0, share.low))} – {percent(min(1.0, share.high))}{fewer}")


def difference_table(compared: Sequence[Compared], place: int, title: str) -> Table | None:
    """Paired differences of the run at a place; None where it has none."""
    rows = []
    for pair, some in groupby(compared, lambda each: (each.first, each.second)):
        found = [margin for each in some if (margin := each.by_run[place]) is not None]
        names = [f"{pair[0]} − {pair[1]}", *[""] * len(found)]
        rows += [difference_row(name, margin) for name, margin in zip(names, found)]
    heads = ("difference", "split", "points (95 % interval)", "only first right", "only second right", "McNemar p", "g")
    return Table(title, tuple(map(Cell, heads)), tuple(rows), TESTS, names=2) if rows else None


def difference_row(name: str, margin: Margin) -> Row:
    """One split of a pair; the first of its pair names it."""
    difference = margin.difference
    counts = (str(difference.only_first), str(difference.only_second))
    cells = (
        name,
        plain_name(margin.split),
        points(difference.estimate),
        *counts,
        say_p(difference.p),
        say_effect(difference.effect),
    )
    return Row(tuple(map(Cell, cells)), "group" if name else "")


def mean_table(found: Summary) -> Table | None:
    """Differences over several seeds, tested with the seeds as the sample; None of a single run."""
    rows = []
    for pair, some in groupby(found.compared, lambda each: (each.first, each.second)):
        means = [(each.split, each.mean) for each in some if each.mean is not None]
        names = [f"{pair[0]} − {pair[1]}", *[""] * len(means)]
        for name, (split, mean) in zip(names, means):
            tests = (str(mean.estimate.count), say_p(mean.p), say_effect(mean.effect))
            cells = (name, plain_name(split), points(mean.estimate), *tests)
            rows.append(Row(tuple(map(Cell, cells)), "group" if name else ""))
    heads = ("difference", "split", "points (95 % interval)", "seeds", "t test p", "d")
    note = (
        "Answers without a rationale. The seeds are the sample: mean of the runs' differences with Student's t interval and the "
        "paired t test, two-sided, not corrected for the number of rows, so that it speaks of seeds that were not run too. d is "
        "Cohen's for paired differences: the mean in standard deviations of the seeds."
    )
    title = f"Differences over {len(found.runs)} seeds"
    return Table(title, tuple(map(Cell, heads)), tuple(rows), note, names=2) if rows else None


def seed_table(found: Summary) -> Table:
    """The margin of the first pair in every run, and their mean."""
    first, second = found.pair
    compared = {each.split: each for each in found.differences(first, second)}
    rows = []
    for place, run in enumerate(found.runs):
        margins = [each.by_run[place] if (each := compared.get(split)) is not None else None for split in found.splits]
        cells = (MISSING if each is None else estimate_cell(each.difference.estimate) for each in margins)
        rows.append(Row((Cell(run.name), Cell(run.seed), *cells)))
    means = [each.estimate if (each := compared.get(split)) is not None else None for split in found.splits]
    cells = (MISSING if each is None else estimate_cell(each) for each in means)
    rows.append(Row((Cell(f"mean of {first} − {second}"), Cell(""), *cells), "total"))
    return Table(
        title=f"{first} − {second}, run by run, in points",
        heads=(Cell("run"), Cell("seed"), *(Cell(plain_name(split)) for split in found.splits)),
        rows=tuple(rows),
        note="A run's interval draws its pictures again; the mean's is Student's t with the seeds as the sample.",
    )


def estimate_cell(estimate: Estimate) -> Cell:
    """A difference and its interval in points."""
    return Cell(signed(estimate.value), interval(estimate))


def yield_table(rows: Sequence[YieldRow]) -> Table:
    """Share of questions with a right program among the first k draws, by kind, with the rise in points."""
    most = len(rows[-1].shares) if rows else 0
    heads = ("kind", "questions", "texts", *(f"k = {k}" for k in range(1, most + 1)), "rise, points")
    note = (
        "For k below the number of draws the share is averaged over all orders of the draws (the unbiased pass@k estimate). "
        "A program is drawn for a text, so intervals count independent texts, not questions: Wilson's for shares, bootstrap "
        "over texts for the rise."
    )
    body = tuple(
        Row(
            (
                Cell(kind_name(row.kind)),
                Cell(str(row.questions)),
                Cell(str(row.texts)),
                *(Cell(percent(share.value), f"{percent(share.low)} – {percent(share.high)}") for share in row.shares),
                Cell(points(row.rise)),
            ),
            "total" if row.kind == ALL_KINDS else "",
        )
        for row in rows
    )
    return Table("Questions with a right program among k draws, in percent", tuple(map(Cell, heads)), body, note)


def say_p(p: float) -> str:
    """A probability as tests tell it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def say_effect(effect: float | None) -> str:
    """An effect size with its sign."""
    if effect is None:
        return "–"
    shown = f"{effect:+.2f}"
    return "+0.00" if shown == "-0.00" else shown.replace("-", "−")
