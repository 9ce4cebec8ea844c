"""One trace as markup: the picture with what was found in it, the program, its calls and steps, the verdict and the rationale."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from vpd.distill.judging import read_answer
from vpd.distill.records import Rationale, Verdict
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.page import page
from vpd.distill.report.picture_view import Mark, show_picture
from vpd.distill.report.value_view import Budget, boxes_in, read_box, show_value
from vpd.engine.characters import plain_text, shorten
from vpd.engine.records import Failure, Program, Step, ToolCall, Trace
from vpd.tools.box import Box

__all__ = ["TraceStory", "render_trace", "show_trace"]

MOST_MARKS = 60
MOST_CALLS = 60
MOST_STEPS = 60
MOST_LINES = 200
LONGEST_LINE = 400
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class TraceStory:
    """A trace with whatever else is known of it."""

    question: str
    trace: Trace
    kind: str = ""
    program: Program | None = None
    verdict: Verdict | None = None
    rationale: Rationale | None = None
    folder: Path | None = None
    """Where relative paths of pictures start, besides the working directory."""


def render_trace(story: TraceStory) -> str:
    """A page of its own that holds all it shows."""
    return page(f"{shorten(story.question, 80)} · trace", [element("h1", "One program on one picture"), show_trace(story)])


def show_trace(story: TraceStory) -> Html:
    """The trace as one article, to stand in a page."""
    trace = story.trace
    answer = element("span", "gave no answer", class_="quiet") if trace.answer is None else show_value(trace.answer, Budget(20))
    heading = [
        element("h3", shorten(story.question, 300)),
        element(
            "p",
            badge(story.verdict),
            element("span", "answer ", answer) if trace.failure is None else element("span", show_failure(trace.failure)),
            expected(story.verdict),
            element("span", f"kind {story.kind}", class_="quiet") if story.kind else None,
            class_="facts",
        ),
    ]
    left = [show_picture(trace.image, marks_of(trace), folder=story.folder, alt=f"The picture of: {story.question}")]
    if story.rationale is not None:
        left.append(show_rationale(story.rationale))
    right = [
        show_program(trace),
        show_calls(trace),
        show_steps(trace.steps),
        show_printed(trace.printed),
        show_origin(story),
    ]
    body = element("div", element("div", *left, class_="left"), element("div", *right, class_="right"), class_="columns")
    return element("article", *heading, body, class_="trace")


def badge(verdict: Verdict | None) -> Html | None:
    """The outcome, in a word and a colour; nothing where nobody judged."""
    return None if verdict is None else element("span", verdict.outcome, class_=f"badge {verdict.outcome}")


def expected(verdict: Verdict | None) -> Html | None:
    """What people answered, where that is known."""
    if verdict is None or not verdict.expected:
        return None
    answers = list(dict.fromkeys(verdict.expected))
    shown = ", ".join(shorten(answer, 60) for answer in answers[:4]) + (f" … {len(answers) - 4} more" if len(answers) > 4 else "")
    return element("span", "expected ", element("b", shown))


def show_failure(failure: Failure) -> Html:
    """Why a run stopped."""
    where = f" in line {failure.line}" if failure.line is not None else ""
    words = f"{failure.stage}{where}: {shorten(failure.kind, 80)}: {shorten(failure.message, 300)}"
    return element("span", words, class_="failure")


def marks_of(trace: Trace) -> list[Mark]:
    """Every region that a shown call gave or was given, once, with the numbers of its calls; the whole picture is left out."""
    width, height = float(trace.image.width), float(trace.image.height)
    found: dict[tuple[int, ...], tuple[Box, dict[int, None]]] = {}
    for call in trace.calls[:MOST_CALLS]:
        for box in islice(boxes_in([call.result, call.arguments], width, height), MOST_MARKS):
            key = tuple(round(edge) for edge in box.corners)
            if box.corners != (0.0, 0.0, width, height) and (key in found or len(found) < MOST_MARKS):
                found.setdefault(key, (box, {}))[1][call.number] = None
    return [Mark(box, tuple(calls)) for box, calls in found.values()]


def show_program(trace: Trace) -> Html:
    """The source with line numbers; a line's calls stand at its end, and the line that failed is marked."""
    lines = trace.source.splitlines() or [""]
    calls: dict[int, list[int]] = {}
    for call in trace.calls:
        if call.line is not None:
            calls.setdefault(call.line, []).append(call.number)
    failed = trace.failure.line if trace.failure is not None else None
    rows: list[Part] = []
    for number, line in enumerate(lines[:MOST_LINES], 1):
        made = calls.get(number, [])
        note = f"call {', '.join(map(str, made[:4]))}{' …' if len(made) > 4 else ''}" if made else ""
        rows.append(
            element(
                "tr",
                element("td", number, class_="line"),
                element("td", shorten(line, LONGEST_LINE), class_="code"),
                element("td", note, class_="note"),
                class_="failed" if number == failed else None,
            )
        )
    if len(lines) > MOST_LINES:
        rows.append(element("tr", element("td", "…"), element("td", f"{len(lines) - MOST_LINES} more lines"), element("td")))
    return element("div", element("table", *rows, class_="program"), class_="scroll")


def show_calls(trace: Trace) -> Html:
    """A table of the calls as the host wrote them; the column of uses is left out where no call used another's result."""
    calls = trace.calls
    linked = any(call.uses for call in calls)
    if not calls:
        return element("p", "No tool was called.", class_="quiet")
    head = element("tr", *(element("th", name) for name in ("#", "tool", "given", "gave", *(("uses",) if linked else ()))))
    rows = [
        element(
            "tr",
            element("td", element("span", call.number, class_=f"chip mark{call.number % 6}")),
            element("td", shorten(call.tool, 60), element("small", " from the cache") if call.cached else None),
            element("td", show_arguments(call, trace)),
            element("td", show_failure(call.failure) if call.failure is not None else show_value(call.result, Budget(24))),
            element("td", ", ".join(f"#{number}" for number in call.uses[:6])) if linked else None,
        )
        for call in calls[:MOST_CALLS]
    ]
    more = element("p", f"{len(calls) - MOST_CALLS} more calls", class_="quiet") if len(calls) > MOST_CALLS else None
    return element("div", element("table", head, *rows, class_="calls"), more, class_="scroll")


def show_arguments(call: ToolCall, trace: Trace) -> list[Part]:
    """The arguments by name, at most twelve; a region that is the whole picture is called so."""
    budget = Budget(24)
    whole = (0, 0, trace.image.width, trace.image.height)
    parts: list[Part] = []
    for name, value in list(call.arguments.items())[:12]:
        box = read_box(value, trace.image.width, trace.image.height)
        shown = "the whole picture" if box is not None and box.corners == whole else show_value(value, budget)
        parts += [element("br") if parts else None, element("span", f"{shorten(name, 40)} ", class_="quiet"), shown]
    return parts


def show_steps(steps: Sequence[Step]) -> Html | None:
    """What the program did between calls, folded away."""
    if not steps:
        return None
    items = [
        element(
            "li",
            element("span", f"line {step.line} · {shorten(step.kind, 20)} ", class_="quiet"),
            show_value(step.names, Budget(12)),
        )
        for step in steps[:MOST_STEPS]
    ]
    if len(steps) > MOST_STEPS:
        items.append(element("li", f"{len(steps) - MOST_STEPS} more"))
    title = f"{len(steps)} step{'s' if len(steps) > 1 else ''} between the calls, in the program's own word"
    return element("details", element("summary", title), element("ol", *items, class_="steps"))


def show_printed(printed: str) -> Html | None:
    """What the program printed, folded away."""
    if not printed.strip():
        return None
    return element("details", element("summary", "What it printed"), element("pre", shorten(printed, LONGEST_TEXT)))


def show_rationale(rationale: Rationale) -> Html:
    """The trace in words, with whatever it says that no call or step shows."""
    unfounded = [element("li", shorten(claim, 200)) for claim in (rationale.unfounded or ())[:10]]
    return element(
        "div",
        element("h4", "Rationale"),
        element("p", shorten(rationale.text, LONGEST_TEXT)),
        element("p", f"written by {shorten(rationale.writer, 60)}, places on grid {rationale.grid}", class_="quiet"),
        element("div", element("p", "Said without ground in the trace:"), element("ul", *unfounded)) if unfounded else None,
        class_="rationale",
    )


def show_origin(story: TraceStory) -> Html:
    """Where the trace comes from, in one small line."""
    trace, program = story.trace, story.program
    words = [f"trace {trace.id}", f"isolation {trace.isolation}", f"ran {1000 * trace.seconds:.0f} ms"]
    if program is not None:
        words.append(f"draw {program.draw} of {shorten(program.model, 80)}" + (", recorded earlier" if program.replayed else ""))
    if story.verdict is not None:
        words.append(f"rule {story.verdict.rule}")
    answer = read_answer(trace.answer)
    if story.verdict is not None and story.verdict.answer is not None and story.verdict.answer != answer:
        words.append(f"read as {shorten(plain_text(story.verdict.answer), 60)}")
    return element("p", " · ".join(words), class_="quiet origin")
