"""The part of a report that shows what confidence is worth: precision against coverage, wherever labels are known."""

from collections.abc import Sequence

from vpd.distill.checks.coverage import Point, calibration_error, curve, reliability, thinned
from vpd.distill.report.marks import MOST, legend
from vpd.distill.report.markup import Part, element
from vpd.distill.report.plane import Across, Dot, Series, plane_chart, say_dot
from vpd.distill.report.table import Cell, Row, Table, html_table
from vpd.distill.report.wording import percent
from vpd.distill.summary import Summary

__all__ = ["coverage_table", "show_confidence"]

MOST_POINTS = 40
"""Of one curve in the drawing."""
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Coverages that the table tells the nearest points of."""


def show_confidence(found: Summary) -> list[Part]:
    """Curves and table; empty where nobody said how sure they were of an answer whose label is known."""
    table = coverage_table(found)
    if table is None:
        return []
    names = list(found.votes)[:MOST]
    series = []
    for place, name in enumerate(names):
        dots = [
            Dot(100 * point.coverage, point.precision, say_dot(name, point.precision, f"at least {point.least:.2f} sure"))
            for point in thinned(curve(found.votes[name]), MOST_POINTS)
        ]
        series.append(Series(dots, place, joined=True, banded=True))
    title = "Right answers among the surest, against how many of all questions they are"
    chart = plane_chart(series, Across("questions covered", 100.0, "%"), title, said="right of those kept, %")
    left_out = list(found.votes)[MOST:]
    return [
        legend(names),
        element("figure", element("figcaption", title), chart),
        element("p", f"Not drawn for want of room: {', '.join(left_out)}.", class_="quiet") if left_out else None,
        html_table(table, titled=False),
    ]


def coverage_table(found: Summary) -> Table | None:
    """For everyone who says how sure they are, precision near some coverages, and how far the confidence can be believed."""
    if not found.votes:
        return None
    heads = ("who", "covered, %", "kept", "least confidence", "right, % (95 % interval)", "calibration error")
    rows = []
    for name, votes in found.votes.items():
        error = f"{calibration_error(reliability(votes)):.3f}"
        for place, point in enumerate(near(curve(votes))):
            share = point.precision
            right = f"{percent(share.value)} ({percent(share.low)} – {percent(share.high)})"
            kept = f"{point.kept} of {len(votes)}"
            cells = (name if place == 0 else "", percent(point.coverage), kept, f"{point.least:.2f}", right)
            rows.append(Row((*map(Cell, cells), Cell(error if place == 0 else "")), "group" if place == 0 else ""))
    note = (
        "How right the surest answers are, the more of all questions are kept; questions of equal confidence are kept or left "
        "together. Wilson's intervals take the questions of one picture as alike; those of one text, which share their programs, "
        "as independent, so the vote's are too narrow. Nobody who votes sees a label. The calibration error is the expected one "
        "over ten bins: how far confidence and share of right answers lie apart."
    )
    return Table("Right among the surest", tuple(map(Cell, heads)), tuple(rows), note)


def near(points: Sequence[Point]) -> list[Point]:
    """The points that lie nearest to the levels of the table, each once."""
    found = [min(points, key=lambda point: abs(point.coverage - level)) for level in LEVELS]
    return [point for place, point in enumerate(found) if point not in found[:place]]
