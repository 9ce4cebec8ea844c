"""What became of the programs, and how long things took."""

from dataclasses import replace

import pytest

from vpd.distill.comparison import contenders
from vpd.distill.fates import NOT_RUN, count_outcomes, drawing, fates, paces
from vpd.distill.records import Outcome
from vpd.distill.run_files import RunRecords


def test_every_pair_of_draw_and_question_has_a_fate(drawn_run: RunRecords) -> None:
    assert sum(fate.count for fate in fates(drawn_run)) == 5 * len(drawn_run.asked)


def test_a_failure_is_told_with_stage_and_kind(drawn_run: RunRecords) -> None:
    assert [fate.detail for fate in fates(drawn_run) if fate.outcome is Outcome.FAILED] == ["run: IndexError"]


def test_draws_without_a_verdict_are_counted_as_such(drawn_run: RunRecords) -> None:
    found = fates(replace(drawn_run, verdicts=()))
    assert [(fate.outcome, fate.detail) for fate in found] == [(None, NOT_RUN)]


def test_outcomes_come_in_their_order(drawn_run: RunRecords) -> None:
    assert list(count_outcomes(fates(drawn_run))) == [Outcome.RIGHT, Outcome.WRONG, Outcome.SILENT, Outcome.FAILED]


def test_an_unknown_price_is_no_price_of_zero(drawn_run: RunRecords) -> None:
    assert drawing(drawn_run).cost is None


def test_known_prices_add_up_and_unknown_ones_are_counted(drawn_run: RunRecords) -> None:
    priced = tuple(each.model_copy(update={"cost": 0.5}) for each in drawn_run.programs[:4])
    found = drawing(replace(drawn_run, programs=(*priced, *drawn_run.programs[4:])))
    assert found.cost == pytest.approx(2.0)
    assert found.unpriced == len(drawn_run.programs) - 4


def test_a_teachers_time_is_that_of_all_its_draws(drawn_run: RunRecords) -> None:
    found = {pace.name: pace for pace in paces([drawn_run])}
    total = sum(draw.program.seconds for asked in drawn_run.asked for draw in asked.draws)
    assert found["teacher: write all programs"].mean == pytest.approx(total / len(drawn_run.asked))
    assert found["teacher: both"].mean > found["teacher: write all programs"].mean


def test_a_program_that_was_drawn_twice_is_run_once(drawn_run: RunRecords) -> None:
    runs = {pace.name: pace for pace in paces([drawn_run])}["teacher: run all programs"]
    distinct = sum(
        sum({draw.trace.id: draw.trace.seconds for draw in asked.draws if draw.trace}.values()) for asked in drawn_run.asked
    )
    assert runs.mean == pytest.approx(distinct / len(drawn_run.asked))


def test_tokens_and_memory_stand_beside_the_time_where_they_were_counted(drawn_run: RunRecords) -> None:
    counted = [each.model_copy(update={"tokens": 3, "prompt_tokens": 40, "memory_mib": 250.0}) for each in drawn_run.predictions]
    plain, told = (
        {pace.name: pace for pace in paces([replace(drawn_run, predictions=predictions)])}["distilled student"]
        for predictions in (drawn_run.predictions, tuple(counted))
    )
    assert (plain.tokens, plain.prompt_tokens, plain.memory_mib) == (None, None, None)
    assert (told.tokens, told.prompt_tokens, told.memory_mib) == (3, 40, 250.0)


def test_programs_that_were_evaluated_too_are_told_once(drawn_run: RunRecords) -> None:
    programs = [each.model_copy(update={"arm": "teacher"}) for each in drawn_run.predictions]
    run = replace(drawn_run, predictions=(*drawn_run.predictions, *programs))
    assert "teacher" not in {pace.name for pace in paces([run])}
    assert [row.name for row in contenders(run)] == [row.name for row in contenders(drawn_run)]
