"""Questions read from official files can be scored: their details are those that the metrics ask for."""

import importlib.util
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vpd.distill.metrics import BENCHMARKS, evaluate_predictions
from vpd.distill.metrics.files import read_predictions, write_predictions
from vpd.engine.records import Question

SPLITS = {"gqa": "testdev", "vqav2": "val", "hateful-memes": "dev_seen", "tallyqa": "test", "textvqa": "val"}
BEST = {"vqav2": 100.0, "okvqa": 100.0, "gqa": 100.0, "tallyqa": 100.0, "aokvqa-choice": 100.0, "aokvqa-direct": 100.0}
"""The best headline there is, where it is a percentage; elsewhere it is 1."""


@cache
def shelf_of(folder: Path) -> Any:
    """Data sets in the layouts of their releases, as the tests of their readers write them."""
    spec = importlib.util.spec_from_file_location("shelf", Path(__file__).parents[1] / "datasets" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Shelf(folder)


def known(benchmark: str, folder: Path) -> list[Question]:
    """The questions of a benchmark that somebody answered."""
    return [one for one in shelf_of(folder).read(benchmark, SPLITS.get(benchmark)) if one.answers]


def best(benchmark: str, question: Question) -> Any:
    """The prediction that the metric likes best."""
    if benchmark == "hateful-memes":
        return 0.9 if question.answers == ("yes",) else 0.1
    if benchmark.startswith("mmbench"):
        return question.details["answer"]
    return Counter(question.answers).most_common(1)[0][0]


@pytest.mark.parametrize("benchmark", sorted(BENCHMARKS))
def test_the_best_predictions_score_best(benchmark: str, tmp_path: Path) -> None:
    questions = known(benchmark, tmp_path)
    said = {question.id: best(benchmark, question) for question in questions}
    scores = evaluate_predictions(benchmark, questions, said)
    assert scores.asked == len(questions) > 0
    assert scores.values[scores.headline] == BEST.get(benchmark, 1.0)


@pytest.mark.parametrize("benchmark", sorted(BENCHMARKS))
def test_predictions_go_through_the_benchmarks_own_file(benchmark: str, tmp_path: Path) -> None:
    questions = known(benchmark, tmp_path)
    said = {question.id: best(benchmark, question) for question in questions}
    write_predictions(benchmark, tmp_path / "said", questions, said)
    assert {
        name: type(said[name])(value) for name, value in read_predictions(benchmark, tmp_path / "said", questions).items()
    } == said


def test_gqas_consistency_comes_with_the_entailed_question(tmp_path: Path) -> None:
    questions = known("gqa", tmp_path)
    scores = evaluate_predictions("gqa", questions, {question.id: question.answers[0] for question in questions})
    assert scores.values["consistency"] == 100.0
    assert scores.values["distribution (chi-square / 100)"] == 0.0
