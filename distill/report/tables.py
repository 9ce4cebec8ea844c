"""The headline and the yield as tables for a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vpd.distill.comparison import average, average_margin, contenders, held_out_splits, margin, say_margin
from vpd.distill.report.markup import plain_text
from vpd.distill.report.programs import all_asked, kind_name
from vpd.distill.report.wording import percent, plain_name, points
from vpd.distill.run_files import RunRecords
from vpd.distill.statistics import Estimate
from vpd.distill.yields import YieldRow, yield_rows

__all__ = ["headline_table", "print_summary", "summary_sentences", "yield_table"]


def headline_table(runs: Sequence[RunRecords]) -> Table:
    """Right answers in percent with 95 % intervals, a row for each way to answer, a column for each held-out split."""
    splits = held_out_splits(runs[0])
    rows = contenders(runs[0]) if len(runs) == 1 else average([contenders(run) for run in runs])
    seeds = f", mean over {len(runs)} seeds" if len(runs) > 1 else ""
    table = Table(title=f"Right answers in percent (95 % interval){seeds}", title_justify="left")
    table.add_column("")
    for split in splits:
        table.add_column(escape(plain_name(split)), justify="right")
    for row in rows:
        cells = (show_share(row.shares.get(split)) for split in splits)
        table.add_row(escape(plain_text(row.name)), *cells, style="bold" if row.name == "distilled student" else None)
    return table


def show_share(estimate: Estimate | None) -> str:
    """A share with its interval."""
    if estimate is None:
        return "–"
    return f"{percent(estimate.value)} ({percent(max(0.0, estimate.low))}–{percent(min(1.0, estimate.high))})"


def yield_table(runs: Sequence[RunRecords]) -> Table:
    """Share of questions with a right program among the first k draws, in percent, by kind, with the rise in points."""
    rows = yield_rows(all_asked(runs))
    table = Table(title="Questions with a right program among k draws, in percent", title_justify="left")
    table.add_column("kind")
    table.add_column("questions", justify="right")
    for k in range(1, (len(rows[-1].shares) if rows else 0) + 1):
        table.add_column(f"k = {k}", justify="right")
    table.add_column("rise, points", justify="right")
    for row in rows:
        table.add_row(*yield_cells(row), style="bold" if row is rows[-1] else None)
    return table


def yield_cells(row: YieldRow) -> list[str]:
    """One kind's cells."""
    shares = (percent(share.value) for share in row.shares)
    return [escape(plain_text(kind_name(row.kind))), str(row.questions), *shares, points(row.rise)]


def summary_sentences(runs: Sequence[RunRecords]) -> list[str]:
    """For each held-out split what the difference between distilled student and control shows."""
    sentences = []
    for split in held_out_splits(runs[0]):
        margins = [margin(run, split) for run in runs]
        first = margins[0]
        single = first.difference.estimate if first is not None else None
        estimate = single if len(runs) == 1 else average_margin(margins)
        if estimate is not None:
            sentences.append(say_margin(plain_name(split), estimate))
    return sentences


def print_summary(console: Console, runs: Sequence[RunRecords]) -> None:
    """Both tables and the sentences."""
    console.print(headline_table(runs))
    for sentence in summary_sentences(runs):
        console.print(escape(plain_text(sentence)))
    console.print(yield_table(runs))
