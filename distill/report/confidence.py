"""The part of a report that shows what confidence is worth: precision against coverage, wherever labels are known."""

from collections.abc import Sequence

from vpd.distill.checks.coverage import Point, Voted, calibration_error, curve, reliability, thinned
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
"""Coverages of the table."""


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
    """For everyone who says how sure they are, precision at some coverages, and how far the confidence can be believed."""
    if not found.votes:
        return None
    heads = ("who", "questions", *(f"{100 * level:.0f} %" for level in LEVELS), "calibration error")
    rows = []
    for name, votes in found.votes.items():
        points = curve(votes)
        cells = (coverage_cell(nearest(points, level)) for level in LEVELS)
        rows.append(Row((Cell(name), Cell(str(len(votes))), *cells, Cell(f"{error_of(votes):.3f}"))))
    note = (
        "Right answers in percent among the surest of all questions, with Wilson's 95 % interval, the questions of one picture "
        "taken as alike; those of one text, which share their programs, are taken as independent, so the vote's intervals are "
        "too narrow. Questions of equal confidence are kept or left together, so how many were kept stands beside it; a dash "
        "stands where nothing near was. Nobody who votes sees a label. The calibration error is the expected one over ten bins: "
        "how far confidence and share of right answers lie apart."
    )
    return Table("Right among the surest, by share of questions covered", tuple(map(Cell, heads)), tuple(rows), note)


def nearest(points: Sequence[Point], level: float) -> Point | None:
    """The point that covers the most up to a level (with a hundredth to spare); None where even the first covers more, or where
    the last stays more than a tenth below."""
    within = [point for point in points if point.coverage <= level + 0.01]
    return within[-1] if within and within[-1].coverage > level - 0.1 else None


def coverage_cell(point: Point | None) -> Cell:
    """Precision with its interval and the coverage at which it was measured."""
    if point is None:
        return Cell("–")
    share = point.precision
    return Cell(percent(share.value), f"{percent(share.low)} – {percent(share.high)} · {percent(point.coverage)} % kept")


def error_of(votes: Sequence[Voted]) -> float:
    """How far the confidence is from the share of right ones."""
    return calibration_error(reliability(votes))
