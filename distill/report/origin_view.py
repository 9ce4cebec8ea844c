"""What stands behind a row of training data, as text for a terminal and as a page."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.page import page
from vpd.distill.report.picture_view import show_picture
from vpd.distill.report.trace_view import TraceStory, show_trace
from vpd.distill.trace_back import RowOrigin
from vpd.engine.characters import plain_text, shorten

__all__ = ["render_origin", "tell_origin"]

LONGEST = 4_000
LONGEST_VALUE = 300


def tell_origin(origin: RowOrigin) -> str:
    """Everything in the order in which it came to be, one heading a stage; a stage without a record says so."""
    return "\n".join(f"{heading}\n{indented(text)}" for heading, text in sections(origin)) + "\n"


def sections(origin: RowOrigin) -> Iterator[tuple[str, str]]:
    """Heading and text of each stage."""
    example, question, trace = origin.example, origin.question, origin.trace
    turns = "\n".join(f"{message.role}: {message.content}" for message in example.messages)
    yield f"ROW {example.id}  ({example.teaches}, {example.kind}, split {example.split})", turns
    image = example.image
    yield "IMAGE", f"{image.path}\nsha256 {image.sha256}, {image.width} x {image.height} pixels"
    if question is None:
        yield "QUESTION", f"not in {origin.run}"
    else:
        people = ", ".join(dict.fromkeys(question.answers)) or "nobody knows"
        yield f"QUESTION {question.id}  ({question.source}, {question.key})", f"{question.text}\npeople's answers: {people}"
    yield from drawn(origin)
    if trace is not None:
        yield f"PROGRAM {trace.program[:20]}", trace.source
        yield f"TRACE {trace.id}  (isolation {trace.isolation})", calls_of(origin)
    yield "VERDICT", judged(origin)
    for finding in origin.findings:
        yield f"CHECKS {finding.id}  ({finding.battery})", "\n".join(f"{name}: {state}" for name, state in finding.states.items())
    if origin.rationale is not None:
        told = origin.rationale
        doubts = "not checked" if told.unfounded is None else ", ".join(told.unfounded) or "none"
        yield f"RATIONALE {told.id}  ({told.writer}, grid {told.grid})", f"{told.text}\nsaid without ground: {doubts}"


def drawn(origin: RowOrigin) -> Iterator[tuple[str, str]]:
    """Prompt and draw."""
    if origin.rationale is None:
        yield "PROGRAM", "none is behind this row: it teaches what people answered"
        return
    if not origin.draws:
        yield "DRAW", "its record is gone"
        return
    first = origin.draws[0]
    if origin.prompt is None:
        yield f"PROMPT {first.prompt_sha256[:20]}", "cannot be shown: the prompt that is written today is another one"
    else:
        turns = "\n".join(f"{message.role}: {message.content}" for message in origin.prompt.messages)
        yield f"PROMPT {first.prompt_sha256[:20]}", turns
    also = "".join(f"\nthe same program: draw {draw.draw} of {draw.model}" for draw in origin.draws[1:])
    cost = "not known" if first.cost is None else f"{first.cost:.6f} US dollars"
    tokens = f"{first.prompt_tokens} + {first.completion_tokens} tokens, cost {cost}"
    yield f"DRAW {first.draw} of {first.model}", f"sampling {json.dumps(first.sampling)}, {tokens}{also}"


def calls_of(origin: RowOrigin) -> str:
    """The calls as the host wrote them, and how the run ended."""
    trace = origin.trace
    if trace is None:
        return "its record is gone"
    lines = []
    for call in trace.calls:
        given = ", ".join(f"{name}={short(value)}" for name, value in call.arguments.items())
        gave = f"failed: {call.failure.kind}: {call.failure.message}" if call.failure else short(call.result)
        lines.append(f"#{call.number} line {call.line}: {call.tool}({given}) -> {gave}")
    lines.append(f"answer {short(trace.answer)}" if trace.failure is None else f"stopped: {trace.failure.message}")
    return "\n".join([*lines, f"tools {', '.join(trace.tools)}"])


def judged(origin: RowOrigin) -> str:
    """The verdict behind the row, or what became of the question's traces where none was told."""
    outcomes = Counter(one.outcome.value for one in origin.verdicts)
    every = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()) or "none"
    one = origin.verdict
    if one is None:
        return f"all verdicts on this question: {every}"
    expected = ", ".join(dict.fromkeys(one.expected)) or "nobody knows"
    said = f"{one.outcome} by {one.rule}, score {one.score:g}: answered {short(one.answer)}, expected {expected}"
    return f"{said}\nall verdicts on this question: {every}"


def short(value: Any) -> str:
    """A JSON value in one line."""
    return shorten(json.dumps(value, ensure_ascii=False), LONGEST_VALUE)


def indented(text: str) -> str:
    """The text below its heading, with every unseen sign written out, so that a terminal does not act on it."""
    return "\n".join(f"  {plain_text(line)}" for line in shorten(text, LONGEST * 4).split("\n"))


def render_origin(origin: RowOrigin) -> str:
    """A page of its own that holds all it shows, the picture too."""
    example, question = origin.example, origin.question
    title = f"Row {example.id}"
    turns = [element("p", element("b", f"{message.role} "), shorten(message.content, LONGEST)) for message in example.messages]
    body: list[Part] = [element("h1", title), *turns]
    if origin.trace is not None:
        story = TraceStory(
            question=question.text if question else example.messages[0].content,
            trace=origin.trace,
            kind=example.kind,
            program=origin.draws[0] if origin.draws else None,
            verdict=origin.verdict,
            rationale=origin.rationale,
            folder=origin.run,
        )
        body.append(show_trace(story))
    else:
        body.append(show_picture(example.image, folder=origin.run, alt=f"The picture of row {example.id}"))
    shown = [show_section(heading, text) for heading, text in sections(origin)]
    return page(title, [*body, element("h2", "Everything behind it"), *shown])


def show_section(heading: str, text: str) -> Html:
    """One stage, folded away."""
    return element("details", element("summary", heading), element("pre", shorten(text, LONGEST * 4)))
