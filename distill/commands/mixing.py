"""`vpd mix` and `vpd trace-back`: one training set of several runs, and what stands behind any of its rows."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vpd.distill.commands.console import say

__all__ = ["mix", "trace_back"]


def mix(
    out: Annotated[Path, typer.Argument(help="The folder to write; whole or not at all.", metavar="OUT")],
    sources: Annotated[list[str], typer.Option("--from", metavar="RUN[:WEIGHT]", help="A run after build, or an earlier set.")],
    balance: Annotated[
        Literal["none", "kind", "answer", "both"], typer.Option(help="Leave out what outweighs the rest.")
    ] = "none",
    most: Annotated[int | None, typer.Option(help="Most questions of the set.")] = None,
    validation: Annotated[float, typer.Option(help="Share of the pictures to set aside as the split validation.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the choice and of the order.")] = 0,
    exclude_images: Annotated[
        list[Path] | None, typer.Option(metavar="FILE_OR_RUN", help="Pictures to keep out: a run, records, or lines of sha256.")
    ] = None,
    licence: Annotated[
        list[str] | None, typer.Option(metavar="DATA_SET=TEXT", help="A data set's licence, for the card; may be repeated.")
    ] = None,
    unlabelled: Annotated[bool, typer.Option(help="Leave people's answers out; short answers are the programs' own.")] = False,
    force: Annotated[bool, typer.Option(help="Replace the set that is at OUT.")] = False,
) -> None:
    """Gather the examples of several runs, by weight, into one set with a data card and a manifest."""
    from vpd.distill.errors import RunError  # the records and pydantic load with the first command that needs them
    from vpd.distill.mixing import MixSettings
    from vpd.distill.mixing import mix as mix_runs
    from vpd.distill.mixing.settings import read_source_choice

    settings = MixSettings.checked(
        sources=[read_source_choice(text) for text in sources],
        balance=balance,
        most=most,
        validation=validation,
        seed=seed,
        unlabelled=unlabelled,
    )
    licences = dict[str, str]()
    for text in licence or []:
        name, equals, terms = text.partition("=")
        if not equals or not terms.strip():
            message = f"--licence {text}: write DATA_SET=TEXT"
            raise RunError(message)
        licences[name.strip()] = terms.strip()
    done = mix_runs(out, settings, excluded=exclude_images or [], licences=licences, replace=force)
    for source, reasons in done.dropped.items():
        for reason, count in reasons.items():
            if count:
                say(f"{source}: {count} rows {reason.value}")
    counts = done.tally.as_counts()
    there = "" if done.made else " is there already, of the same settings and sources"
    held = f"{counts['rows']} rows, {counts['questions']} questions, {counts['pictures']} pictures"
    say(f"{out}{there}: {held}; see {out / 'card.md'}")


def trace_back(
    row: Annotated[str, typer.Argument(help="An example's id or its start; with --file, a line number from 1.", metavar="ROW")],
    source: Annotated[Path, typer.Option("--set", "--run", help="The set or the run that the row is of.", metavar="SET_OR_RUN")],
    file: Annotated[Path | None, typer.Option(help="An exported file or folder, whose row of that number is meant.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write a page with the picture.", metavar="FILE")] = None,
) -> None:
    """Show picture, prompt, draw, program, calls, verdict and rationale behind a row of training data."""
    from vpd.distill.export.back import row_id_in  # pydantic loads with the command
    from vpd.distill.report.origin_view import render_origin, tell_origin
    from vpd.distill.run_directory import write_text
    from vpd.distill.trace_back import find_origin

    origin = find_origin(row_id_in(file, row) if file is not None else row, source)
    print(tell_origin(origin), end="")
    if html is not None:
        write_text(html, render_origin(origin))
        say(f"The page is in {html}")
