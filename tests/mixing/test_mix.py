"""Mixing: what is in a set, what is not, and that the same input gives the same bytes."""

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from vpd.distill.errors import RunBusy, RunError
from vpd.distill.mixing import Balance, MixSettings, SourceChoice, mix, open_examples
from vpd.distill.mixing.set_directory import SetDirectory, taught_by
from vpd.distill.records import Teaches, TrainingExample
from vpd.tools.image import read_image_ref

MakeRun = Callable[..., Path]


def settings(*runs: Path, weights: tuple[float, ...] = (), **more: object) -> MixSettings:
    chosen = [SourceChoice(path=str(run), weight=weights[place] if weights else None) for place, run in enumerate(runs)]
    return MixSettings.checked(sources=chosen, **more)


def rows(folder: Path) -> list[TrainingExample]:
    return list(open_examples(folder).examples())


def per_run(folder: Path) -> Counter[str]:
    """Questions by source."""
    return Counter(name for name, _ in {(row.provenance["run"], row.question) for row in rows(folder)})


def test_one_run_gives_all_its_rows(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    mix(tmp_path / "set", settings(run))
    assert sorted(row.id for row in rows(tmp_path / "set")) == sorted(row.id for row in rows(run))


def test_the_same_input_gives_the_same_bytes(make_run: MakeRun, tmp_path: Path) -> None:
    runs = [make_run("one"), make_run("two", range(20, 30), source="other-1")]
    for name in ("a", "b"):
        mix(tmp_path / name, settings(*runs, weights=(1, 2), seed=3, validation=0.2))
    assert (tmp_path / "a" / "examples.jsonl").read_bytes() == (tmp_path / "b" / "examples.jsonl").read_bytes()


def test_pictures_of_the_set_can_be_opened_from_anywhere(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mix(tmp_path / "deep" / "set", settings(make_run("run")))
    monkeypatch.chdir("/")
    for row in rows(tmp_path / "deep" / "set"):
        assert read_image_ref(row.image.path).sha256 == row.image.sha256


def test_a_question_without_a_right_trace_keeps_its_answer_alone(make_run: MakeRun, tmp_path: Path) -> None:
    done = mix(tmp_path / "set", settings(make_run("run", wrong=[3])))
    taught = {row.teaches for row in rows(tmp_path / "set") if row.image.path.endswith("000003.png")}
    assert taught == {Teaches.ANSWER}
    assert done.tally.answer_only == 2


def test_a_picture_held_out_in_any_source_teaches_nothing(make_run: MakeRun, tmp_path: Path) -> None:
    first, second = make_run("first"), make_run("second", range(20, 24), held_out=[3], source="other-1")
    done = mix(tmp_path / "set", settings(first, second))
    held_out = read_image_ref(second / "images" / "000003.png").sha256
    assert held_out not in {row.image.sha256 for row in rows(tmp_path / "set")}
    assert done.dropped["first"]["picture of a held-out split"] == 4  # type: ignore[index]


@pytest.mark.parametrize("form", ["digests", "records", "run"])
def test_excluded_pictures_teach_nothing(make_run: MakeRun, tmp_path: Path, form: str) -> None:
    run, judged = make_run("run"), make_run("judged", [2, 5])
    held = [read_image_ref(judged / "images" / f"{colour:06}.png").sha256 for colour in (2, 5)]
    (tmp_path / "digests").write_text("".join(f"{digest}  a-name.png\n" for digest in held))
    (tmp_path / "records").write_bytes((judged / "questions.jsonl").read_bytes())
    excluded = judged if form == "run" else tmp_path / form
    mix(tmp_path / "set", settings(run), excluded=[excluded])
    assert {row.image.sha256 for row in rows(tmp_path / "set")}.isdisjoint(held)
    assert len(rows(tmp_path / "set")) == 6 * 4


def test_what_was_said_before_is_left_out_and_contradictions_are_counted(make_run: MakeRun, tmp_path: Path) -> None:
    first = make_run("first", [1, 2], [("Is it red?", "existence", "yes")])
    second = make_run("second", [2, 3], [("is it  RED?", "existence", "no")], source="other-1")
    done = mix(tmp_path / "set", settings(first, second))
    said = [row for row in rows(tmp_path / "set") if row.image.path.endswith("000002.png")]
    assert {row.provenance["run"] for row in said} == {"first"}
    assert done.contradictions == 1
    assert done.dropped["second"]["said before of the same picture and question"] == 2  # type: ignore[index]


def test_runs_whose_questions_share_an_id_lose_nothing(make_run: MakeRun, tmp_path: Path) -> None:
    """As runs of a drawn data set with two seeds do: the same keys, other pictures."""
    first = make_run("first", [1, 2])
    second = make_run("second", [1 << 16, 2 << 16])
    lines = [json.loads(line) for line in (second / "examples.jsonl").read_text().splitlines()]
    ids = [example.question for example in rows(first)]
    for line, question in zip(lines, ids):
        line["question"] = question
    (second / "examples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = [json.loads(line) for line in (second / "questions.jsonl").read_text().splitlines()]
    keys = [json.loads(line)["key"] for line in (first / "questions.jsonl").read_text().splitlines()]
    text = "".join(json.dumps({**line, "key": key}) + "\n" for line, key in zip(asked, keys))
    (second / "questions.jsonl").write_text(text)
    mix(tmp_path / "set", settings(first, second))
    found = rows(tmp_path / "set")
    assert len(found) == 16
    assert len({row.id for row in found}) == 16
    taught = Counter((row.question, row.image.sha256) for row in found)
    assert len(taught) == len({question for question, _ in taught}) == 8
    assert set(taught.values()) == {2}


def test_weights_are_shares_of_the_questions(make_run: MakeRun, tmp_path: Path) -> None:
    runs = [make_run("one", range(10)), make_run("two", range(20, 40), source="other-1")]
    mix(tmp_path / "set", settings(*runs, weights=(3, 1)))
    assert per_run(tmp_path / "set") == {"one": 20, "two": 6}


def test_a_limit_keeps_the_shares(make_run: MakeRun, tmp_path: Path) -> None:
    runs = [make_run("one", range(10)), make_run("two", range(20, 40), source="other-1")]
    mix(tmp_path / "set", settings(*runs, weights=(3, 1), most=8))
    assert per_run(tmp_path / "set") == {"one": 6, "two": 2}


def test_a_limit_without_weights_is_kept(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run"), most=5))
    assert sum(per_run(tmp_path / "set").values()) == 5


def test_more_data_does_not_reshuffle_what_was_chosen(make_run: MakeRun, tmp_path: Path) -> None:
    few, many = make_run("few", range(40)), make_run("many", range(41))
    for run in (few, many):
        mix(tmp_path / f"{run.name}-set", settings(run, most=20))
    first, second = ({row.question for row in rows(tmp_path / f"{name}-set")} for name in ("few", "many"))
    assert len(first & second) >= 19


def test_answers_of_a_kind_are_cut_to_the_second_most_frequent(make_run: MakeRun, tmp_path: Path) -> None:
    often = [(f"Is it {number}?", "existence", "yes") for number in range(5)]
    run = make_run("run", [1], [*often, ("Is it 5?", "existence", "no"), ("Is it 6?", "existence", "no")])
    mix(tmp_path / "set", settings(run, balance=Balance.ANSWER))
    answers = Counter(row.provenance["answer"] for row in rows(tmp_path / "set") if row.teaches is Teaches.ANSWER)
    assert answers == {"yes": 2, "no": 2}


def test_kinds_are_cut_to_the_middle_one(make_run: MakeRun, tmp_path: Path) -> None:
    asked = [
        (f"{kind} {number}?", kind, str(number)) for kind, count in (("a", 5), ("b", 3), ("c", 1)) for number in range(count)
    ]
    mix(tmp_path / "set", settings(make_run("run", [1], asked), balance=Balance.KIND))
    kinds = Counter(row.kind for row in rows(tmp_path / "set") if row.teaches is Teaches.ANSWER)
    assert kinds == {"a": 3, "b": 3, "c": 1}


def test_validation_is_set_aside_by_picture(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run", range(80)), validation=0.25))
    splits: dict[str, set[str]] = {}
    for row in rows(tmp_path / "set"):
        splits.setdefault(row.image.sha256, set()).add(row.split)
    counts = Counter(next(iter(each)) for each in splits.values())
    assert all(len(each) == 1 for each in splits.values())
    assert 10 < counts["validation"] < 30


def test_a_set_can_be_mixed_again_and_keeps_its_validation_out(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "first", settings(make_run("run", range(40)), validation=0.25))
    aside = {row.image.sha256 for row in rows(tmp_path / "first") if row.split == "validation"}
    mix(tmp_path / "second", settings(tmp_path / "first", make_run("more", range(50, 60), source="other-1")))
    found = rows(tmp_path / "second")
    assert {row.provenance["run"] for row in found} == {"run", "more"}
    assert aside
    assert aside.isdisjoint(row.image.sha256 for row in found)


def test_without_labels_the_target_is_what_the_program_answered(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run", asked=[("Is it red?", "existence", "")])
    mix(tmp_path / "set", settings(run, unlabelled=True))
    found = rows(tmp_path / "set")
    answers = [row for row in found if row.teaches is Teaches.ANSWER]
    assert {row.messages[-1].content for row in answers} == {"maybe"}
    assert {row.provenance["label"] for row in answers} == {"program"}
    assert len(found) == 2 * len(answers) == 16


def test_an_answer_that_a_program_gave_is_not_called_peoples(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run", asked=[("Is it red?", "existence", "yes"), ("How many?", "counting", "")])))
    said = {(row.kind, row.provenance["label"]) for row in rows(tmp_path / "set") if row.teaches is Teaches.ANSWER}
    assert said == {("existence", "people"), ("counting", "program")}
    card = (tmp_path / "set" / "card.md").read_text()
    assert "people: 8, program: 8" in card
    assert "8 short answers are programs', to questions that nobody had answered." in card


def test_a_set_without_labels_can_be_made_of_a_set(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "first", settings(make_run("run")))
    mix(tmp_path / "second", settings(tmp_path / "first", unlabelled=True))
    answers = [row for row in rows(tmp_path / "second") if row.teaches is Teaches.ANSWER]
    assert len(answers) == 16
    assert {row.provenance["label"] for row in answers} == {"program"}


def test_a_set_teaches_answers_and_rationales_or_answers_alone(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run", range(20)), validation=0.3))
    place = SetDirectory(tmp_path / "set")
    whole, control = taught_by(place, "distilled"), taught_by(place, "control")
    assert {row.split for row in whole} == {"train"}
    assert {row.teaches for row in control} == {Teaches.ANSWER}
    assert len(whole) == 2 * len(control)


def test_a_killed_mixing_leaves_nothing_that_looks_whole(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    with (run / "rationales.jsonl").open("a") as file:
        file.write("not a record\n")
    with pytest.raises(OSError, match=r"rationales\.jsonl, line"):
        mix(tmp_path / "set", settings(run))
    assert not (tmp_path / "set").exists()
    assert not (tmp_path / ".set.part").exists()


def test_a_set_is_not_overwritten_unless_asked(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    mix(tmp_path / "set", settings(run))
    with pytest.raises(RunError, match="is there already"):
        mix(tmp_path / "set", settings(run, most=1))
    mix(tmp_path / "set", settings(run, most=1), replace=True)
    assert len(rows(tmp_path / "set")) == 2


def test_the_same_mixing_again_finds_its_set(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    first = mix(tmp_path / "set", settings(run, most=3))
    again = mix(tmp_path / "set", settings(run, most=3))
    assert not again.made
    assert again.tally.as_counts() == first.tally.as_counts()
    assert {name: +why for name, why in again.dropped.items()} == {name: +why for name, why in first.dropped.items()}


def test_a_set_whose_run_has_changed_is_not_taken_for_the_same(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    mix(tmp_path / "set", settings(run))
    lines = (run / "examples.jsonl").read_text().splitlines(keepends=True)
    (run / "examples.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(RunError, match="is there already"):
        mix(tmp_path / "set", settings(run))


def test_a_folder_of_someone_else_is_never_replaced(make_run: MakeRun, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="not what this command writes"):
        mix(tmp_path / "set", settings(make_run("run")), replace=True)
    assert (tmp_path / "set" / "thesis.txt").exists()


def test_a_set_that_was_changed_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run")))
    with (tmp_path / "set" / "examples.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(RunError, match="mix the set again"):
        open_examples(tmp_path / "set")


def test_nothing_left_says_why(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    with pytest.raises(RunError, match="32 picture excluded on request"):
        mix(tmp_path / "set", settings(run), excluded=[run])


def test_the_manifest_holds_the_files_digests(make_run: MakeRun, tmp_path: Path) -> None:
    mix(tmp_path / "set", settings(make_run("run")))
    files = json.loads((tmp_path / "set" / "manifest.json").read_text())["files"]
    for name in ("examples.jsonl", "card.md", "mix.json"):
        assert files[name]["sha256"] == hashlib.sha256((tmp_path / "set" / name).read_bytes()).hexdigest()


def test_two_at_a_time_are_refused(make_run: MakeRun, tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / ".set.lock"), pytest.raises(RunBusy):
        mix(tmp_path / "set", settings(make_run("run")))


def test_sources_of_one_name_are_refused(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="two sources are called 'run'"):
        MixSettings.checked(sources=[{"path": str(tmp_path / "a" / "run")}, {"path": str(tmp_path / "b" / "run")}])


def test_a_mixing_that_is_killed_can_be_run_again(make_run: MakeRun, tmp_path: Path) -> None:
    """Killed wherever it is: there is no set, or a whole one, and the same command ends it."""
    run = make_run("run", range(60))
    command = [sys.executable, "-m", "vpd.distill.commands", "mix", str(tmp_path / "set"), "--from", str(run)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (tmp_path / ".set.part").exists():
        time.sleep(0.002)
    process.kill()
    process.wait()
    if (tmp_path / "set").exists():
        open_examples(tmp_path / "set")
    done = mix(tmp_path / "set", settings(run))
    assert done.tally.rows.total() == 240
    assert not (tmp_path / ".set.part").exists()
