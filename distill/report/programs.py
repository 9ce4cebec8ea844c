"""The parts of a report on the programs: what more draws buy, what became of them, what they cost, and how long it takes."""

from collections.abc import Sequence

from vpd.distill.fates import Drawing, Fate, count_outcomes, drawing, fates, paces
from vpd.distill.report.charts import Share, rise_chart, stacked_bar
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.plane import Across, Dot, Series, plane_chart, say_dot
from vpd.distill.report.table import html_table
from vpd.distill.report.tables import yield_table
from vpd.distill.report.wording import figure, kind_name, percent, points, seconds
from vpd.distill.run_files import RunRecords
from vpd.distill.yields import YieldRow
from vpd.engine.characters import shorten

__all__ = ["show_fates", "show_paces", "show_yields"]

COUNTED = (("tokens read", "prompt_tokens"), ("tokens written", "tokens"), ("memory, MiB", "memory_mib"))
"""What is told of a question beside its time, where it was counted, and the field of a `Pace` that holds it."""


def show_yields(rows: Sequence[YieldRow]) -> list[Part]:
    """Chart and table of the share of questions with a right program among the first k draws."""
    if not rows:
        return [element("p", "No program was judged against a known answer yet.", class_="quiet")]
    last = rows[-1]
    most = len(last.shares)
    title = f"Questions with a right program in percent: one draw (hollow) and {most} draws (full)"
    sentence = (
        f"Over all kinds, {percent(last.shares[0].value)} % of {last.questions} questions have a right program with one draw and "
        f"{percent(last.shares[-1].value)} % with {most}: a rise of {points(last.rise)} points."
    )
    chart = rise_chart([(kind_name(row.kind), row.shares[0], row.shares[-1]) for row in rows], title)
    figures = [element("figure", element("figcaption", title), chart), show_climb(last)]
    return [
        element("p", sentence),
        element("div", *figures, class_="charts"),
        html_table(yield_table(rows), titled=False),
    ]


def show_climb(row: YieldRow) -> Html | None:
    """One kind's yield at every k; None with two draws or fewer, where both ends say all."""
    if len(row.shares) < 3:
        return None
    title = f"{kind_name(row.kind)}: questions with a right program among k draws, in percent"
    dots = [Dot(k, share, say_dot(f"k = {k}", share, f"{row.texts} texts")) for k, share in enumerate(row.shares, 1)]
    across = Across("draws of each text, k", float(len(row.shares)))
    chart = plane_chart([Series(dots, 0, joined=True)], across, title, said="with a right program, %")
    return element("figure", element("figcaption", title), chart)


def show_fates(runs: Sequence[RunRecords]) -> list[Part]:
    """How draws ended, why runs failed, and what the draws cost; several runs are folded but for the first."""
    if len(runs) == 1:
        return show_run_fates(runs[0])
    return [
        element("details", element("summary", f"{run.name}, seed {run.seed}"), *show_run_fates(run), open=place == 0)
        for place, run in enumerate(runs)
    ]


def show_run_fates(run: RunRecords) -> list[Part]:
    """How one run's draws ended."""
    found = fates(run)
    if not found:
        return [element("p", "No program was drawn yet.", class_="quiet")]
    totals = count_outcomes(found)
    total = sum(totals.values())
    shares = [
        Share("not judged" if outcome is None else str(outcome), count, "unknown" if outcome is None else str(outcome))
        for outcome, count in totals.items()
    ]
    title = f"What became of {total} pairs of a draw and a question"
    legend = [
        element("li", swatch(each.colour), f"{each.name}: {each.count} ({percent(each.count / total)} %)") for each in shares
    ]
    bar = element("figure", element("figcaption", title), stacked_bar(shares, title), element("ul", *legend, class_="legend"))
    return [bar, show_details([each for each in found if each.detail], total), show_drawing(drawing(run))]


def show_details(found: Sequence[Fate], total: int) -> list[Part]:
    """The ways to fail with their counts, the most frequent twenty."""
    if not found:
        return []
    rows = [
        element(
            "tr",
            element("td", shorten(each.detail, 100)),
            element("td", each.count, class_="num"),
            element("td", f"{percent(each.count / total)} %", class_="num"),
        )
        for each in sorted(found, key=lambda each: -each.count)[:20]
    ]
    heads = (
        element("th", name, class_="num" if name != "failed, by stage and kind" else None)
        for name in ("failed, by stage and kind", "pairs", "of all")
    )
    more = element("p", f"{len(found) - 20} rarer ways are left out.", class_="quiet") if len(found) > 20 else None
    return [element("table", element("tr", *heads), *rows), more]


def swatch(colour: str) -> Html:
    """A square of a chart's colour."""
    return element(
        "svg", element("rect", width=12, height=12, rx=2, class_=f"bar {colour}"), viewBox="0 0 12 12", aria_hidden="true"
    )


def show_drawing(found: Drawing) -> Html:
    """Counts and cost of the draws."""
    if found.cost is None:
        cost = "not known for these models; a local model costs no money"
    else:
        cost = f"{found.cost:.4f} US dollars" + (f", without {found.unpriced} draws of unknown price" if found.unpriced else "")
    if found.replayed == 0:
        recorded = "no; every draw was made by the model in this run or in an earlier one on this machine"
    else:
        recorded = f"{found.replayed} of {found.draws} draws were recorded earlier and answered from a file"
    pairs = [
        ("language model", ", ".join(found.models)),
        ("sampling", "; ".join(found.samplings[:4])),
        ("draws", f"{found.draws} for {found.texts} distinct texts, asked as {found.questions} questions"),
        ("distinct programs", f"{found.programs}"),
        ("runs", f"{found.runs} of a program on a picture; draws of the same source share one"),
        ("tokens", f"{found.prompt_tokens:,} read, {found.completion_tokens:,} written"),
        ("cost", cost),
        ("recorded draws", recorded),
    ]
    return element("dl", *([element("dt", name), element("dd", shorten(value, 400))] for name, value in pairs))


def whole(value: float | None) -> str:
    """A count, or that there is none."""
    return "not measured" if value is None else f"{value:,.0f}"


def show_paces(runs: Sequence[RunRecords]) -> list[Part]:
    """Seconds a question, teacher and students."""
    rows = paces(runs)
    if not rows:
        return [element("p", "Nothing was timed yet.", class_="quiet")]
    counted = [(name, kind) for name, kind in COUNTED if any(getattr(row, kind) is not None for row in rows)]
    heads = ("who", "mean", "median", "questions", *(name for name, _ in counted))
    head = element("tr", *(element("th", name, class_="num" if place else None) for place, name in enumerate(heads)))
    body = [
        element(
            "tr",
            element("td", row.name),
            element("td", seconds(row.mean), class_="num"),
            element("td", seconds(row.middle), class_="num"),
            element("td", row.questions, class_="num"),
            *(element("td", whole(getattr(row, kind)), class_="num") for _, kind in counted),
        )
        for row in rows
    ]
    teacher = next((row for row in rows if row.name == "teacher: both"), None)
    student = next((row for row in rows if row.name == "distilled student"), None)
    sentence = None
    if teacher is not None and student is not None and teacher.mean > 0 and student.mean > 0:
        times = teacher.mean / student.mean
        sentence = element("p", f"The teacher's mean time for a question is {figure(times)} times the distilled student's.")
    note = (
        "Wall clock, without loading of models. The teacher's time is the sum over its draws and its distinct programs; draws "
        "that are written side by side wait for each other, so that the sum is an upper bound, and questions of one text share "
        "their draws. A student's time is the question's share of its batch. Draws from the cache have the time they took when "
        "they were made, on whatever load the machine then had."
    )
    if counted:
        note += (
            " Tokens are means for a question: a student's prompt counts those that stand for the picture. Memory is the most "
            "that the answering process held, on the GPU where it ran there, else resident; the programs' was not measured."
        )
    recorded = any(program.replayed for run in runs for program in run.programs)
    warning = "Draws were recorded earlier: writing them took no time here, and the time that is shown is the recording's."
    return [
        sentence,
        element("p", warning) if recorded else None,
        element("div", element("table", head, *body), class_="scroll"),
        element("p", note, class_="quiet"),
    ]
