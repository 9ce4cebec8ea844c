"""Who answers how well, and what a difference is said to show."""

from dataclasses import replace

import pytest

from vpd.distill.comparison import average, average_margin, contenders, held_out_splits, margin, say_margin
from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_files import RunRecords
from vpd.distill.statistics import Estimate

NAMES = [
    "most frequent answer of each kind",
    "teacher: the programs' majority",
    "teacher: any program right (oracle)",
    "base student, before any question",
    "control: student taught answers only",
    "student distilled from unfiltered traces",
    "distilled student",
    "distilled student, rationale first",
]


def of(run: RunRecords, arm: str, split: str = "plain", mode: str = "answer") -> list[Prediction]:
    return [each for each in run.predictions if (each.arm, each.split, each.mode) == (arm, split, mode)]


def test_rows_come_from_the_baseline_to_the_distilled_student(drawn_run: RunRecords) -> None:
    assert [row.name for row in contenders(drawn_run)] == NAMES


def test_splits_come_in_the_order_of_the_reports(drawn_run: RunRecords) -> None:
    assert held_out_splits(drawn_run) == ("plain", "unseen_pairs", "more_objects", "deeper")


def test_a_share_is_that_of_the_right_predictions(drawn_run: RunRecords) -> None:
    row = next(row for row in contenders(drawn_run) if row.name == "distilled student")
    said = of(drawn_run, "distilled")
    share = sum(each.outcome is Outcome.RIGHT for each in said) / len(said)
    assert row.shares["plain"].value == pytest.approx(share)
    assert row.shares["plain"].count == len(said)


def test_the_baseline_always_gives_the_most_frequent_training_answer(drawn_run: RunRecords) -> None:
    answers = [each.answers[0] for each in drawn_run.questions if each.split == "train" and each.kind == "existence"]
    guess = max(set(answers), key=answers.count)
    only = replace(drawn_run, questions=tuple(each for each in drawn_run.questions if each.kind == "existence"), predictions=())
    tested = [each for each in only.questions if each.split == "plain"]
    found = contenders(only)[0].shares["plain"].value
    assert found == pytest.approx(sum(each.answers[0] == guess for each in tested) / len(tested))


def test_the_oracle_is_at_least_as_good_as_the_majority(drawn_run: RunRecords) -> None:
    rows = {row.name: row.shares for row in contenders(drawn_run)}
    for split, oracle in rows["teacher: any program right (oracle)"].items():
        assert oracle.value >= rows["teacher: the programs' majority"][split].value


def test_predictions_on_training_pictures_are_no_result(drawn_run: RunRecords) -> None:
    trained = tuple(each.model_copy(update={"split": "train"}) for each in drawn_run.predictions)
    assert margin(replace(drawn_run, predictions=trained), "train") is None


def test_answers_that_nobody_knows_do_not_count(drawn_run: RunRecords) -> None:
    unknown = tuple(each.model_copy(update={"outcome": Outcome.UNKNOWN}) for each in drawn_run.predictions)
    assert margin(replace(drawn_run, predictions=unknown), "plain") is None


def test_a_margin_is_the_difference_of_the_shares(drawn_run: RunRecords) -> None:
    found = margin(drawn_run, "plain")
    shares = {row.name: row.shares["plain"].value for row in contenders(drawn_run)}
    assert found is not None
    expected = shares["distilled student"] - shares["control: student taught answers only"]
    assert found.difference.estimate.value == pytest.approx(expected)


def test_a_margin_takes_only_questions_that_both_answered(drawn_run: RunRecords) -> None:
    missing = of(drawn_run, "control")[0]
    rest = tuple(each for each in drawn_run.predictions if each is not missing)
    found = margin(replace(drawn_run, predictions=rest), "plain")
    assert found is not None
    assert found.difference.estimate.count == len(of(drawn_run, "control")) - 1


def test_an_arm_that_was_not_trained_gives_no_margin(drawn_run: RunRecords) -> None:
    assert margin(drawn_run, "plain", "distilled", "never trained") is None


def test_a_mean_margin_needs_every_seed(drawn_runs: list[RunRecords]) -> None:
    margins = [margin(run, "plain") for run in drawn_runs]
    mean = average_margin(margins)
    assert mean is not None
    assert mean.estimate.count == 3
    assert average_margin([*margins[:2], None]) is None


def test_an_averaged_table_holds_the_mean_of_each_row(drawn_runs: list[RunRecords]) -> None:
    tables = [contenders(run) for run in drawn_runs]
    row = next(row for row in average(tables) if row.name == "distilled student")
    values = [next(each for each in table if each.name == row.name).shares["plain"].value for table in tables]
    assert row.shares["plain"].value == pytest.approx(sum(values) / 3)


def test_an_interval_that_holds_zero_is_said_to_show_no_gain() -> None:
    said = say_margin("deeper", Estimate(0.03, -0.02, 0.08, 100))
    assert "no gain is shown" in said
    assert "+3.0 points" in said


def test_a_gain_and_a_loss_are_said_as_such() -> None:
    assert "12.0 points better" in say_margin("plain", Estimate(0.12, 0.05, 0.19, 100))
    assert "12.0 points worse" in say_margin("plain", Estimate(-0.12, -0.19, -0.05, 100))
