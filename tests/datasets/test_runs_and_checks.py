"""`vpd data` checks a folder, shows it on a page, and brings its questions into a run."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vpd.distill.checks import read_policy
from vpd.distill.commands.data import data_app
from vpd.distill.datasets import check_splits
from vpd.distill.datasets.errors import BadRecord, DatasetError, SplitsStraddle
from vpd.distill.errors import RunError
from vpd.distill.records import Outcome, Teaches, TrainingExample, Verdict
from vpd.distill.run_directory import RunDirectory
from vpd.distill.stages import build, explain, judge, run_draws, sample
from vpd.engine.records import Question
from vpd.engine.scripted import ScriptedCompleter
from vpd.tools.errors import UnknownName

Vpd = Callable[..., Result]


@pytest.fixture
def vpd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vpd:
    """`vpd data` with a cache of its own."""
    monkeypatch.setenv("VPD_CACHE", str(tmp_path / "cache"))
    runner = CliRunner()
    return lambda *words: runner.invoke(data_app, [str(word) for word in words])


def held(run: Path) -> list[Question]:
    with RunDirectory(run) as place:
        return place.read(Question)


def test_the_list_names_every_data_set_with_its_licence_and_files(vpd: Vpd) -> None:
    said = vpd("list").stdout
    assert "hateful-memes: Hateful Memes" in said
    assert "never fetched from here" in said
    assert "    val: aokvqa_v1p0_val.json" in said
    assert "hf: a Hugging Face data set" in said


def test_a_whole_folder_is_counted(vpd: Vpd, shelf: Any) -> None:
    end = vpd("check", "pope", shelf.make("pope"))
    assert end.exit_code == 0
    assert "questions: 8 of 2 distinct texts" in end.stdout
    assert "kinds: random 4, popular 2, adversarial 2" in end.stdout
    assert "answer kinds: yes_no 8" in end.stdout
    assert "answered: 1 answer 8" in end.stdout
    assert "pictures: 2; 0 more have the content of another one" in end.stdout


def test_pictures_that_are_missing_broken_or_twice_are_counted_and_named(vpd: Vpd, shelf: Any) -> None:
    folder = shelf.make("tallyqa")
    (folder / "VG_100K_2" / "1.jpg").unlink()
    (folder / "VG_100K_2" / "4.jpg").write_bytes(b"no picture")
    end = vpd("check", "tallyqa", folder)
    assert end.exit_code == 1
    assert re.search(r"pictures missing: 1\n    .*test\.json, record 1: its picture VG_100K_2/1\.jpg is not in", end.stdout)
    assert re.search(r"pictures broken: 1\n    .*test\.json, record 2: its picture: .*4\.jpg: is not a picture", end.stdout)


def test_the_same_picture_under_two_names_is_counted_and_in_two_splits_refused(vpd: Vpd, shelf: Any) -> None:
    folder = shelf.make("tallyqa")
    for name in ("VG_100K_2/1.jpg", "VG_100K_2/4.jpg", "train2014/COCO_train2014_000000000002.jpg"):
        shelf.put_picture(folder / name, "red")
    end = vpd("check", "tallyqa", folder)
    assert end.exit_code == 1
    assert "pictures: 1; 2 more have the content of another one" in end.stdout
    assert "TallyQA 30095772 in train, TallyQA 30095771 in test" in end.stdout
    assert vpd("check", "tallyqa", folder, "--split", "test").exit_code == 0


def test_ids_that_stand_twice_are_named(vpd: Vpd, shelf: Any) -> None:
    folder = shelf.make("tallyqa")
    row = json.loads((folder / "test.json").read_text())[0]
    shelf.put_json(folder / "test.json", [row, row])
    end = vpd("check", "tallyqa", folder, "--split", "test")
    assert end.exit_code == 1
    assert re.search(
        r"ids repeated: 1\n    .*test\.json, record 2: 30095771 stands for another question of TallyQA too", end.stdout
    )


def test_a_broken_record_ends_the_check_with_its_error(vpd: Vpd, shelf: Any) -> None:
    (shelf.make("tallyqa") / "test.json").write_text('[{"answer": 1}]')
    assert isinstance(vpd("check", "tallyqa", shelf.make("tallyqa"), "--split", "test").exception, BadRecord)


def test_the_contact_sheet_is_one_file_that_fetches_nothing(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.html"
    assert vpd("check", "mmbench-circular", shelf.make("mmbench"), "--sheet", sheet).exit_code == 0
    page = sheet.read_text()
    assert "default-src 'none'" in page
    assert page.count('href="data:image/') == 6
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "Choose with care." in page


def test_what_a_data_set_says_is_text_on_the_sheet(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    folder = shelf.make("tallyqa")
    row = json.loads((folder / "test.json").read_text())[0] | {"question": "<script>alert(1)</script>"}
    shelf.put_json(folder / "test.json", [row])
    vpd("check", "tallyqa", folder, "--split", "test", "--sheet", tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_questions_are_put_at_the_start_of_a_new_run_with_its_settings(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    end = vpd("import", "aokvqa-choice", shelf.make("aokvqa-choice"), tmp_path / "run", "--split", "val", "--draws", "3")
    assert end.exit_code == 0, end.exception
    (question,) = held(tmp_path / "run")
    assert question.text == "What is in the bag? Choices: (A) hay; (B) mail; (C) sand; (D) bread"
    with RunDirectory(tmp_path / "run") as run:
        assert (run.settings.draws, run.settings.toolset) == (3, "lite")
    (line,) = (tmp_path / "run" / "imports.jsonl").read_text().splitlines()
    assert json.loads(line)["outcomes"] == {"added": 1}
    assert json.loads(line)["split"] == "val"


def test_choices_can_be_left_out_of_the_text(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    vpd("import", "mmbench", shelf.make("mmbench"), tmp_path / "run", "--no-choices")
    assert held(tmp_path / "run")[0].text == "Which one is it?\nChoose with care."


def test_the_hint_stands_before_the_question(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    vpd("import", "mmbench", shelf.make("mmbench"), tmp_path / "run")
    assert held(tmp_path / "run")[0].text.startswith("Look at the top. Which one is it?")


def test_pictures_out_of_cells_lie_in_the_run(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    vpd("import", "mmbench", shelf.make("mmbench"), tmp_path / "run")
    assert Path(held(tmp_path / "run")[0].image.path).is_relative_to(tmp_path / "run" / "pictures")


def test_importing_again_adds_nothing_and_another_data_set_is_added(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    for _ in range(2):
        vpd("import", "pope", shelf.make("pope"), tmp_path / "run", "--draws", "2")
    vpd("import", "textvqa", shelf.make("textvqa"), tmp_path / "run", "--split", "test")
    assert len(held(tmp_path / "run")) == 9
    outcomes = [json.loads(line)["outcomes"] for line in (tmp_path / "run" / "imports.jsonl").read_text().splitlines()]
    assert outcomes == [{"added": 8}, {"there already": 8}, {"added": 1}]


def test_other_settings_than_the_runs_are_refused(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    vpd("import", "pope", shelf.make("pope"), tmp_path / "run", "--draws", "2")
    end = vpd("import", "pope", shelf.make("pope"), tmp_path / "run", "--draws", "3")
    assert isinstance(end.exception, RunError)


def test_the_same_question_with_another_content_is_refused(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    vpd("import", "mmbench", shelf.make("mmbench"), tmp_path / "run")
    end = vpd("import", "mmbench", shelf.make("mmbench"), tmp_path / "run", "--no-choices")
    assert isinstance(end.exception, DatasetError)
    assert "241 is in the run with another text, picture or answer" in str(end.exception)


def straddling_pair(shelf: Any) -> Path:
    folder: Path = shelf.make("tallyqa")
    for name in ("VG_100K_2/1.jpg", "train2014/COCO_train2014_000000000002.jpg"):
        shelf.put_picture(folder / name, "red")
    return folder


@pytest.mark.parametrize(("rule", "count"), [("refuse", 1), ("drop", 2), ("keep", 3)])
def test_a_picture_in_two_splits_is_refused_dropped_or_kept(rule: str, count: int, vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    end = vpd("import", "tallyqa", straddling_pair(shelf), tmp_path / "run", "--straddling", rule)
    assert isinstance(end.exception, SplitsStraddle) == (rule == "refuse")
    assert len(held(tmp_path / "run")) == count


def test_pictures_straddle_across_imports_too(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    folder = straddling_pair(shelf)
    vpd("import", "tallyqa", folder, tmp_path / "run", "--split", "test")
    end = vpd("import", "tallyqa", folder, tmp_path / "run", "--split", "train")
    assert isinstance(end.exception, SplitsStraddle)
    assert "is that of TallyQA 30095771 (test) too" in str(end.exception)


def test_splits_are_checked_by_content(shelf: Any) -> None:
    questions = shelf.read("tallyqa", "test")
    check_splits(questions)
    other = questions[0].model_copy(update={"split": "train", "key": "other"})
    with pytest.raises(
        SplitsStraddle, match=r"1 pictures stand in several splits; the first, \w{12}, in test \(TallyQA 30095771\)"
    ):
        check_splits([*questions, other])


def test_a_limit_takes_the_first_and_a_seed_draws(shelf: Any, tmp_path: Path) -> None:
    shelf.put_picture(tmp_path / "mine" / "a.png", "red")
    shelf.put_lines(tmp_path / "mine" / "test.jsonl", [{"id": n, "question": f"{n}?", "image": "a.png"} for n in range(40)])

    def keys(**more: Any) -> list[int]:
        return [int(question.key) for question in shelf.read("own", folder=tmp_path / "mine", **more)]

    assert keys(limit=3) == [0, 1, 2]
    drawn = keys(limit=10, seed=1)
    assert drawn == sorted(drawn) == keys(limit=10, seed=1)
    assert drawn != list(range(10))
    assert drawn != keys(limit=10, seed=2)
    assert keys(limit=100, seed=1) == list(range(40))


def test_what_is_not_asked_for_is_not_opened(shelf: Any) -> None:
    folder = shelf.make("tallyqa")
    (folder / "VG_100K_2" / "4.jpg").unlink()
    assert len(shelf.read("tallyqa", "test", limit=1)) == 1
    stream = shelf.stream("tallyqa", folder, "test")
    assert next(stream).key == "30095771"
    stream.close()


def test_a_run_goes_on_from_imported_questions_to_examples(vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    shelf.put_picture(tmp_path / "mine" / "a.png", "white")
    text = "How many circles are there?"
    shelf.put_lines(tmp_path / "mine" / "train.jsonl", [{"question": text, "image": "a.png", "answer": 0}])
    words = ("--toolset", "scenes", "--draws", "1", "--llm", "scripted")
    assert vpd("import", "own", tmp_path / "mine", tmp_path / "run", *words).exit_code == 0
    program = 'def execute_command(image):\n    return len(find(image, "circle"))\n'
    with RunDirectory(tmp_path / "run") as run:
        with ScriptedCompleter({text: [program]}) as completer:
            sample(run, completer, ignore)
        run_draws(run, ignore)
        judge(run, ignore)
        explain(run, ignore, [read_policy("paper")])
        build(run, ignore)
        (verdict,) = run.read(Verdict)
        assert (verdict.outcome, verdict.answer) == (Outcome.RIGHT, "0")
        assert {example.teaches for example in run.read(TrainingExample)} == {Teaches.ANSWER, Teaches.RATIONALE}


def ignore(_outcome: str) -> None:
    return


@pytest.mark.parametrize("words", [("--toolset", "lit"), ("--straddling", "perhaps")])
def test_a_wrong_word_is_told_before_a_run_is_made(words: tuple[str, str], vpd: Vpd, shelf: Any, tmp_path: Path) -> None:
    end = vpd("import", "pope", shelf.make("pope"), tmp_path / "run", *words)
    assert isinstance(end.exception, UnknownName | DatasetError)
    assert not (tmp_path / "run").exists()
