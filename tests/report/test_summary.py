"""What a report knows: computed once, over one run or several, with what the plan of the experiment tells."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from vpd.distill.arms import Arm
from vpd.distill.checks.coverage import votes_of
from vpd.distill.checks.hidden_labels import HiddenLabels
from vpd.distill.comparison import kinds_of, margin
from vpd.distill.errors import RunError
from vpd.distill.experiment import Experiment
from vpd.distill.plans import PLAN, read_plan, write_plan
from vpd.distill.records import Outcome
from vpd.distill.run_files import Effort, RunRecords, read_run
from vpd.distill.summary import CALIBRATED, PROGRAMS, sizes_among, summarise
from vpd.engine.errors import JournalError

PLAN_OF_SIZES = Experiment(
    about="How many pictures.",
    arms=(
        Arm(name="control", learns="answers"),
        Arm(name="base", learns="answers", share=0.5, about="half of them"),
        Arm(name="distilled", reasons_aloud=True),
        Arm(name="unfiltered", share=0.25),
    ),
)
"""Of the arms that drawn runs have, whatever they were: each two differ in their share alone."""


def with_confidence(run: RunRecords, **said: object) -> RunRecords:
    """The run whose distilled student was asked once, with something that tells how sure it is."""
    first = next(each for each in run.predictions if each.arm == "distilled")
    return replace(run, predictions=(first.model_copy(update=said),))


def test_one_run_is_told_by_itself_and_several_by_their_mean(drawn_runs: list[RunRecords]) -> None:
    alone = summarise(drawn_runs[:1]).differences("distilled", "control")[0]
    found = summarise(drawn_runs).differences("distilled", "control")[0]
    margins = [margin(run, "plain") for run in drawn_runs]
    values = [each.difference.estimate.value for each in margins if each is not None]
    assert alone.mean is None
    assert alone.estimate == (margins[0].difference.estimate if margins[0] is not None else None)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(fmean(values))


def test_pairs_without_students_are_left_out(drawn_run: RunRecords) -> None:
    assert summarise([drawn_run]).pairs == [("distilled", "control"), ("distilled", "unfiltered"), ("unfiltered", "control")]


def test_a_plan_says_which_arms_are_compared(drawn_run: RunRecords) -> None:
    plan = PLAN_OF_SIZES.model_copy(update={"compare": (("unfiltered", "base"),)})
    found = summarise([drawn_run], plan)
    assert (found.pairs, found.pair, found.about) == ([("unfiltered", "base")], ("unfiltered", "base"), "How many pictures.")


def test_no_run_is_no_report() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        summarise([])


def test_what_teaching_took_is_read_from_the_students_folders(drawn_run: RunRecords) -> None:
    assert drawn_run.efforts["distilled"] == Effort(steps=100, cpu_seconds=52.0)


def test_what_teaching_took_is_averaged_over_seeds(drawn_runs: list[RunRecords]) -> None:
    taught = {each.arm: each for each in summarise(drawn_runs).taught}
    assert (taught["control"].steps, taught["control"].cpu_seconds) == (300, 51.0)


def test_a_student_that_one_seed_lacks_has_no_mean(drawn_runs: list[RunRecords]) -> None:
    some = [drawn_runs[0], replace(drawn_runs[1], efforts={"control": Effort(3, 4.0)})]
    taught = {each.arm: each for each in summarise(some).taught}
    assert taught["distilled"].cpu_seconds is None


def test_a_result_without_figures_is_an_error_that_names_it(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    (run.folder / "students" / "control" / "result.json").write_text('{"steps": "many"}')
    with pytest.raises(JournalError, match=r"result.json lacks steps or cpu_seconds"):
        read_run(run.folder)


def test_arms_that_differ_in_their_share_alone_belong_together() -> None:
    assert sizes_among(PLAN_OF_SIZES.arms) == (("base", "control"), ("unfiltered", "distilled"))


def test_arms_that_learn_with_other_settings_do_not_belong_together() -> None:
    more = Arm(name="control-half", learns="answers", share=0.5, training={"steps": 7})
    assert sizes_among((PLAN_OF_SIZES.arms[0], more)) == ()


def test_a_share_of_the_pictures_is_counted(labelled_run: RunRecords) -> None:
    run = replace(labelled_run, efforts={arm.name: Effort(1, 1.0) for arm in PLAN_OF_SIZES.arms})
    labelled_by = {each.arm: each.labelled for each in summarise([run], PLAN_OF_SIZES).taught}
    pictures = {each.image.sha256 for each in run.questions if each.split == "train"}
    assert labelled_by["control"] == len(pictures) == 16
    assert labelled_by["base"] == sum(int(each[:8], 16) < 2**31 for each in pictures)


def test_without_a_plan_nobody_knows_how_many_pictures_an_arm_saw(labelled_run: RunRecords) -> None:
    assert {each.labelled for each in summarise([labelled_run]).taught} == {None}


def test_kinds_are_those_of_the_split(drawn_run: RunRecords) -> None:
    row = next(row for row in kinds_of(drawn_run, "plain") if (row.arm, row.mode) == ("distilled", "answer"))
    said = [each for each in drawn_run.predictions if (each.arm, each.split, each.mode) == ("distilled", "plain", "answer")]
    counted = [each for each in said if each.kind == "counting"]
    assert set(row.shares) == {"comparison_of_counts", "counting", "existence"}
    assert row.shares["counting"].value == pytest.approx(fmean(each.outcome is Outcome.RIGHT for each in counted))


def test_the_programs_vote_on_training_questions(drawn_run: RunRecords) -> None:
    votes = summarise([drawn_run]).votes
    assert list(votes) == [PROGRAMS, CALIBRATED]
    assert len(votes[PROGRAMS]) == len(votes[CALIBRATED]) == len(votes_of(drawn_run.asked))


def test_labels_that_the_run_hides_are_taken_from_elsewhere(drawn_run: RunRecords) -> None:
    hidden = tuple(each.model_copy(update={"answers": ()}) for each in drawn_run.questions)
    run = replace(drawn_run, questions=hidden)
    assert PROGRAMS not in summarise([run]).votes
    assert len(summarise([run], labels=HiddenLabels(drawn_run.questions)).votes[PROGRAMS]) == 48


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ({"share": 0.75}, 0.75),
        ({"share": 0.0, "outcome": Outcome.SILENT}, -1.0),
        ({"probability": 0.9, "answer": "yes"}, 0.9),
        ({"probability": 0.9, "answer": "No"}, 0.1),
        ({"probability": 0.9, "answer": "two"}, -1.0),
    ],
)
def test_a_student_is_as_sure_as_its_vote_or_its_probability(drawn_run: RunRecords, said: dict[str, object], sure: float) -> None:
    run = with_confidence(drawn_run, **said)
    votes = [
        each.confidence for who, some in summarise([run]).votes.items() if who not in (PROGRAMS, CALIBRATED) for each in some
    ]
    assert votes == ([] if sure < 0 else [pytest.approx(sure)])


def test_an_answer_that_nobody_can_judge_is_no_vote(drawn_run: RunRecords) -> None:
    run = with_confidence(drawn_run, share=0.75, outcome=Outcome.UNKNOWN)
    assert list(summarise([run]).votes) == [PROGRAMS, CALIBRATED]


def test_a_plan_lies_beside_the_runs_of_its_seeds(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN_OF_SIZES)
    assert read_plan([tmp_path / "seed-0", tmp_path / "seed-1"]) == PLAN_OF_SIZES


def test_runs_of_several_places_have_no_plan(tmp_path: Path) -> None:
    write_plan(tmp_path / "one", PLAN_OF_SIZES)
    assert read_plan([tmp_path / "one" / "seed-0", tmp_path / "other" / "seed-0"]) is None
    assert read_plan([tmp_path / "other" / "seed-0"]) is None


def test_a_plan_of_another_make_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / PLAN).write_text(json.dumps({"arms": [{"name": "control", "colour": "red"}]}))
    with pytest.raises(RunError, match=r"experiment.json cannot be read"):
        read_plan([tmp_path / "seed-0"])
