"""The figures as JSON and as Markdown: what the page says, for machines and for documents."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vpd.distill.comparison import margin
from vpd.distill.errors import RunError
from vpd.distill.records import Outcome
from vpd.distill.report import as_json, as_markdown, write_summary
from vpd.distill.report.table import MISSING, Cell, Row, Table, html_table, markdown_table
from vpd.distill.report.tables import headline_table, mean_table, say_effect, seed_table
from vpd.distill.report.wording import signed
from vpd.distill.run_files import RunRecords
from vpd.distill.summary import Summary, summarise

LISTS = ("answers", "means", "kinds", "differences", "mean_differences", "taught", "yields", "coverage")


@pytest.fixture(scope="module")
def alone(drawn_run: RunRecords) -> Summary:
    return summarise([drawn_run])


@pytest.fixture(scope="module")
def several(drawn_runs: list[RunRecords]) -> Summary:
    return summarise(drawn_runs)


def read(found: Summary) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(as_json(found))
    return held


def test_every_list_holds_rows_of_one_form(several: Summary) -> None:
    held = read(several)
    for name in LISTS:
        assert len({tuple(row) for row in held[name]}) == 1, name


def test_right_answers_are_counts_of_the_records(alone: Summary, drawn_run: RunRecords) -> None:
    row = next(
        row for row in read(alone)["answers"] if (row["arm"], row["mode"], row["split"]) == ("distilled", "answer", "plain")
    )
    said = [each for each in drawn_run.predictions if (each.arm, each.mode, each.split) == ("distilled", "answer", "plain")]
    assert (row["right"], row["of"]) == (sum(each.outcome is Outcome.RIGHT for each in said), len(said))
    assert (row["steps"], row["cpu_seconds"], row["seed"]) == (100, 52.0, "0")


def test_a_difference_of_a_run_has_its_test_and_its_effect(several: Summary, drawn_runs: list[RunRecords]) -> None:
    rows = [
        row
        for row in read(several)["differences"]
        if (row["first"], row["second"], row["split"]) == ("distilled", "control", "plain")
    ]
    found = [margin(run, "plain") for run in drawn_runs]
    told = [(each.difference.only_first, each.difference.only_second) for each in found if each is not None]
    assert [(row["only_first"], row["only_second"]) for row in rows] == told
    assert all(0 <= row["p"] <= 1 and -0.5 <= row["g"] <= 0.5 for row in rows)
    assert [row["seed"] for row in rows] == ["0", "1", "2"]


def test_a_mean_difference_is_tested_over_seeds(several: Summary) -> None:
    row = read(several)["mean_differences"][0]
    assert (row["first"], row["second"], row["split"], row["count"]) == ("distilled", "control", "plain", 3)
    assert (row["p"] < 0.05) == (row["low"] > 0 or row["high"] < 0)


def test_one_run_has_no_means(alone: Summary) -> None:
    held = read(alone)
    assert (held["means"], held["mean_differences"]) == ([], [])


def test_a_run_that_has_only_begun_still_has_its_files(drawn_run: RunRecords) -> None:
    begun = summarise([RunRecords(drawn_run.name, drawn_run.folder, questions=drawn_run.questions)])
    assert not any(read(begun)[name] for name in LISTS if name != "answers")
    assert as_markdown(begun).startswith("Runs: seed-0")


def test_every_row_has_a_line_of_its_own(several: Summary) -> None:
    held = read(several)
    assert len(as_json(several).splitlines()) == 2 + len(held) + sum(len(held[name]) + 1 for name in (*LISTS, "runs"))


def test_the_same_runs_give_the_same_files(drawn_run: RunRecords, alone: Summary) -> None:
    again = summarise([drawn_run])
    assert (as_json(again), as_markdown(again)) == (as_json(alone), as_markdown(alone))


def test_a_table_says_the_same_as_html_and_as_markdown(several: Summary) -> None:
    means = mean_table(several)
    assert means is not None
    for table in (headline_table(several), means, seed_table(several)):
        cells = [text for row in table.rows for cell in row.cells for text in (cell.text, cell.small) if text]
        page = re.sub(r"<[^>]+>", "\n", html_table(table)).replace("&#x27;", "'")
        assert [line for line in page.split("\n") if line in cells] == cells
        assert all(text in markdown_table(table) for text in cells)


def test_markdown_holds_every_pair_of_every_seed(several: Summary) -> None:
    text = as_markdown(several)
    assert text.count("**Paired differences, seed-") == 3
    assert "**Differences over 3 seeds**" in text
    assert "mean of distilled − control" in text


def test_markdown_tables_have_as_many_cells_in_every_line(several: Summary) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", as_markdown(several), flags=re.MULTILINE):
        assert len({line.count(" | ") for line in table.splitlines()}) == 1


def test_markdown_takes_no_orders_from_names() -> None:
    name = "a|b\n| c | <script> [x](javascript:y) `z` **w** \u202e"
    shown = markdown_table(Table(name, (Cell(name),), (Row((Cell(name),)),)))
    assert [line.count(" | ") for line in shown.splitlines() if line.startswith("|")] == [0, 0, 0]
    assert not re.search(r"(?<!\\)[<\[`]", shown)
    assert "\u202e" not in shown


def test_nothing_has_no_minus() -> None:
    assert (signed(-1e-9), say_effect(-1e-9)) == ("+0.0", "+0.00")


def test_what_was_not_measured_is_said_in_both() -> None:
    table = Table("t", (Cell("a"), Cell("b")), (Row((Cell("x"), MISSING)),))
    assert "| x | not measured |" in markdown_table(table)
    assert '<span class="quiet">not measured</span>' in html_table(table)


def test_both_files_are_written_side_by_side(alone: Summary, tmp_path: Path) -> None:
    write_summary(tmp_path / "deep" / "figures.json", alone)
    assert json.loads((tmp_path / "deep" / "figures.json").read_text()) == read(alone)
    assert (tmp_path / "deep" / "figures.md").read_text() == as_markdown(alone)


def test_a_disk_that_takes_nothing_is_an_error_that_says_so(alone: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        write_summary(tmp_path / "file" / "summary.json", alone)


def test_half_a_pair_of_signs_in_a_name_can_be_written(drawn_run: RunRecords, tmp_path: Path) -> None:
    odd = tuple(each.model_copy(update={"arm": "\ud800"}) for each in drawn_run.predictions[:30])
    write_summary(tmp_path / "summary.json", summarise([replace(drawn_run, predictions=odd)]))
    assert "\\ud800" in (tmp_path / "summary.md").read_text()
