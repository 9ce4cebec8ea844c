"""A summary on the terminal: answers, what the differences show, yield."""

from rich.console import Console
from rich.markup import escape

from vpd.distill.report.accuracy import sentences
from vpd.distill.report.table import rich_table
from vpd.distill.report.tables import difference_table, headline_table, mean_table, yield_table
from vpd.distill.summary import Summary
from vpd.engine.characters import plain_text

__all__ = ["print_summary"]


def print_summary(console: Console, found: Summary) -> None:
    """Tables and sentences; of several runs the means over their seeds."""
    console.print(rich_table(headline_table(found)))
    for said in sentences(found):
        console.print(escape(plain_text(said.text)))
    differences = mean_table(found) if len(found.runs) > 1 else difference_table(found.compared, 0, "Paired differences")
    if differences is not None:
        console.print(rich_table(differences))
    console.print(rich_table(yield_table(found.yields), brief=True))
