"""The part of a report that says who answers how well, with every difference and its interval."""

from collections.abc import Sequence

from vpd.distill.comparison import (
    Contender,
    Margin,
    average,
    average_margin,
    contenders,
    held_out_splits,
    margin,
    say_margin,
)
from vpd.distill.report.charts import Bar, bar_chart
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.wording import percent, plain_name, points
from vpd.distill.run_files import RunRecords
from vpd.distill.statistics import Estimate

__all__ = ["PAIRS", "show_accuracy", "show_seeds"]

WINNER = "distilled student"
COLOURS = {WINNER: "winner", "control: student taught answers only": "rival"}
"""The two rows that the whole is about stand out from their like."""
Pairs = Sequence[tuple[str, str]]
PAIRS: Pairs = (
    ("distilled", "control"),
    ("distilled", "brief"),
    ("distilled", "paper"),
    ("distilled", "unfiltered"),
    ("unfiltered", "control"),
)
"""Arms whose difference is told: what rationales are worth at equal CPU time and at equal steps, what the checks of reasons and
what the whole filter is worth, and what rationales without it are."""


def show_accuracy(runs: Sequence[RunRecords], pairs: Pairs = PAIRS) -> list[Part]:
    """Sentences, charts, the table, and the paired differences; means over the seeds where there are several runs."""
    rows = contenders(runs[0]) if len(runs) == 1 else average([contenders(run) for run in runs])
    splits = held_out_splits(runs[0])
    if not rows:
        return [element("p", "Nothing was evaluated on a held-out split yet.", class_="quiet")]
    parts: list[Part] = [show_sentences(runs, splits, pairs[0])]
    figures = [show_chart(rows, split) for split in splits if any(split in row.shares for row in rows)]
    parts += [element("div", *figures, class_="charts"), show_table(rows, splits, seeds=len(runs))]
    if len(runs) == 1:
        parts.append(show_margins(runs[0], splits, pairs))
    return parts


def show_sentences(runs: Sequence[RunRecords], splits: Sequence[str], pair: tuple[str, str]) -> Html:
    """For each split what the difference between two arms shows."""
    first, second = (f"{name} student" if name != "control" else name for name in pair)
    items = []
    for split in splits:
        found = [margin(run, split, *pair) for run in runs]
        single = found[0].difference.estimate if len(runs) == 1 and found[0] is not None else None
        estimate = single if len(runs) == 1 else average_margin(found)
        if estimate is not None:
            sign = "none" if estimate.holds_zero else "gain" if estimate.value > 0 else "loss"
            start = f"Over {len(runs)} seeds: " if len(runs) > 1 else ""
            items.append(element("li", start + say_margin(plain_name(split), estimate, first=first, second=second), class_=sign))
    return element("ul", *items, class_="says") if items else element("p", "No split was answered by both arms.", class_="quiet")


def show_chart(rows: Sequence[Contender], split: str) -> Html:
    """The rows of one split as bars."""
    bars = [Bar(short_name(row.name), row.shares[split], COLOURS.get(row.name, row.role)) for row in rows if split in row.shares]
    title = f"{plain_name(split)}: right answers in percent"
    return element("figure", element("figcaption", title), bar_chart(bars, title))


def short_name(name: str) -> str:
    """The name as it fits beside a bar."""
    return {
        "most frequent answer of each kind": "most frequent answer",
        "control: student taught answers only": "control: answers only",
        "student distilled from unfiltered traces": "unfiltered traces",
        "student distilled from all right answers": "all right answers",
        "base student, before any question": "base student",
        "teacher: the programs' majority": "programs: majority",
        "teacher: any program right (oracle)": "programs: any right (oracle)",
        "distilled student, rationale first": "distilled, rationale first",
    }.get(name, name if len(name) <= 34 else name[:33] + "…")


def show_table(rows: Sequence[Contender], splits: Sequence[str], *, seeds: int) -> Html:
    """Every row on every split."""
    counts = {split: max((row.shares[split].count for row in rows if split in row.shares), default=0) for split in splits}
    heads = [
        element("th", plain_name(split), "" if seeds > 1 else [element("br"), f"n = {counts[split]}"], class_="num")
        for split in splits
    ]
    body = [
        element(
            "tr",
            element("td", row.name),
            *(show_cell(row.shares.get(split), counts[split]) for split in splits),
            class_="winner" if row.name == WINNER else None,
        )
        for row in rows
    ]
    kind = (
        f"mean over {seeds} seeds with Student's t interval" if seeds > 1 else "Wilson's interval, each question being one trial"
    )
    note = f"Right answers in percent, 95 % interval below ({kind})."
    return element(
        "div",
        element("table", element("tr", element("th", ""), *heads), *body),
        element("p", note, class_="quiet"),
        class_="scroll",
    )


def show_cell(estimate: Estimate | None, count: int) -> Html:
    """A share with its interval, and its own count where that is smaller than the column's."""
    if estimate is None:
        return element("td", element("span", "not measured", class_="quiet"), class_="num")
    fewer = f" · n = {estimate.count}" if estimate.count != count else ""
    interval = element("small", f"{percent(max(0.0, estimate.low))} – {percent(min(1.0, estimate.high))}{fewer}")
    return element("td", percent(estimate.value), interval, class_="num")


def show_margins(run: RunRecords, splits: Sequence[str], pairs: Pairs) -> Html:
    """Paired differences of one run."""
    rows: list[Part] = []
    for pair in pairs:
        found = [each for each in (margin(run, split, *pair) for split in splits) if each is not None]
        rows += [show_margin(each, is_first=place == 0) for place, each in enumerate(found)]
    heads = ("difference", "split", "points (95 % interval)", "only first right", "only second right", "McNemar p")
    head = element("tr", *(element("th", name, class_="num" if place > 1 else None) for place, name in enumerate(heads)))
    note = (
        "Both arms answered the same questions without a rationale. Intervals draw pictures again with replacement "
        "(percentile bootstrap, 10,000 rounds); p is McNemar's exact test, two-sided, not corrected for the number of rows."
    )
    if not rows:
        return element("p", "There are no two arms to compare.", class_="quiet")
    title = element("h3", "Paired differences")
    return element(
        "div", title, element("table", head, *rows, class_="pairs"), element("p", note, class_="quiet"), class_="scroll"
    )


def show_margin(found: Margin, *, is_first: bool) -> Html:
    """One row of the table of differences; the first of its pair names it."""
    difference = found.difference
    p = "< 0.001" if difference.p < 0.001 else f"{difference.p:.3f}"
    cells = (points(difference.estimate), difference.only_first, difference.only_second, p)
    names = (element("td", f"{found.first} − {found.second}" if is_first else ""), element("td", plain_name(found.split)))
    shown = (element("td", cell, class_="num") for cell in cells)
    return element("tr", *names, *shown, class_="group" if is_first else None)


def show_seeds(runs: Sequence[RunRecords], pairs: Pairs = PAIRS) -> list[Part]:
    """The margin of every seed on every split, their mean, and the means of the other differences."""
    splits = held_out_splits(runs[0])
    heads = ("run", "seed", *map(plain_name, splits))
    head = element("tr", *(element("th", name, class_="num" if place else None) for place, name in enumerate(heads)))
    rows: list[Part] = []
    for run in runs:
        found = [margin(run, split, *pairs[0]) for split in splits]
        texts = ["not measured" if each is None else points(each.difference.estimate) for each in found]
        rows.append(element("tr", element("td", run.name), *(element("td", text, class_="num") for text in (run.seed, *texts))))
    for first, second in pairs:
        means = [average_margin([margin(run, split, first, second) for run in runs]) for split in splits]
        if any(mean is not None for mean in means):
            texts = ["not measured" if mean is None else points(mean) for mean in means]
            cells = (element("td", text, class_="num") for text in ("", *texts))
            total = "total" if (first, second) == pairs[0] else None
            rows.append(element("tr", element("td", f"mean of {first} − {second}"), *cells, class_=total))
    note = (
        f"Runs: {pairs[0][0]} minus {pairs[0][1]}, answers without a rationale, in points. A run's interval draws its pictures "
        "again; a mean's is Student's t with the seeds as the sample, so it speaks of seeds that were not run too."
    )
    return [element("div", element("table", head, *rows), class_="scroll"), element("p", note, class_="quiet")]
