"""`vpd report` and `vpd view` as a user calls them, and the tables of a terminal."""

import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rich.console import Console
from typer import Typer
from typer.testing import CliRunner

from vpd.distill.arms import Arm
from vpd.distill.commands.report import report, view
from vpd.distill.experiment import Experiment
from vpd.distill.plans import write_plan
from vpd.distill.report import print_summary
from vpd.distill.run_files import RunRecords
from vpd.distill.summary import summarise

app = Typer()
app.command()(report)
app.command()(view)


def text_of(runs: list[RunRecords]) -> str:
    console = Console(width=160, record=True, file=StringIO())
    print_summary(console, summarise(runs))
    return console.export_text()


def test_report_writes_a_page_beside_the_records(new_run: Callable[[str], RunRecords]) -> None:
    run = new_run("square")
    done = CliRunner().invoke(app, ["report", str(run.folder)])
    assert done.exit_code == 0
    assert (run.folder / "report.html").read_text().startswith("<!doctype html>")


def test_report_writes_where_it_is_told(drawn_runs: list[RunRecords], tmp_path: Path) -> None:
    page = tmp_path / "deep" / "all.html"
    done = CliRunner().invoke(app, ["report", *(str(run.folder) for run in drawn_runs), "--html", str(page)])
    assert done.exit_code == 0
    assert "3 runs, one seed each" in page.read_text()


def test_report_writes_its_figures_beside_the_page(drawn_run: RunRecords, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(drawn_run.folder), "--html", str(tmp_path / "page.html")])
    assert done.exit_code == 0
    assert json.loads((tmp_path / "summary.json").read_text())["runs"] == [{"run": "seed-0", "seed": "0"}]
    assert (tmp_path / "summary.md").read_text().startswith("Runs: seed-0")


def test_report_writes_its_figures_where_it_is_told(drawn_run: RunRecords, tmp_path: Path) -> None:
    asked = ["--html", str(tmp_path / "page.html"), "--summary", str(tmp_path / "a" / "figures.json")]
    done = CliRunner().invoke(app, ["report", str(drawn_run.folder), *asked])
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["figures.json", "figures.md"]


def test_a_summary_that_is_no_json_file_is_refused_before_anything_is_written(drawn_run: RunRecords, tmp_path: Path) -> None:
    asked = ["--html", str(tmp_path / "page.html"), "--summary", str(tmp_path / "figures.md")]
    done = CliRunner().invoke(app, ["report", str(drawn_run.folder), *asked])
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_report_takes_the_plan_that_lies_beside_the_runs(drawn_run: RunRecords, tmp_path: Path) -> None:
    run = tmp_path / "seed-0"
    shutil.copytree(drawn_run.folder, run)
    write_plan(tmp_path, Experiment(about="Whether it helps.", arms=(Arm(name="base"), Arm(name="unfiltered"))))
    done = CliRunner().invoke(app, ["report", str(run)])
    assert done.exit_code == 0
    assert "Whether it helps." in (run / "report.html").read_text()
    assert "unfiltered − base" in (run / "summary.md").read_text()


def test_view_lists_traces_and_writes_one(drawn_run: RunRecords, tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["view", str(drawn_run.folder)])
    trace = listed.stdout.split()[0]
    page = tmp_path / "trace.html"
    done = CliRunner().invoke(app, ["view", str(drawn_run.folder), trace, "--html", str(page)])
    assert done.exit_code == 0
    assert trace in page.read_text()


def test_the_terminal_shows_both_tables_and_the_sentences(drawn_run: RunRecords) -> None:
    text = text_of([drawn_run])
    assert "Right answers in percent" in text
    assert "Questions with a right program among k draws" in text
    assert "On the split plain, the distilled student is" in text


def test_the_terminal_takes_no_orders_from_names(drawn_run: RunRecords) -> None:
    odd = tuple(each.model_copy(update={"arm": "[red]\x1b[2J[/nothing]"}) for each in drawn_run.predictions[:20])
    hostile = RunRecords("run", drawn_run.folder, questions=drawn_run.questions, predictions=odd)
    text = text_of([hostile])
    assert "[red]\\u001b[2J[/nothing]" in text


def test_several_seeds_are_named_in_the_terminal(drawn_runs: list[RunRecords]) -> None:
    assert "mean over 3 seeds" in text_of(drawn_runs)
