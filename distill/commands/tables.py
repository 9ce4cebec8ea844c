"""Counts as tables for a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vpd.distill.checks.coverage import (
    Bin,
    Voted,
    calibration_error,
    cross_fitted,
    curve,
    reliability,
    rightness,
    thinned,
    unanimous,
)
from vpd.distill.checks.hidden_labels import HiddenLabels
from vpd.distill.checks.policy import Policy
from vpd.distill.checks.tally import Tally
from vpd.distill.commands.console import results
from vpd.distill.records import State
from vpd.distill.statistics import Estimate
from vpd.engine.records import Question

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_coverage", "show_stand_ins", "show_tally"]

ROWS = 12
"""Confidences that the table of coverage shows at most."""


def show_tally(counts: Tally, policy: Policy) -> None:
    """Print what the checks say, and what the policy makes of it, to standard output."""
    from rich.table import Table  # rich loads with the first command that shows something

    table = Table(title=f"{counts.traces} traces of {counts.questions} training questions, under the policy {policy.name}")
    columns = {"passed": State.PASSED, "failed": State.FAILED, "cannot tell": State.UNKNOWN}
    if any(states[State.UNCLEAR] for states in counts.states.values()):
        columns["unclear"] = State.UNCLEAR
    for name in ("check", *columns, "asked for"):
        table.add_column(name, justify="left" if name == "check" else "right")
    grouped = {name for group in policy.one_of for name in group}
    for name, states in counts.states.items():
        asked = "yes" if name in policy.require else "one of" if name in grouped else ""
        table.add_row(name, *(str(states[state]) for state in columns.values()), asked)
    screen = results()
    screen.print(table)
    screen.print(f"taught: {counts.accepted} traces of {counts.taught} questions")
    for name, count in counts.refused.most_common():
        screen.print(f"refused by {name}: {count}")


def show_stand_ins(answered: Sequence[tuple[Question, str]], labels: HiddenLabels) -> None:
    """Print how many answers of programs would be taught in a label's place, and how right they are by labels the run hides."""
    if not answered:
        return
    screen = results()
    screen.print(f"without a label, a program's answer taught in its place: {len(answered)} questions")
    right = rightness(answered, labels)
    if right is not None:
        share, interval = percent_of(right)
        screen.print(f"of these right by the labels given: {share} ({interval})")


def show_coverage(voted: Sequence[Voted]) -> None:
    """Print how right the programs' vote is the more of it is kept, and how far its confidence can be believed."""
    from rich.table import Table  # as above

    silent = sum(each.confidence < 0 for each in voted)
    screen = results()
    table = Table(title=f"The programs' vote on {len(voted)} training questions with labels; on {silent} no program answered")
    for name in ("least share", "questions", "covered", "right", "95 %"):
        table.add_column(name, justify="right")
    for point in thinned(curve(voted), ROWS):
        kept, covered = str(point.kept), f"{100 * point.coverage:.1f} %"
        table.add_row(f"{point.least:.2f}", kept, covered, *percent_of(point.precision))
    screen.print(table)
    for name, right in unanimous(voted).items():
        share, interval = percent_of(right)
        screen.print(f"no program against it, {name}: {share} right ({interval})")
    for title, votes in (
        ("the vote's share", voted),
        ("the calibrated share, on pictures it was not fitted on", cross_fitted(voted)),
    ):
        if rows := reliability(votes):
            show_reliability(title, rows, screen)


def show_reliability(title: str, rows: Sequence[Bin], screen: "Console") -> None:
    """Print how often votes of about one confidence are right, and the expected calibration error."""
    from rich.table import Table  # as above

    table = Table(title=f"How often right by {title}")
    for name in ("confidence", "mean", "questions", "right", "95 %"):
        table.add_column(name, justify="right")
    for each in rows:
        width, shown = f"{each.low:.1f} to {each.high:.1f}", percent_of(each.right)
        table.add_row(width, f"{each.confidence:.2f}", str(each.count), *shown)
    screen.print(table)
    screen.print(f"calibration error: {calibration_error(rows):.3f}")


def percent_of(estimate: Estimate) -> tuple[str, str]:
    """A share in percent, and its interval."""
    return f"{100 * estimate.value:.1f} %", f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
