"""A contact sheet: samples of a data set with their pictures, answers and details, in one HTML file."""

import json
from collections.abc import Iterable

from vpd.distill.datasets.errors import BadRecord
from vpd.distill.datasets.pictures import Pictures, question_of
from vpd.distill.datasets.survey import Survey
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.report.page import page
from vpd.distill.report.picture_view import show_picture
from vpd.engine.characters import shorten
from vpd.engine.records import Question

__all__ = ["render_sheet"]

MOST = 60
"""Samples on a sheet."""
GRID = "display:grid; grid-template-columns:repeat(auto-fill, minmax(260px, 1fr)); gap:24px 20px"


def render_sheet(title: str, survey: Survey, pictures: Pictures) -> str:
    """The page. Pictures are written anew from their pixels; a sample whose picture cannot be read says so."""
    head = element("header", element("h1", title), element("p", summary(survey), class_="lede"))
    room = max(1, MOST // max(1, len(survey.samples)))
    parts: list[Part] = [head]
    for kind, entries in list(survey.samples.items())[:MOST]:
        shown = []
        for entry in entries[:room]:
            try:
                shown.append(show_question(question_of(entry, pictures)))
            except BadRecord as error:
                shown.append(element("div", element("p", str(error), class_="missing")))
        counted = element("h2", f"{shorten(kind, 80)} ", element("small", f"{survey.kinds[kind]:,} questions"))
        parts.append(element("section", counted, element("div", *shown, style=GRID)))
    return page(title, parts)


def summary(survey: Survey) -> str:
    """The counts in a sentence."""
    splits = ", ".join(f"{split} {count:,}" for split, count in survey.splits.items())
    return (
        f"{survey.questions:,} questions ({splits}), {len(survey.texts):,} distinct texts, {survey.pictures:,} pictures. "
        f"Up to {MOST} questions are shown, drawn evenly from each kind."
    )


def show_question(question: Question) -> Html:
    """One sample."""
    answers = dict.fromkeys(question.answers)
    said = [f"{answer} ×{count}" if (count := question.answers.count(answer)) > 1 else answer for answer in answers]
    rows: list[Part] = [
        *entry_rows("answers", shorten(", ".join(said), 300) if said else "nobody says"),
        *entry_rows("choices", shorten(", ".join(question.choices), 300) if question.choices else None),
        *entry_rows("id", f"{question.key} · {question.split} · {question.answer_kind}"),
    ]
    details = json.dumps(question.details, ensure_ascii=False, indent=1)
    return element(
        "div",
        show_picture(question.image, alt=question.text),
        element("p", element("b", shorten(question.text, 400))),
        element("dl", *rows),
        element("details", element("summary", "details"), element("pre", shorten(details, 3000))),
    )


def entry_rows(name: str, value: str | None) -> Iterable[Html]:
    """A line of a list; none where there is no value."""
    return () if value is None else (element("dt", name), element("dd", value))
