"""Counts as tables for a terminal."""

from vpd.distill.checks.policy import Policy
from vpd.distill.checks.tally import Tally
from vpd.distill.records import State

__all__ = ["show_tally"]


def show_tally(counts: Tally, policy: Policy) -> None:
    """Print what the checks say, and what the policy makes of it, to standard output."""
    from rich.console import Console  # rich loads with the first command that shows something
    from rich.table import Table

    table = Table(title=f"{counts.traces} traces of {counts.questions} training questions, under the policy {policy.name}")
    for name in ("check", "passed", "failed", "cannot tell", "asked for"):
        table.add_column(name, justify="left" if name == "check" else "right")
    grouped = {name for group in policy.one_of for name in group}
    for name, states in counts.states.items():
        asked = "yes" if name in policy.require else "one of" if name in grouped else ""
        table.add_row(name, *(str(states[state]) for state in (State.PASSED, State.FAILED, State.UNKNOWN)), asked)
    screen = Console()
    screen.print(table)
    screen.print(f"taught: {counts.accepted} traces of {counts.taught} questions")
    for name, count in counts.refused.most_common():
        screen.print(f"refused by {name}: {count}")
