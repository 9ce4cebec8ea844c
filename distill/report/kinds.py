"""The part of a report that shows each student's profile: over the splits, and over the kinds of question of each split."""

from collections.abc import Sequence

from vpd.distill.comparison import Contender
from vpd.distill.report.marks import MOST, arm_order, legend
from vpd.distill.report.markup import Part, element
from vpd.distill.report.radar import Ring, radar_chart
from vpd.distill.report.table import Table, html_table
from vpd.distill.report.tables import share_table
from vpd.distill.report.wording import plain_name
from vpd.distill.summary import Summary

__all__ = ["kind_tables", "show_kinds"]

FEWEST = 3
"""Axes that make a radar."""


def show_kinds(found: Summary) -> list[Part]:
    """A radar over the splits and one over the kinds of each split, where there are three, with tables; empty without."""
    over_splits = [row for row in found.rows if row.role == "student"]
    drawn = [("splits", found.splits, over_splits), *((split, axes_of(rows), rows) for split, rows in found.kinds.items())]
    figures = []
    for title, axes, rows in drawn:
        rings = rings_of(found, rows, axes)
        if len(axes) >= FEWEST and rings:
            caption = "over the splits" if title == "splits" else f"{plain_name(title)}, by kind of question"
            chart = radar_chart(axes, rings, caption)
            figures.append(element("figure", element("figcaption", caption), chart))
    if not figures:
        return []
    names = arms_of(found)
    left_out = [name for name in [row.arm for row in over_splits if row.mode == "answer"] if name not in names]
    note = (
        "Right answers in percent, without a rationale; every axis goes from 0 in the middle to 100. What is drawn says nothing "
        "of how sure it is: intervals stand in the tables below and beside each sign. A student that was not asked on all axes "
        "is not drawn there."
    )
    if left_out:
        note += f" Not drawn for want of room: {', '.join(left_out)}."
    tables = [element("details", element("summary", each.title), html_table(each, titled=False)) for each in kind_tables(found)]
    return [legend(names), element("div", *figures, class_="charts"), element("p", note, class_="quiet"), *tables]


def arms_of(found: Summary) -> list[str]:
    """The arms that are drawn, in the order of their signs."""
    return arm_order([row.arm for row in found.rows if row.role == "student" and row.mode == "answer"], found.pair)[:MOST]


def axes_of(rows: Sequence[Contender]) -> list[str]:
    """The kinds that any student was asked."""
    return sorted({kind for row in rows for kind in row.shares})


def rings_of(found: Summary, rows: Sequence[Contender], axes: Sequence[str]) -> list[Ring]:
    """The students that were asked on every axis."""
    order = arms_of(found)
    return [
        Ring(row.arm, row.shares, order.index(row.arm))
        for row in rows
        if row.mode == "answer" and row.arm in order and all(axis in row.shares for axis in axes)
    ]


def kind_tables(found: Summary) -> list[Table]:
    """For each split the students by kind of question."""
    return [
        share_table(f"{plain_name(split)}, by kind of question: right answers in percent", rows, axes_of(rows), len(found.runs))
        for split, rows in found.kinds.items()
        if rows
    ]
