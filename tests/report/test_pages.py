"""Whole pages: self-contained, readable where things are missing, and harmless whatever the records say."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from vpd.distill.errors import RunError
from vpd.distill.records import Outcome
from vpd.distill.report import TraceStory, render_report, render_trace
from vpd.distill.report.examples import choose_stories, find_story
from vpd.distill.report.trace_view import MOST_CALLS, MOST_LINES, MOST_MARKS, marks_of
from vpd.distill.run_files import RunRecords
from vpd.distill.summary import summarise
from vpd.engine.records import Failure, FailureStage, Isolation, Step, ToolCall, Trace

HOSTILE = (
    "square</style></title></svg><script>alert(1)</script><img src=x onerror=alert(1)>"
    "\"' onload=alert(1) <a href=javascript:alert(1)>\u202e]]>--><!--"
)
TAGS = set(
    "html head meta title style body main header nav section article div span p h1 h2 h3 h4 ul ol li a b small br table tr th td "
    "figure figcaption svg g rect line polyline polygon circle text image dl dt dd details summary pre".split()
)


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def addresses(self) -> Iterator[str]:
        """Everything that a browser could fetch or go to."""
        for _, attributes in self.elements:
            yield from (attributes[name] or "" for name in ("href", "src", "action", "data", "xlink:href") if name in attributes)


def check_harmless(page: str) -> Reader:
    """No script, no handler, no address outside the page, every element closed."""
    seen = Reader(page)
    assert {tag for tag, _ in seen.elements} <= TAGS
    assert not [name for _, attributes in seen.elements for name in attributes if name.startswith("on")]
    assert not [name for _, attributes in seen.elements for name in attributes if name == "style"]
    assert [
        each for each in seen.addresses() if not re.match(r"#[a-z]+$|data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+$", each)
    ] == []
    assert seen.open == []
    return seen


def story(trace: Trace) -> TraceStory:
    return TraceStory("What is there?", trace)


@pytest.fixture
def trace(drawn_run: RunRecords) -> Trace:
    return next(each for each in drawn_run.traces if any(call.result for call in each.calls))


def test_a_report_holds_everything_itself(drawn_run: RunRecords) -> None:
    page = render_report(summarise([drawn_run]))
    seen = check_harmless(page)
    assert "url(" not in page
    assert "@import" not in page
    assert len([each for each in seen.addresses() if each.startswith("data:")]) == 10


def test_a_browser_is_told_to_run_and_fetch_nothing(drawn_run: RunRecords) -> None:
    policies = [
        attributes.get("content")
        for tag, attributes in Reader(render_report(summarise([drawn_run]))).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"]


def test_hostile_names_in_every_record_stay_text(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run(HOSTILE)
    odd = tuple(each.model_copy(update={"arm": HOSTILE, "split": HOSTILE, "kind": HOSTILE}) for each in run.predictions[:50])
    named = replace(run, name=HOSTILE, predictions=(*run.predictions, *odd))
    seen = check_harmless(render_report(summarise([named, named])))
    assert "<script>alert(1)</script>" in seen.text


def test_a_hostile_trace_stays_text(trace: Trace) -> None:
    failure = Failure(stage=FailureStage.RUN, kind=HOSTILE, message=HOSTILE, line=1)
    call = ToolCall(
        number=0, line=1, tool=HOSTILE, arguments={HOSTILE: {"region": [1, 1, 9, 9], "label": HOSTILE}}, failure=failure
    )
    step = Step(line=1, kind=HOSTILE, after_call=0, names={HOSTILE: [HOSTILE]})
    hostile = trace.model_copy(
        update={"source": HOSTILE, "calls": (call,), "steps": (step,), "printed": HOSTILE, "answer": {HOSTILE: HOSTILE}}
    )
    check_harmless(render_trace(TraceStory(HOSTILE, hostile, kind=HOSTILE)))
    check_harmless(render_trace(TraceStory(HOSTILE, hostile.model_copy(update={"failure": failure}))))


def test_a_report_says_where_no_gain_is_shown(drawn_run: RunRecords) -> None:
    same = tuple(each.model_copy(update={"outcome": Outcome.RIGHT}) for each in drawn_run.predictions if each.split == "deeper")
    assert (
        "On the split deeper, no gain is shown" in Reader(render_report(summarise([replace(drawn_run, predictions=same)]))).text
    )


def test_a_report_of_several_seeds_gives_the_mean_margin(drawn_runs: list[RunRecords]) -> None:
    text = check_harmless(render_report(summarise(drawn_runs))).text
    assert "Over 3 seeds: On the split plain, the distilled student is" in text
    assert "mean of distilled − control" in text


def test_a_run_that_has_only_begun_still_has_a_report(drawn_run: RunRecords) -> None:
    begun = RunRecords(drawn_run.name, drawn_run.folder, questions=drawn_run.questions)
    text = check_harmless(render_report(summarise([begun]))).text
    assert "No program was drawn yet." in text
    assert "Nothing was timed yet." in text


def test_a_run_without_students_shows_its_yield(drawn_run: RunRecords) -> None:
    text = check_harmless(render_report(summarise([replace(drawn_run, predictions=())]))).text
    assert "questions have a right program with one draw" in text


def test_a_picture_that_is_gone_is_said_to_be(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    for file in (run.folder / "images").iterdir():
        file.unlink()
    from vpd.tools.image import read_pixels  # its cache may hold the pictures of an earlier test

    read_pixels.cache_clear()
    assert "cannot be shown: it cannot be read" in check_harmless(render_report(summarise([run]))).text


def test_ten_examples_are_right_and_wrong_and_of_many_kinds(drawn_run: RunRecords) -> None:
    stories = choose_stories(drawn_run)
    outcomes = [each.verdict.outcome for each in stories if each.verdict is not None]
    assert len(stories) == 10
    assert outcomes.count(Outcome.RIGHT) == 6
    assert {Outcome.WRONG, Outcome.FAILED, Outcome.SILENT} <= set(outcomes)
    assert len({each.kind for each in stories}) == 4


def test_the_same_run_gives_the_same_page(drawn_run: RunRecords) -> None:
    assert render_report(summarise([drawn_run])) == render_report(summarise([drawn_run]))


def test_a_box_that_two_calls_gave_is_drawn_once(trace: Trace) -> None:
    region = {"region": [4, 4, 20, 20], "label": "it", "score": 1.0}
    calls = tuple(ToolCall(number=number, line=1, tool="find", arguments={}, result=[region]) for number in (0, 1))
    marks = marks_of(trace.model_copy(update={"calls": calls}))
    assert [mark.calls for mark in marks] == [(0, 1)]


def test_the_whole_picture_is_not_framed(trace: Trace) -> None:
    whole = {"region": [0, 0, trace.image.width, trace.image.height], "label": "", "from": None}
    call = ToolCall(number=0, line=1, tool="describe", arguments={"image": whole}, result="grey")
    assert marks_of(trace.model_copy(update={"calls": (call,)})) == []


def test_a_trace_of_thousands_of_calls_stays_small(trace: Trace) -> None:
    boxes = [{"region": [place % 60, 1, place % 60 + 2, 9], "label": "x" * 500, "score": 0.5} for place in range(500)]
    calls = tuple(ToolCall(number=number, line=1, tool="find", arguments={"a": boxes}, result=boxes) for number in range(1_000))
    long = trace.model_copy(update={"calls": calls, "source": "x = 1\n" * 5_000, "printed": "y" * 100_000, "answer": boxes})
    page = render_trace(story(long))
    seen = check_harmless(page)
    assert len(page) < 700_000
    assert f"{1_000 - MOST_CALLS} more calls" in seen.text
    assert f"{5_000 - MOST_LINES} more lines" in seen.text
    assert page.count('class="frame"') <= MOST_MARKS


def test_the_line_that_failed_is_marked(trace: Trace) -> None:
    failure = Failure(stage=FailureStage.RUN, kind="IndexError", message="list index out of range", line=2)
    page = render_trace(story(trace.model_copy(update={"failure": failure, "answer": None})))
    rows = [attributes.get("class") for tag, attributes in Reader(page).elements if tag == "tr"]
    assert rows[1] == "failed"
    assert "run in line 2: IndexError: list index out of range" in Reader(page).text


def test_the_isolation_of_a_trace_is_named(trace: Trace) -> None:
    page = render_trace(story(trace.model_copy(update={"isolation": Isolation.PROCESS})))
    assert "isolation process" in Reader(page).text


def test_a_trace_is_found_by_the_start_of_its_id(drawn_run: RunRecords) -> None:
    wanted = drawn_run.traces[3].id
    found = find_story(drawn_run, wanted[:12])
    assert (found.trace.id, found.verdict is None) == (wanted, False)


def test_a_trace_that_is_not_there_is_an_error_that_says_so(drawn_run: RunRecords) -> None:
    with pytest.raises(RunError, match="holds no traces whose id starts with 'zz'"):
        find_story(drawn_run, "zz")
