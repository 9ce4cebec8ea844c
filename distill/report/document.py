"""The whole report of one run, or of several that differ by their seed, in one HTML file."""

from collections.abc import Sequence
from pathlib import Path

from vpd.distill.report.accuracy import show_accuracy, show_seeds
from vpd.distill.report.confidence import show_confidence
from vpd.distill.report.effort import show_effort
from vpd.distill.report.examples import show_examples
from vpd.distill.report.kinds import show_kinds
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.origin import show_origin
from vpd.distill.report.page import page
from vpd.distill.report.programs import show_fates, show_paces, show_yields
from vpd.distill.report.wording import interval, percent, plain_name, points, signed
from vpd.distill.run_directory import write_text
from vpd.distill.summary import Compared, Summary
from vpd.distill.yields import YieldRow

__all__ = ["render_report", "write_page"]


def render_report(found: Summary, *, examples: int = 10) -> str:
    """The report as one page, with so many example traces. Sections of which nothing is known are left out."""
    runs = found.runs
    sections: list[tuple[str, str, list[Part]]] = [
        ("accuracy", "Who answers how well", show_accuracy(found)),
        ("seeds", "Seed by seed", show_seeds(found) if len(runs) > 1 else []),
        ("kinds", "Where each student is strong", show_kinds(found)),
        ("compute", "What teaching took", show_effort(found)),
        ("yield", "What more draws buy", show_yields(found.yields)),
        ("confidence", "What confidence is worth", show_confidence(found)),
        ("programs", "What became of the programs", show_fates(runs)),
        ("time", "Time for a question", show_paces(runs)),
        ("traces", "Example traces", show_examples(runs, examples)),
        ("origin", "How this was made", show_origin(runs)),
    ]
    shown = [section for section in sections if section[2]]
    title = "Visual Program Distillation"
    what = f"run {runs[0].name}" if len(runs) == 1 else f"{len(runs)} runs, one seed each"
    about = element("p", found.about, class_="lede") if found.about else None
    body: list[Part] = [
        element("header", element("h1", f"{title}: {what}"), about, show_lede(), show_tiles(found), show_contents(shown)),
        *(element("section", element("h2", heading), *parts, id=name) for name, heading, parts in shown),
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


def show_tiles(found: Summary) -> Html | None:
    """The few figures that a reader wants first."""
    tiles = [margin_tile(each, len(found.runs)) for each in found.differences(*found.pair)[:4]]
    tiles.append(yield_tile(found.yields))
    shown = [tile for tile in tiles if tile is not None]
    return element("div", *shown, class_="tiles") if shown else None


def tile(big: str, *words: str) -> Html:
    """A figure with a few words below."""
    return element("div", element("b", big), *(element("span", line) for line in words), class_="tile")


def margin_tile(each: Compared, seeds: int) -> Html | None:
    """What the first arm gains over the second on a split."""
    estimate = each.estimate
    if estimate is None:
        return None
    verdict = "no gain shown" if estimate.holds_zero else f"{each.first} over {each.second}"
    where = f"{plain_name(each.split)}, {seeds} seeds" if seeds > 1 else plain_name(each.split)
    return tile(f"{signed(estimate.value)} points", f"{where}: {verdict}", f"95 % interval {interval(estimate)}")


def yield_tile(rows: Sequence[YieldRow]) -> Html | None:
    """The yield over all kinds with one draw and with all."""
    if not rows:
        return None
    shares = rows[-1].shares
    words = f"questions with a right program: 1 draw, {len(shares)} draws"
    return tile(f"{percent(shares[0].value)} → {percent(shares[-1].value)} %", words, f"rise {points(rows[-1].rise)}")
