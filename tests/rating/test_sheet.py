"""Sheets without names, and the way back from filled tables to writers."""

import base64
import csv
import hashlib
import html
import re
from pathlib import Path

import pytest
from PIL import Image as Picture
from typer.testing import CliRunner

from vpd.distill.commands.main import app
from vpd.distill.errors import RunError
from vpd.distill.rating import read_ratings, sample_items, stand
from vpd.distill.rating.criteria import CRITERIA
from vpd.distill.rating.reading import agree
from vpd.distill.rating.sheet import harmless
from vpd.distill.records import Outcome, Prediction, Rationale
from vpd.distill.rivals.told import FILE, Told
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.settings import RunSettings
from vpd.engine.journal import Journal
from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef, read_image_ref

WRITERS = ("programs, template-2", "reasoning, parrot", "student distilled")
HOSTILE = "=HYPERLINK(1) <script>alert(1)</script> So the answer is yes."


def question(number: int, split: str, image: ImageRef) -> Question:
    return Question(
        key=str(number), text=f"Is there a dog {number}?", image=image, kind="exist", answer_kind=AnswerKind.YES_NO,
        answers=("yes",), source="test", split=split,
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Twelve training questions: programs and a rival wrote on the first eight, and a student on four held-out ones."""
    Picture.new("RGB", (40, 30), "white").save(tmp_path / "a.png")
    image = read_image_ref(tmp_path / "a.png")
    asked = [question(number, "train" if number < 8 else "plain", image) for number in range(12)]
    with RunDirectory(tmp_path / "run", RunSettings()) as place:
        with place.journal(Question) as questions:
            for each in asked:
                questions.append(each)
        with place.journal(Rationale) as rationales, Journal(place.path / FILE, Told) as rivals:
            for each in asked[:8]:
                rationales.append(
                    Rationale(
                        question=each.id, trace="t", trace_digest="d", writer="template-2", grid="cell-8", answer="yes",
                        text=f"Dogs: dog at x1 y{each.key}; 1 in all. So the answer is yes.",
                    )
                )  # fmt: skip
                rivals.append(
                    Told(
                        rival="reasoning", question_id=each.id, prompt_sha256="p", model="parrot", sampling={}, draw=0,
                        completion="", question=each, text=HOSTILE, answer="yes", outcome=Outcome.RIGHT, grid="cell-8",
                    )
                )  # fmt: skip
        with place.journal(Prediction) as predictions:
            for each in asked[8:]:
                for mode in ("answer", "explain"):
                    predictions.append(
                        Prediction(
                            question=each.id, kind="exist", split="plain", arm="distilled", mode=mode, text="A dog. yes",
                            answer="yes", expected=("yes",), outcome=Outcome.RIGHT,
                        )
                    )  # fmt: skip
    return tmp_path / "run"


def rate(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["rate", *arguments], catch_exceptions=False, env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done.output


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def fill(sheet: Path, out: Path, say: dict[str, str]) -> Path:
    """A rater's table who says the same of every item."""
    rows = rows_of(sheet)
    with out.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows({**row, **say} for row in rows)
    return out


def test_texts_on_one_question_stand_together_in_drawn_order(run: Path) -> None:
    groups = sample_items(read_run(run), 8, seed=0)
    assert {len(group) for group in groups} <= {1, 2}
    assert all(len({item.question.id for item in group}) == 1 for group in groups)
    firsts = {group[0].source for group in sample_items(read_run(run), 12, seed=0) if len(group) == 2}
    assert firsts == {WRITERS[0], WRITERS[1]}


def test_every_writer_gets_a_turn(run: Path) -> None:
    groups = sample_items(read_run(run), 4, seed=0)
    assert {item.source for group in groups for item in group} == set(WRITERS)


def test_the_same_seed_draws_the_same_sheet(run: Path) -> None:
    records = read_run(run)
    assert sample_items(records, 5, seed=1) == sample_items(records, 5, seed=1)
    assert sample_items(records, 5, seed=1) != sample_items(records, 5, seed=2)


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.html"])
def test_a_sheet_does_not_say_who_wrote_what(run: Path, tmp_path: Path, name: str) -> None:
    rate(str(run), "--out", str(tmp_path / name))
    text = (tmp_path / name).read_text()
    assert not any(word in text for word in ("parrot", "template", "distilled", "reasoning,"))
    assert len(list((run / "ratings").glob("*.json"))) == 1


def test_a_page_holds_pictures_and_runs_no_script_but_its_own(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.html"))
    page = (tmp_path / "sheet.html").read_text()
    assert page.count("data:image/png;base64,") == 12
    assert "<script>alert" not in page
    assert html.escape("<script>alert(1)</script>") in page
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert page.count('type="radio"') == 20 * len(CRITERIA) * 2


def test_a_table_holds_no_formula(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    texts = [row["text"] for row in rows_of(tmp_path / "sheet.csv")]
    assert f"'{HOSTILE}" in texts
    assert not any(text.startswith("=") for text in texts)
    assert harmless("plain") == "plain"


def test_filled_tables_give_each_writers_means(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    one = fill(tmp_path / "sheet.csv", tmp_path / "one.csv", {"correct": "yes", "explained": "no", "factual": "yes"})
    two = fill(tmp_path / "sheet.csv", tmp_path / "two.csv", {"correct": "No", "explained": "YES", "factual": "no"})
    standings = {(each.source, each.criterion): each.share for each in stand(read_ratings(run, [one, two]))}
    assert {source for source, _ in standings} == set(WRITERS)
    assert all(standings[writer, "correct"].value == 0.5 for writer in WRITERS)
    assert all(standings[writer, "factual"].value == 0 for writer in WRITERS)
    assert (WRITERS[0], "preferred") not in standings


def test_a_text_that_explains_nothing_is_not_asked_whether_its_reasons_are_true(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    one = fill(tmp_path / "sheet.csv", tmp_path / "one.csv", {"explained": "no", "factual": "yes"})
    assert {each.criterion for each in stand(read_ratings(run, [one]))} == {"explained"}


def test_agreement_is_over_items_that_all_raters_rated(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    tables = [fill(tmp_path / "sheet.csv", tmp_path / f"{name}.csv", {"correct": "yes"}) for name in ("a", "b", "c")]
    lines = tables[2].read_text().splitlines()
    tables[2].write_text("\n".join(lines[:6]) + "\n")
    (found,) = [each for each in agree(read_ratings(run, tables)) if each.criterion == "correct"]
    assert (found.raters, found.items, found.same) == (3, 5, 1.0)


def test_the_command_shows_standings_and_agreement(run: Path, tmp_path: Path) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    one = fill(tmp_path / "sheet.csv", tmp_path / "one.csv", {"correct": "yes"})
    two = fill(tmp_path / "sheet.csv", tmp_path / "two.csv", {"correct": "no"})
    said = rate(str(run), "--filled", str(one), "--filled", str(two))
    assert all(writer in said for writer in WRITERS)
    assert "50.0 %" in said
    assert "0.00" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("correct", "right"), "no column correct"),
        (lambda text: re.sub(r"^\w{10},", "0000000000,", text, count=1, flags=re.MULTILINE), "of no sheet of this run"),
        (lambda text: text + text.splitlines()[1] + "\n", "comes twice"),
        (lambda text: text.replace(",,,,,,", ",perhaps,,,,,", 1), "yes, no or nothing is expected"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_line(run: Path, tmp_path: Path, change: object, says: str) -> None:
    rate(str(run), "--out", str(tmp_path / "sheet.csv"))
    assert callable(change)
    path = tmp_path / "filled.csv"
    path.write_text(change((tmp_path / "sheet.csv").read_text()))
    with pytest.raises(RunError, match=says):
        read_ratings(run, [path])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name either"),
        (["--out", "a.txt"], r"a \.csv or an \.html"),
        (["--filled", "none.csv"], "has no sheet"),
    ],
)
def test_what_is_wrong_is_said(run: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["rate", str(run), *arguments])
    assert isinstance(done.exception, RunError)
    assert re.search(says, str(done.exception))


def test_a_run_with_nothing_to_rate_says_so(tmp_path: Path) -> None:
    with RunDirectory(tmp_path, RunSettings()) as place, place.journal(Question):
        pass
    with pytest.raises(RunError, match="nothing to rate"):
        sample_items(read_run(tmp_path), 5, 0)
