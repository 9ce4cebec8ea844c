"""The part of a report that says who answers how well, with every difference and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from vpd.distill.comparison import Contender, say_margin
from vpd.distill.report.charts import Bar, bar_chart
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.table import html_table
from vpd.distill.report.tables import difference_table, headline_table, mean_table, seed_table
from vpd.distill.report.wording import plain_name
from vpd.distill.summary import Summary

__all__ = ["Said", "sentences", "show_accuracy", "show_seeds"]

COLOURS = {"distilled student": "winner", "control: student taught answers only": "rival"}
"""The two rows that the whole is about stand out from their like."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on one difference."""

    text: str
    shows: str
    """`gain`, `loss` or `none`."""


def sentences(found: Summary) -> list[Said]:
    """For each split what the difference between the first pair of arms shows."""
    names = [f"{name} student" if name != "control" else name for name in found.pair]
    said = []
    for each in found.differences(*found.pair):
        estimate = each.estimate
        if estimate is not None:
            shows = "none" if estimate.holds_zero else "gain" if estimate.value > 0 else "loss"
            start = f"Over {len(found.runs)} seeds: " if len(found.runs) > 1 else ""
            said.append(Said(start + say_margin(plain_name(each.split), estimate, first=names[0], second=names[1]), shows))
    return said


def show_accuracy(found: Summary) -> list[Part]:
    """Sentences, charts, the table, and the paired differences; means over the seeds where there are several runs."""
    if not found.rows:
        return [element("p", "Nothing was evaluated on a held-out split yet.", class_="quiet")]
    said = [element("li", each.text, class_=each.shows) for each in sentences(found)]
    none = element("p", f"No split was answered by both {' and '.join(found.pair)}.", class_="quiet")
    figures = [show_chart(found.rows, split) for split in found.splits if any(split in row.shares for row in found.rows)]
    differences = mean_table(found) if len(found.runs) > 1 else difference_table(found.compared, 0, "Paired differences")
    return [
        element("ul", *said, class_="says") if said else none,
        element("div", *figures, class_="charts"),
        html_table(headline_table(found), titled=False),
        html_table(differences) if differences is not None else element("p", "There are no two arms to compare.", class_="quiet"),
    ]


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


def show_seeds(found: Summary) -> list[Part]:
    """The first pair's margin of every seed, and all paired tests of every run, folded."""
    parts: list[Part] = [html_table(seed_table(found))]
    for place, run in enumerate(found.runs):
        table = difference_table(found.compared, place, f"Paired differences, {run.name}, seed {run.seed}")
        if table is not None:
            summary = element("summary", f"all paired differences of {run.name}, seed {run.seed}")
            parts.append(element("details", summary, html_table(table, titled=False)))
    return parts
