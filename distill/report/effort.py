"""The part of a report that sets accuracy against what it took: compute, and labelled pictures."""

from collections.abc import Callable

from vpd.distill.report.kinds import arms_of
from vpd.distill.report.marks import arm_order, legend
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.plane import Across, Dot, Series, plane_chart, say_dot
from vpd.distill.report.table import MISSING, Cell, Row, Table, html_table
from vpd.distill.report.wording import plain_name
from vpd.distill.statistics import Estimate
from vpd.distill.summary import Summary, Taught

__all__ = ["say_compute", "show_effort", "taught_table"]

Reading = Callable[[Taught], float | None]


def show_effort(found: Summary) -> list[Part]:
    """Each arm as a point over its CPU time, arms of differing data size joined by lines, and the figures; empty without any."""
    table = taught_table(found)
    if table is None:
        return []
    arms = [name for name in arms_of(found) if any(each.arm == name for each in found.taught)]
    parts: list[Part] = [element("p", text) for text in say_compute(found)]
    compute = [figure for split in found.splits if (figure := compute_chart(found, split, arms)) is not None]
    if compute:
        note = "An arm's point stands at its CPU time, all seeds taken together; upright lines are 95 % intervals."
        parts += [legend(arms), element("div", *compute, class_="charts"), element("p", note, class_="quiet")]
    sizes = [figure for split in found.splits if (figure := size_chart(found, split)) is not None]
    if sizes:
        names = arm_order([some[-1] for some in found.sizes], found.pair)
        note = "A line joins arms that differ in nothing but their share of the labelled training pictures."
        heading = element("h3", "Accuracy against labelled pictures")
        parts += [heading, legend(names), element("div", *sizes, class_="charts"), element("p", note, class_="quiet")]
    return [*parts, html_table(table)]


def say_compute(found: Summary) -> list[str]:
    """How the CPU times of the two arms compare that the whole is about; nothing where one is not known."""
    times = {each.arm: each.cpu_seconds for each in found.taught}
    first, second = (times.get(name) for name in found.pair)
    if not first or not second:
        return []
    mean = f", mean over {len(found.runs)} seeds" if len(found.runs) > 1 else ""
    names = f"Teaching {found.pair[0]} took {first:,.0f} CPU seconds{mean}, teaching {found.pair[1]} {second:,.0f}"
    return [f"{names}: {first / second:.2f} times as much."]


def shares_on(found: Summary, split: str) -> dict[str, Estimate]:
    """By arm the share of right answers without a rationale."""
    return {row.arm: row.shares[split] for row in found.rows if row.mode == "answer" and split in row.shares}


def compute_chart(found: Summary, split: str, arms: list[str]) -> Html | None:
    """Accuracy on a split against CPU seconds; None with fewer than two arms."""
    shares = shares_on(found, split)
    series = []
    for each in found.taught:
        if each.arm in arms and each.arm in shares and each.cpu_seconds is not None and each.steps is not None:
            where = f"{each.cpu_seconds:,.0f} CPU seconds, {each.steps:,.0f} steps"
            dot = Dot(each.cpu_seconds, shares[each.arm], say_dot(each.arm, shares[each.arm], where))
            series.append(Series([dot], arms.index(each.arm)))
    if len(series) < 2:
        return None
    title = f"{plain_name(split)}: right answers against CPU time"
    return element("figure", element("figcaption", title), plane_chart(series, Across("CPU seconds"), title))


def size_chart(found: Summary, split: str) -> Html | None:
    """Accuracy on a split against labelled pictures; None where no line has two points."""
    shares = shares_on(found, split)
    taught = {each.arm: each for each in found.taught}
    series = []
    order = arm_order([some[-1] for some in found.sizes], found.pair)
    for arms in found.sizes:
        dots = []
        for arm in arms:
            seen = taught[arm].labelled if arm in taught else None
            if seen is not None and arm in shares:
                dots.append(Dot(seen, shares[arm], say_dot(arm, shares[arm], f"{seen:,.0f} pictures")))
        series.append(Series(dots, order.index(arms[-1]), joined=True))
    if all(len(each.dots) < 2 for each in series):
        return None
    title = f"{plain_name(split)}: right answers against labelled pictures"
    return element("figure", element("figcaption", title), plane_chart(series, Across("labelled training pictures"), title))


def taught_table(found: Summary) -> Table | None:
    """What the teaching of every arm took; None where nothing was written down."""
    if not found.taught:
        return None
    readings: tuple[tuple[str, Reading], ...] = (
        ("labelled pictures", lambda each: each.labelled),
        ("steps", lambda each: each.steps),
        ("CPU seconds", lambda each: each.cpu_seconds),
    )
    rows = tuple(Row((Cell(each.arm), *(count_cell(read(each)) for _, read in readings))) for each in found.taught)
    many = len(found.runs) > 1
    note = (
        "CPU seconds are of the process that taught the arm, over all its threads. Time on a GPU is not in them, nor are the "
        "base student, which all arms share, the programs and the tests. How many pictures an arm saw is known where the plan of "
        "the experiment lies beside its runs."
    )
    title = f"What teaching took{f', mean over {len(found.runs)} seeds' if many else ''}"
    return Table(title, (Cell("arm"), *(Cell(name) for name, _ in readings)), rows, note)


def count_cell(value: float | None) -> Cell:
    """A count, or that there is none."""
    return MISSING if value is None else Cell(f"{value:,.0f}")
