"""Radar, plane, and what a report draws of them: every figure where its data are, and none where they are not."""

import math
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.arms import Arm
from vpd.distill.experiment import Experiment
from vpd.distill.records import Outcome, Prediction
from vpd.distill.report import render_report
from vpd.distill.report.confidence import coverage_table, show_confidence
from vpd.distill.report.effort import say_compute, show_effort
from vpd.distill.report.kinds import show_kinds
from vpd.distill.report.marks import MOST, arm_order, legend, mark
from vpd.distill.report.markup import Part, join
from vpd.distill.report.plane import Across, Dot, Series, plane_chart, ticks
from vpd.distill.report.programs import show_yields
from vpd.distill.report.radar import Ring, radar_chart, spot
from vpd.distill.run_files import Effort, RunRecords
from vpd.distill.statistics import Estimate
from vpd.distill.summary import summarise

HALF = Estimate(0.5, 0.4, 0.6, 100)
X = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
SIZES = Experiment(
    arms=(
        Arm(name="control", learns="answers"),
        Arm(name="base", learns="answers", share=0.5),
        Arm(name="distilled"),
        Arm(name="unfiltered", share=0.5),
    )
)


def titles(parts: list[Part]) -> list[str]:
    """What pointers on the signs read, and the titles of the drawings."""
    return [unescape(text) for text in re.findall("<title>([^<]*)</title>", join(parts))]


@pytest.fixture(scope="module")
def sized(labelled_run: RunRecords) -> RunRecords:
    """A run in which all arms of `SIZES` were taught."""
    return replace(labelled_run, efforts={arm.name: Effort(10, 20.0) for arm in SIZES.arms})


def many_arms(run: RunRecords, count: int) -> RunRecords:
    """The run with so many more students, each a twin of the control."""
    said = [each for each in run.predictions if each.arm == "control"]
    twins: list[Prediction] = [each.model_copy(update={"arm": f"twin-{n}"}) for n in range(count) for each in said]
    return replace(run, predictions=(*run.predictions, *twins))


def test_a_radars_first_axis_points_up_and_the_others_follow_clockwise() -> None:
    middle = spot(0, 4, 0.0)
    up, right, down, left = (spot(number, 4, 1.0) for number in range(4))
    assert up[0] == pytest.approx(middle[0])
    assert up[1] < middle[1] < down[1]
    assert left[0] < middle[0] < right[0]


def test_a_share_stands_that_far_from_the_middle() -> None:
    middle, half, whole = (spot(1, 3, share) for share in (0.0, 0.5, 1.0))
    assert math.dist(middle, half) == pytest.approx(math.dist(middle, whole) / 2)


def test_a_radar_has_a_polygon_for_each_arm_and_a_sign_for_each_value() -> None:
    axes = ["a", "b", "c", "d"]
    rings = [Ring(name, dict.fromkeys(axes, HALF), place) for place, name in enumerate(("x", "y"))]
    shown = radar_chart(axes, rings, "t")
    assert len(re.findall('class="ring series', shown)) == 2
    assert shown.count("<title>x, ") == shown.count("<title>y, ") == 4
    assert "x, a: 50.0 % (40.0 – 60.0)" in shown


def test_all_signs_differ_without_colour() -> None:
    shapes = [re.sub(r'class="[^"]*"', "", mark(place, 10, 10)) for place in range(4)]
    assert len(set(shapes)) == 4


def test_the_pair_that_the_whole_is_about_has_the_first_signs() -> None:
    assert arm_order(["base", "control", "x", "distilled"], ("distilled", "control")) == ["distilled", "control", "base", "x"]


def test_arms_of_one_shape_differ_by_being_hollow() -> None:
    assert "hollow" in mark(4, 10, 10)
    assert "hollow" not in mark(0, 10, 10)


def test_a_legend_shows_names_as_text() -> None:
    assert "<script>" not in legend(["<script>"])


@given(st.floats(1e-3, 1e7))
def test_ticks_reach_the_last_value_in_at_most_six_equal_steps(last: float) -> None:
    marks = ticks(last)
    assert marks[0] == 0
    assert marks[-1] >= last * (1 - 1e-6)
    assert 2 <= len(marks) <= 7


def test_a_points_place_and_interval_are_told() -> None:
    shown = plane_chart([Series([Dot(30.0, HALF, "here")], 0)], Across("seconds"), "t")
    assert "<title>here</title>" in shown
    assert shown.count('class="reach series0"') == 3


@given(st.lists(st.tuples(X, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_nothing_is_drawn_outside_the_plane(points: list[tuple[float, float, float, float]]) -> None:
    dots = [Dot(x, Estimate(sorted(each)[1], min(each), max(each), 9), "") for x, *each in points]
    shown = plane_chart([Series(dots, 0, joined=True, banded=True)], Across("x"), "t")
    corners = [tuple(map(float, each.split(","))) for some in re.findall('points="([^"]*)"', shown) for each in some.split()]
    assert all(40 <= x <= 550 and 20 <= y <= 270 for x, y in corners)


def test_students_are_drawn_over_splits_and_over_kinds(drawn_run: RunRecords) -> None:
    shown = titles(show_kinds(summarise([drawn_run])))
    assert [each for each in shown if each in ("over the splits", "plain, by kind of question")] == [
        "over the splits",
        "plain, by kind of question",
    ]
    assert "deeper, by kind of question" not in shown


def test_the_radar_and_the_table_give_the_same_shares(drawn_runs: list[RunRecords]) -> None:
    found = summarise(drawn_runs)
    row = next(row for row in found.rows if row.name == "distilled student")
    assert f"distilled, plain: {100 * row.shares['plain'].value:.1f} %" in " ".join(titles(show_kinds(found)))


def test_a_student_that_lacks_an_axis_is_not_drawn_there(drawn_run: RunRecords) -> None:
    rest = tuple(each for each in drawn_run.predictions if (each.arm, each.split) != ("control", "deeper"))
    shown = titles(show_kinds(summarise([replace(drawn_run, predictions=rest)])))
    assert not any(each.startswith("control, unseen pairs") for each in shown)
    assert any(each.startswith("control, counting") for each in shown)


def test_arms_beyond_the_signs_are_named_and_not_drawn(drawn_run: RunRecords) -> None:
    text = join(show_kinds(summarise([many_arms(drawn_run, 6)])))
    assert "Not drawn for want of room: twin-4, twin-5." in text
    assert text.count('class="key"') == MOST


def test_each_student_stands_at_its_cpu_time(drawn_run: RunRecords) -> None:
    shown = " ".join(titles(show_effort(summarise([drawn_run]))))
    assert re.search(r"distilled: [\d.]+ % \([\d.]+ – [\d.]+\), 52 CPU seconds, 100 steps", shown)


def test_the_pairs_cpu_times_are_compared(drawn_runs: list[RunRecords]) -> None:
    assert say_compute(summarise(drawn_runs)) == [
        "Teaching distilled took 53 CPU seconds, mean over 3 seeds, teaching control 51: 1.04 times as much."
    ]
    assert say_compute(summarise([replace(drawn_runs[0], efforts={})])) == []


def test_several_seeds_are_one_point_with_its_interval(drawn_runs: list[RunRecords]) -> None:
    found = summarise(drawn_runs)
    shown = [each for each in titles(show_effort(found)) if each.startswith("control: ")]
    assert len(shown) == 4
    assert all("51 CPU seconds" in each for each in shown)


def test_without_notes_of_the_teaching_there_is_no_chart_of_compute(drawn_run: RunRecords) -> None:
    page = render_report(summarise([replace(drawn_run, efforts={})]))
    assert "What teaching took" not in page


def test_data_sizes_are_joined_by_a_line_for_each_way_to_learn(sized: RunRecords) -> None:
    found = summarise([sized], SIZES)
    parts = show_effort(found)
    assert "plain: right answers against labelled pictures" in titles(parts)
    assert len(re.findall(r'<polyline [^>]*class="trend series0"', join(parts))) == 4
    assert len(re.findall(r'<polyline [^>]*class="trend series1"', join(parts))) == 4


def test_without_a_plan_no_data_sizes_are_drawn(sized: RunRecords) -> None:
    assert "labelled pictures</h3>" not in join(show_effort(summarise([sized])))


def test_the_yield_is_drawn_at_every_k(drawn_run: RunRecords) -> None:
    found = summarise([drawn_run])
    shown = " ".join(titles(show_yields(found.yields)))
    for k, share in enumerate(found.yields[-1].shares, 1):
        assert f"k = {k}: {100 * share.value:.1f} %" in shown


def test_precision_is_drawn_against_coverage(drawn_run: RunRecords) -> None:
    parts = show_confidence(summarise([drawn_run]))
    shown = titles(parts)
    assert any(each.startswith("the programs' vote, on training questions: ") for each in shown)
    assert 'class="band series0"' in join(parts)


def test_nobody_who_is_sure_means_no_curve(drawn_run: RunRecords) -> None:
    found = summarise([replace(drawn_run, programs=())])
    assert coverage_table(found) is None
    assert "What confidence is worth" not in render_report(found)


def test_the_table_of_coverage_tells_points_of_the_curve_once(drawn_run: RunRecords) -> None:
    said = [
        each.model_copy(update={"mode": "voted", "share": place % 5 / 4, "outcome": Outcome.RIGHT})
        for place, each in enumerate(each for each in drawn_run.predictions if (each.arm, each.mode) == ("distilled", "answer"))
    ]
    table = coverage_table(summarise([replace(drawn_run, programs=(), predictions=tuple(said))]))
    assert table is not None
    covered = [row.cells[1].text for row in table.rows]
    assert covered == sorted(set(covered), key=float)
    assert covered[-1] == "100.0"
    assert {row.cells[4].text.split()[0] for row in table.rows} == {"100.0"}
