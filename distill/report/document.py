"""The whole report of one run, or of several that differ by their seed, in one HTML file."""

from collections.abc import Sequence
from pathlib import Path

from vpd.distill.comparison import average_margin, held_out_splits, margin
from vpd.distill.report.accuracy import PAIRS, show_accuracy, show_seeds
from vpd.distill.report.examples import show_examples
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.origin import show_origin
from vpd.distill.report.page import page
from vpd.distill.report.programs import all_asked, show_fates, show_paces, show_yields
from vpd.distill.report.wording import interval, percent, plain_name, points, signed
from vpd.distill.run_directory import write_text
from vpd.distill.run_files import RunRecords
from vpd.distill.statistics import Estimate
from vpd.distill.yields import yield_rows

__all__ = ["render_report", "write_page"]


def render_report(runs: Sequence[RunRecords], *, examples: int = 10, pairs: Sequence[tuple[str, str]] = ()) -> str:
    """The report as one page. `pairs` names the arms whose difference is told; by default those of the demo.

    Raises `ValueError` where there is no run.
    """
    if not runs:
        message = "a report needs at least one run"
        raise ValueError(message)
    sections: list[tuple[str, str, list[Part]]] = [
        ("accuracy", "Who answers how well", show_accuracy(runs, pairs or PAIRS)),
        ("yield", "What more draws buy", show_yields(runs)),
        ("programs", "What became of the programs", show_fates(runs)),
        ("time", "Time for a question", show_paces(runs)),
        ("traces", "Example traces", show_examples(runs, examples)),
        ("origin", "How this was made", show_origin(runs)),
    ]
    if len(runs) > 1:
        sections.insert(1, ("seeds", "Seed by seed", show_seeds(runs, pairs or PAIRS)))
    title = "Visual Program Distillation"
    what = f"run {runs[0].name}" if len(runs) == 1 else f"{len(runs)} runs, one seed each"
    body: list[Part] = [
        element("header", element("h1", f"{title}: {what}"), show_lede(), show_tiles(runs), show_contents(sections)),
        *(element("section", element("h2", heading), *parts, id=name) for name, heading, parts in sections),
    ]
    return page(f"{title}: {what}", body)


def write_page(path: Path, text: str) -> None:
    """Write a page whole or not at all. Raises `RunError` where the disk does not take it."""
    write_text(path, text)


def show_lede() -> Html:
    """What was done, for a reader who has never heard of it."""
    return element(
        "p",
        "A language model wrote short programs for questions about pictures. The programs ran, calling tools that look at "
        "pixels; those with a wrong answer were dropped, and the others were told in words. One small vision-language model, "
        "the distilled student, learnt from answers and these words; its twin, the control, from answers only.",
        class_="lede",
    )


def show_contents(sections: Sequence[tuple[str, str, list[Part]]]) -> Html:
    """Links to the sections."""
    return element("nav", *(element("a", heading, href=f"#{name}") for name, heading, _ in sections))


def show_tiles(runs: Sequence[RunRecords]) -> Html | None:
    """The few figures that a reader wants first."""
    tiles = [margin_tile(runs, split) for split in held_out_splits(runs[0])[:4]]
    tiles.append(yield_tile(runs))
    shown = [tile for tile in tiles if tile is not None]
    return element("div", *shown, class_="tiles") if shown else None


def tile(big: str, *words: str) -> Html:
    """A figure with a few words below."""
    return element("div", element("b", big), *(element("span", line) for line in words), class_="tile")


def margin_tile(runs: Sequence[RunRecords], split: str) -> Html | None:
    """The distilled student's margin on a split."""
    margins = [margin(run, split) for run in runs]
    estimate: Estimate | None = average_margin(margins)
    if len(runs) == 1:
        estimate = margins[0].difference.estimate if margins[0] is not None else None
    if estimate is None:
        return None
    verdict = "no gain shown" if estimate.holds_zero else "distilled over control"
    where = f"{plain_name(split)}, {len(runs)} seeds" if len(runs) > 1 else plain_name(split)
    return tile(f"{signed(estimate.value)} points", f"{where}: {verdict}", f"95 % interval {interval(estimate)}")


def yield_tile(runs: Sequence[RunRecords]) -> Html | None:
    """The yield over all kinds with one draw and with all."""
    rows = yield_rows(all_asked(runs))
    if not rows:
        return None
    shares = rows[-1].shares
    words = f"questions with a right program: 1 draw, {len(shares)} draws"
    return tile(f"{percent(shares[0].value)} → {percent(shares[-1].value)} %", words, f"rise {points(rows[-1].rise)}")
