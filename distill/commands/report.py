"""`vpd report` and `vpd view`: what runs found, and one trace, as HTML files."""

from pathlib import Path
from typing import Annotated

import typer

from vpd.distill.commands.console import results, say

__all__ = ["report", "view"]

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a run.", show_default=False)]
Folders = Annotated[
    list[Path], typer.Argument(metavar="RUN...", help="A run's directory, or several that differ by seed.", show_default=False)
]
ReportFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="The page; else report.html in the first run.")]
SummaryFile = Annotated[
    Path | None,
    typer.Option("--summary", metavar="FILE", help="The figures as JSON, beside it as Markdown; else summary.json by the page."),
]
LabelsFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A JSON Lines file of the same questions with labels that the runs hide."),
]
TraceFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="The page; else trace-ID.html in the run.")]


def report(
    runs: Folders,
    html: ReportFile = None,
    summary: SummaryFile = None,
    labels: LabelsFile = None,
    examples: Annotated[int, typer.Option(min=0, max=200)] = 10,
) -> None:
    """Tables on the terminal and a self-contained HTML report: accuracy, yield, failures, time, example traces.

    The same figures are written as JSON and as Markdown.
    """
    from vpd.distill.checks.hidden_labels import read_labels  # these load pydantic and numpy: not with --help
    from vpd.distill.plans import read_plan
    from vpd.distill.report import print_summary, render_report, write_page, write_summary
    from vpd.distill.run_files import read_run
    from vpd.distill.summary import summarise

    records = [read_run(folder) for folder in runs]
    asked = (each.question for run in records for each in run.asked)
    found = summarise(records, read_plan(runs), read_labels(labels, asked) if labels is not None else None)
    place = html if html is not None else runs[0] / "report.html"
    figures = summary if summary is not None else place.with_name("summary.json")
    if figures.suffix == ".md" or figures == place:
        raise typer.BadParameter(f"--summary names the JSON file; got {figures}")
    write_page(place, render_report(found, examples=examples))
    write_summary(figures, found)
    print_summary(results(), found)
    say(f"The report is in {place}, its figures in {figures} and {figures.with_suffix('.md').name}")


def view(
    run: Folder,
    trace: Annotated[str, typer.Argument(metavar="[TRACE]", help="A trace's id, or its start. Without it, ids are listed.")] = "",
    html: TraceFile = None,
) -> None:
    """One trace as an HTML page: picture with boxes, program, calls, steps, rationale and verdict."""
    from vpd.distill.report import render_trace, write_page
    from vpd.distill.report.examples import find_story, list_traces
    from vpd.distill.run_files import read_run

    records = read_run(run)
    if not trace:
        for line in list_traces(records):
            print(line)
        return
    story = find_story(records, trace)
    place = html if html is not None else run / f"trace-{story.trace.id}.html"
    write_page(place, render_trace(story))
    say(f"The trace is in {place}")
