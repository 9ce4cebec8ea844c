"""The task files for lmms-eval: by its documented keys, by the official metrics, and by itself where it is installed."""

import importlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from typer.testing import CliRunner

from vpd.distill.commands.console import ended_by
from vpd.distill.commands.main import app
from vpd.distill.datasets.memes import QUESTION
from vpd.distill.errors import RunError
from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.lmms_tasks import TASKS, write_tasks
from vpd.distill.evaluation.lmms_tasks import documents as shipped
from vpd.distill.metrics import evaluate_predictions
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.engine.records import AnswerKind, Question
from vpd.tools.errors import ImageError, UnknownName
from vpd.tools.image import ImageRef

yaml: Any = importlib.import_module("yaml")  # untyped, and a part of what every trainer needs
DIRECT = ("bread",) * 4 + ("toast",) * 2 + ("flour",) * 4
KEYS = {
    "task",
    "dataset_path",
    "dataset_kwargs",
    "test_split",
    "output_type",
    "doc_to_visual",
    "doc_to_text",
    "doc_to_target",
    "generation_kwargs",
    "process_results",
    "metric_list",
    "lmms_eval_specific_kwargs",
    "metadata",
}
"""Those of lmms-eval's guide to tasks that ours use."""


def of_benchmark(image: ImageRef, source: str, key: str, text: str, kind: AnswerKind, **more: Any) -> Question:
    return Question(key=key, text=text, image=image, kind="any", answer_kind=kind, source=source, split="val", **more)


@pytest.fixture
def asked(images: list[ImageRef]) -> list[Question]:
    """Two or three questions of each benchmark, as their readers make them, and one that nobody has answered."""
    choices = ("hay", "mail", "sand", "bread")
    choice, direct = "A-OKVQA v1p0 (multiple choice)", "A-OKVQA v1p0 (direct answer)"
    text = "What is in the bag?"
    made = [
        of_benchmark(images[0], choice, "c0", text, AnswerKind.CHOICE, choices=choices, answers=("bread",)),
        of_benchmark(images[1], choice, "c1", text, AnswerKind.CHOICE, choices=choices, answers=("hay",)),
        of_benchmark(images[1], choice, "c2", text, AnswerKind.CHOICE, choices=choices),
        of_benchmark(images[0], direct, "d0", text, AnswerKind.SOFT, answers=DIRECT, details={"difficult_direct_answer": False}),
        of_benchmark(images[1], direct, "d1", text, AnswerKind.SOFT, answers=DIRECT, details={"difficult_direct_answer": True}),
    ]
    for number, (source, simple) in enumerate((("amt", False), ("imported_genome", True), ("imported_genome", False))):
        details = {"data_source": source, "issimple": simple}
        lamps = ("How many lamps?", AnswerKind.NUMBER)
        made.append(of_benchmark(images[number], "TallyQA", f"t{number}", *lamps, answers=(str(number),), details=details))
    for number, answer in enumerate(("yes", "no", "yes", "no")):
        made.append(of_benchmark(images[number], "Hateful Memes", f"m{number}", QUESTION, AnswerKind.YES_NO, answers=(answer,)))
    return made


@pytest.fixture
def filled(tmp_path: Path, asked: list[Question]) -> RunDirectory:
    with RunDirectory(tmp_path / "run", RunSettings()) as place, place.journal(Question) as journal:
        for question in asked:
            journal.append(question)
    return place


@pytest.fixture
def tasks(filled: RunDirectory, tmp_path: Path) -> Path:
    return write_tasks(filled, tmp_path / "tasks").folder


def named(_loader: Any, node: Any) -> Any:
    """The function that a task file names by its own tag, as lmms-eval finds it where no file beside them has that name."""
    module, _, function = str(node.value).rpartition(".")
    return getattr(importlib.import_module(module), function)


Reader: Any = type("Reader", (yaml.SafeLoader,), {})
Reader.add_constructor("!function", named)


def read_task(folder: Path, task: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((folder / f"{task}.yaml").read_text(), Reader)
    return loaded


def documents_of(folder: Path, task: str, cache: Path) -> Any:
    """As the task's own keys say."""
    import datasets

    read = read_task(folder, task)
    files = {split: str(folder / name) for split, name in read["dataset_kwargs"]["data_files"].items()}
    return datasets.load_dataset(read["dataset_path"], data_files=files, split=read["test_split"], cache_dir=str(cache))


def scored(read: dict[str, Any], documents: Sequence[Any], told: Sequence[str]) -> dict[str, float]:
    """Documents and answers through a task's functions, in lmms-eval's order: each document, then each metric's gathering."""
    results = [read["process_results"](document, [answer]) for document, answer in zip(documents, told, strict=True)]
    return {one["metric"]: one["aggregation"]([result[one["metric"]] for result in results]) for one in read["metric_list"]}


@pytest.mark.parametrize("task", TASKS.values())
def test_a_task_file_has_the_documented_keys_and_what_it_names_is_there(task: str, tasks: Path, tmp_path: Path) -> None:
    read, documents = read_task(tasks, task), documents_of(tasks, task, tmp_path / "cache")
    assert set(read) == KEYS
    assert (read["task"], read["output_type"], read["test_split"]) == (task, "generate_until", "test")
    assert {read["doc_to_target"], "image"} <= set(documents.column_names)
    for document in documents:
        (shown,) = read["doc_to_visual"](document)
        assert (shown.mode, shown.size) == ("RGB", (64, 64))
        assert read["doc_to_text"](document, read["lmms_eval_specific_kwargs"]["default"]).startswith(document["question"])
    metrics = [one["metric"] for one in read["metric_list"]]
    assert set(read["process_results"](documents[0], [""])) == set(metrics)
    assert all(set(one) == {"metric", "aggregation", "higher_is_better"} for one in read["metric_list"])


SAID = {
    "aokvqa-choice": ["Bread", "mail"],
    "aokvqa-direct": ["toast", "bread"],
    "tallyqa": ["0", "2", "many"],
    "hateful-memes": ["yes", "no", "No.", "perhaps"],
}


@pytest.mark.parametrize(
    ("benchmark", "wanted"),
    [
        ("aokvqa-choice", {"aokvqa_choice_accuracy": 50.0}),
        ("aokvqa-direct", {"aokvqa_direct_accuracy": 200 / 3}),
        (
            "tallyqa",
            {
                "tallyqa_accuracy": 100 / 3,
                "tallyqa_simple_accuracy": 0.0,
                "tallyqa_complex_accuracy": 100.0,
                "tallyqa_rmse": math.sqrt(5 / 3),
            },
        ),
        ("hateful-memes", {"hateful_memes_auroc": 0.75, "hateful_memes_accuracy": 0.5}),
    ],
)
def test_answers_are_scored_by_the_official_metric(benchmark: str, wanted: dict[str, float], tasks: Path, tmp_path: Path) -> None:
    task = TASKS[benchmark]
    found = scored(read_task(tasks, task), documents_of(tasks, task, tmp_path / "cache"), SAID[benchmark])
    assert found == pytest.approx(wanted)


def test_a_probability_ranks_memes(asked: list[Question], tasks: Path, tmp_path: Path) -> None:
    task, shares = TASKS["hateful-memes"], [0.9, 0.6, 0.55, 0.1]
    found = scored(read_task(tasks, task), documents_of(tasks, task, tmp_path / "cache"), [repr(share) for share in shares])
    memes = [question for question in asked if question.source == "Hateful Memes"]
    ours = evaluate_predictions("hateful-memes", memes, {meme.id: share for meme, share in zip(memes, shares)}).values
    assert found == {"hateful_memes_auroc": ours["auroc"], "hateful_memes_accuracy": ours["accuracy"]}
    assert ours["auroc"] == 0.75


def test_what_cannot_be_had_is_not_a_number(tasks: Path, tmp_path: Path) -> None:
    (first, *_) = documents_of(tasks, TASKS["hateful-memes"], tmp_path / "cache")
    said = shipped.results(first, ["yes"])["hateful_memes_auroc"]
    assert math.isnan(shipped.hateful_memes_auroc([said]))


def test_other_models_are_shown_the_choices_and_our_students_are_not(tasks: Path, tmp_path: Path) -> None:
    task = TASKS["aokvqa-choice"]
    kwargs, document = read_task(tasks, task)["lmms_eval_specific_kwargs"], documents_of(tasks, task, tmp_path / "cache")[0]
    shown = "What is in the bag?\nChoices: hay, mail, sand, bread\nAnswer with one of the choices."
    assert shipped.words(document, kwargs["default"]) == shown
    assert shipped.words(document, kwargs["vpd_student"]) == "What is in the bag?\nAnswer with one of the choices."


def test_the_folder_holds_no_path_of_this_machine_and_its_note_says_what_is_in_it(tasks: Path, tmp_path: Path) -> None:
    note = json.loads((tasks / "tasks.json").read_text())
    assert note["questions"] == dict(zip(TASKS.values(), (2, 2, 3, 4)))
    assert set(note["files"]) == {f"{task}.{kind}" for task in TASKS.values() for kind in ("yaml", "parquet")}
    assert [path.name for path in tasks.iterdir() if str(tmp_path).encode() in path.read_bytes()] == []


def test_one_benchmark_alone_can_be_written(filled: RunDirectory, tmp_path: Path) -> None:
    done = write_tasks(filled, tmp_path / "out", ["aokvqa-choice"])
    assert (done.questions, done.unanswered) == ({"vpd_aokvqa_choice": 2}, 1)
    assert not (tmp_path / "out" / "vpd_tallyqa.yaml").exists()


def test_a_run_without_such_questions_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="put some in with: vpd data import"):
        write_tasks(RunDirectory(run), tmp_path / "out")


def test_a_benchmark_that_nobody_has_answered_is_left_out_unless_it_was_named(tmp_path: Path, asked: list[Question]) -> None:
    with RunDirectory(tmp_path / "run", RunSettings()) as place, place.journal(Question) as journal:
        for question in asked:
            journal.append(question if question.source != "TallyQA" else question.model_copy(update={"answers": ()}))
    done = write_tasks(place, tmp_path / "out")
    assert "vpd_tallyqa" not in done.questions
    assert done.unanswered == 4
    with pytest.raises(EvaluationError, match="no question with an answer of tallyqa"):
        write_tasks(place, tmp_path / "named", ["tallyqa"])


def test_a_benchmark_without_a_task_file_is_refused(filled: RunDirectory, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="pope"):
        write_tasks(filled, tmp_path / "out", ["pope"])


def test_a_picture_that_has_changed_is_refused_before_anything_is_written(
    filled: RunDirectory, asked: list[Question], tmp_path: Path
) -> None:
    picture = tmp_path / "changed.png"
    Picture.new("RGB", (8, 8)).save(picture)
    with filled, filled.journal(Question) as journal:
        journal.append(asked[0].model_copy(update={"key": "changed", "image": ImageRef("0" * 64, str(picture), 8, 8)}))
    with pytest.raises(ImageError, match="has changed"):
        write_tasks(filled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_prints_the_folder_and_replaces_only_tasks(
    filled: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["lmms-tasks", str(filled.path), str(tmp_path / "out")]
    for arguments in (given, [*given, "--benchmark", "tallyqa", "--force"]):
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.stdout.splitlines()[-1] == str(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").glob("*.yaml")) == ["vpd_tallyqa.yaml"]
    assert ended_by(lambda: app(given, standalone_mode=False)) == 1
    assert "is there already" in capsys.readouterr().err


def test_tasks_are_not_overwritten_unless_asked(filled: RunDirectory, tasks: Path) -> None:
    with pytest.raises(RunError, match="is there already"):
        write_tasks(filled, tasks)


@pytest.mark.filterwarnings("ignore")
def test_lmms_eval_runs_the_tasks(
    tasks: Path, tmp_path: Path, tiny: Path, asked: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way through lmms-eval, with a student with random weights: its numbers are those of our own metrics."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    evaluator = pytest.importorskip("lmms_eval.evaluator", exc_type=ImportError)
    import argparse

    from lmms_eval.tasks import TaskManager

    from vpd.distill.evaluation.lmms_student import VpdStudent

    manager = TaskManager(include_path=str(tasks), include_defaults=False, model_name="vpd_student")
    found = evaluator.simple_evaluate(
        model=VpdStudent(pretrained=str(tiny), mode="probability", batch_size=4, device="cpu"),
        tasks=list(TASKS.values()),
        task_manager=manager,
        batch_size=4,
        bootstrap_iters=0,
        log_samples=True,
        cli_args=argparse.Namespace(output_path=None, process_with_media=False),
    )
    for benchmark, task in TASKS.items():
        samples = sorted(found["samples"][task], key=lambda sample: sample["doc_id"])
        said = [sample["filtered_resps"][0] for sample in samples]
        ours = scored(read_task(tasks, task), documents_of(tasks, task, tmp_path / "ours"), said)
        theirs = {name: found["results"][task][f"{name},none"] for name in ours}
        assert theirs == pytest.approx(ours, nan_ok=True)
        assert len(said) == sum(bool(one.answers) for one in asked if TASKS[benchmark] == task and of(one, benchmark))


def test_the_documented_command_asks_our_students(tasks: Path, tmp_path: Path, tiny: Path) -> None:
    """`python -m lmms_eval` finds model and tasks by itself, and what it writes is scored as our own metrics score it."""
    pytest.importorskip("lmms_eval.evaluator", exc_type=ImportError)
    command = [sys.executable, "-m", "lmms_eval", "--model", "vpd_student", "--include_path", str(tasks), "--batch_size", "4"]
    command += ["--model_args", f"pretrained={tiny},mode=answer,device=cpu", "--tasks", ",".join(TASKS.values())]
    command += ["--output_path", str(tmp_path / "out"), "--log_samples"]
    here = os.environ | {"HF_DATASETS_CACHE": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=here, cwd=tmp_path, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = (tmp_path / "out").rglob("*_results.json")
    for task in TASKS.values():
        (log,) = (tmp_path / "out").rglob(f"*_samples_{task}.jsonl")
        samples = sorted((json.loads(line) for line in log.read_text().splitlines()), key=lambda sample: sample["doc_id"])
        said = [sample["filtered_resps"] for sample in samples]  # one string each, where a task has one answer a document
        ours = scored(read_task(tasks, task), documents_of(tasks, task, tmp_path / "ours"), said)
        theirs = json.loads(results.read_text())["results"][task]
        assert {name: theirs[f"{name},none"] for name in ours} == pytest.approx(ours, nan_ok=True)


def of(question: Question, benchmark: str) -> bool:
    """Whether a question is a benchmark's."""
    from vpd.distill.evaluation.scoring import SOURCES

    return question.source.startswith(SOURCES[benchmark])
