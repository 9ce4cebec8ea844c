"""`vpd rate`: blind sheets of rationales for people, and what the filled ones say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vpd.distill.commands.console import results, say

if TYPE_CHECKING:
    from vpd.distill.rating.reading import Rating

__all__ = ["rate"]


def rate(
    directory: Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a sheet: a table (.csv) or a page (.html).")] = None,
    filled: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A rater's filled table; once for each rater.")
    ] = None,
    questions: Annotated[int, typer.Option(min=1, help="Questions on the sheet at most.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Of the questions drawn and their order.")] = 0,
) -> None:
    """Draw rationales for people to rate, without saying who wrote them; or read the filled tables."""
    from vpd.distill.errors import RunError  # these load pydantic: not with --help
    from vpd.distill.rating import keep_key, read_ratings, sample_items, sheet_csv, sheet_html
    from vpd.distill.run_directory import RunDirectory, write_text
    from vpd.distill.run_files import read_run

    if (out is None) == (not filled):
        message = "name either --out FILE, for a new sheet, or --filled FILE for each rater's table"
        raise RunError(message)
    if out is None:
        show(read_ratings(directory, filled or []))
        return
    if out.suffix not in (".csv", ".html"):
        message = f"a sheet is a .csv or an .html file, not {out.name}"
        raise RunError(message)
    with RunDirectory(directory) as run:
        groups = sample_items(read_run(run.path), questions, seed)
        write_text(out, sheet_csv(groups, seed) if out.suffix == ".csv" else sheet_html(groups, seed, run.path))
        key = keep_key(run.path, groups, seed)
    texts = sum(map(len, groups))
    say(f"{out} has {texts} texts on {len(groups)} questions; who wrote them is in {key}, which raters should not see")


def show(ratings: "list[Rating]") -> None:
    """Standings and agreement on standard output."""
    from rich.table import Table

    from vpd.distill.rating.reading import agree, stand

    table = Table(title=f"{len(ratings)} ratings by {len({rating.rater for rating in ratings})} raters")
    for name in ("writer", "criterion", "yes", "95 %", "worth"):
        table.add_column(name, justify="left" if name in ("writer", "criterion") else "right")
    for each in stand(ratings):
        share = each.share
        interval = f"{100 * share.low:.0f} to {100 * share.high:.0f}"
        table.add_row(each.source, each.criterion, f"{100 * share.value:.1f} %", interval, str(share.count))
    screen = results()
    screen.print(table)
    agreements = agree(ratings)
    if not agreements:
        screen.print("one rater: nothing is said of agreement")
        return
    table = Table(title=f"Agreement of {agreements[0].raters} raters")
    for name in ("criterion", "items", "all the same", "kappa"):
        table.add_column(name, justify="left" if name == "criterion" else "right")
    for one in agreements:
        same, kappa = (f"{100 * one.same:.1f} %", f"{one.kappa:.2f}") if one.items else ("", "")
        table.add_row(one.criterion, str(one.items), same, kappa.replace("nan", "not to be told"))
    screen.print(table)
