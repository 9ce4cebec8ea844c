"""Our numbers in the shape in which the official codes give theirs, question by question where they do."""

from collections.abc import Callable, Sequence
from typing import Any

from vpd.distill.metrics import Scores, evaluate_predictions

__all__ = ["CHUNK", "VARIANTS", "ours", "packed", "unpacked"]

CHUNK = 100
"""Cases of one curve, of those metrics that say nothing of a single question."""


def scores_of(benchmark: str, cases: Sequence[Any], variant: str | None = None) -> Scores:
    predictions = {case.question.id: case.said for case in cases}
    return evaluate_predictions(benchmark, [case.question for case in cases], predictions, variant=variant)


def each(benchmark: str, cases: Sequence[Any], name: str, variant: str | None = None) -> list[float | None]:
    """A value of every question by itself."""
    return [scores_of(benchmark, [case], variant).values[name] for case in cases]


def grouped(scores: Scores, name: str) -> dict[str, float]:
    return {group: share.value for group, share in scores.groups[name].items()}


def vqa_official(cases: Sequence[Any]) -> dict[str, Any]:
    scores = scores_of("vqav2", cases)
    return {
        "overall": scores.values["overall"],
        "question types": grouped(scores, "question_type"),
        "answer types": grouped(scores, "answer_type"),
        "each": each("vqav2", cases, "overall"),
    }


def vqa_evalai(cases: Sequence[Any]) -> dict[str, Any]:
    return {
        "accuracy": scores_of("textvqa", cases).values["accuracy"],
        "each": each("textvqa", cases, "accuracy"),
    }


def aokvqa_choice(cases: Sequence[Any]) -> dict[str, Any]:
    return {
        "accuracy": scores_of("aokvqa-choice", cases).values["accuracy"],
        "each": each("aokvqa-choice", cases, "accuracy"),
    }


def aokvqa_direct(cases: Sequence[Any]) -> dict[str, Any]:
    kept = [case for case in cases if not case.question.details["difficult_direct_answer"]]
    return {
        "accuracy": scores_of("aokvqa-direct", cases).values["accuracy"],
        "each": each("aokvqa-direct", kept, "accuracy"),
    }


def tallyqa_official(cases: Sequence[Any]) -> dict[str, Any]:
    values = scores_of("tallyqa", cases).values
    return {kind: [values[f"{kind} accuracy"], values[f"{kind} rmse (objects)"]] for kind in ("simple", "complex")}


def tallyqa_flag(cases: Sequence[Any]) -> dict[str, Any]:
    return {"each": each("tallyqa", cases, "accuracy", "tallyqa_flag")}


def tallyqa_vlmevalkit(cases: Sequence[Any]) -> dict[str, Any]:
    return {"each": each("tallyqa", cases, "accuracy", "tallyqa_vlmevalkit")}


def pope(variant: str) -> Callable[[Sequence[Any]], dict[str, Any]]:
    names = ("accuracy", "precision", "recall", "f1") + (("yes ratio",) if variant == "pope_official" else ())

    def measured(cases: Sequence[Any]) -> dict[str, Any]:
        scores = scores_of("pope", cases, variant)
        settings = {
            setting: {name: grouped(scores, f"{name} by setting")[setting] for name in names}
            for setting in ("adversarial", "popular", "random")
        }
        return {"all": {name: scores.values[name] for name in names}} | settings

    return measured


def mmbench_circular(cases: Sequence[Any]) -> dict[str, Any]:
    scores = scores_of("mmbench-circular", cases)
    groups: dict[int, list[Any]] = {}
    for case in cases:
        groups.setdefault(case.question.details["group"], []).append(case)
    hits = [scores_of("mmbench-circular", group).values["overall"] for group in groups.values()]
    return {
        "overall": scores.values["overall"],
        "l2 categories": grouped(scores, "l2-category"),
        "categories": grouped(scores, "category"),
        "each": hits,
    }


def gqa_official(cases: Sequence[Any]) -> dict[str, Any]:
    scores = scores_of("gqa", cases)
    values = {name.partition(" ")[0]: value for name, value in scores.values.items()}
    groups = {name: {group: [of.value, of.count] for group, of in found.items()} for name, found in scores.groups.items()}
    return values | groups


def memes(cases: Sequence[Any]) -> dict[str, Any]:
    chunks = [cases[start : start + CHUNK] for start in range(0, len(cases), CHUNK)]
    return {"auroc": [scores_of("hateful-memes", chunk).values["auroc"] for chunk in (cases, *chunks)]}


VARIANTS: dict[str, tuple[str, Callable[[Sequence[Any]], dict[str, Any]]]] = {
    "vqa_official": ("vqav2", vqa_official),
    "vqa_evalai": ("textvqa", vqa_evalai),
    "aokvqa_choice": ("aokvqa-choice", aokvqa_choice),
    "aokvqa_direct": ("aokvqa-direct", aokvqa_direct),
    "tallyqa_official": ("tallyqa", tallyqa_official),
    "tallyqa_flag": ("tallyqa", tallyqa_flag),
    "tallyqa_vlmevalkit": ("tallyqa", tallyqa_vlmevalkit),
    "pope_official": ("pope", pope("pope_official")),
    "pope_strict": ("pope", pope("pope_strict")),
    "mmbench_circular": ("mmbench-circular", mmbench_circular),
    "gqa_official": ("gqa", gqa_official),
    "memes_official": ("hateful-memes", memes),
}
"""By the variant's name, whose cases it is tried on and what gives our numbers."""


SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def packed(numbers: dict[str, Any]) -> dict[str, Any]:
    """A long list of few different numbers as these and a letter for each place."""
    each = numbers.get("each")
    if each is None:
        return numbers
    values = sorted(set(each))
    return numbers | {"each": {"values": values, "places": "".join(SIGNS[values.index(number)] for number in each)}}


def unpacked(numbers: dict[str, Any]) -> dict[str, Any]:
    """What was packed."""
    each = numbers.get("each")
    return numbers if each is None else numbers | {"each": [each["values"][SIGNS.index(sign)] for sign in each["places"]]}


def ours(variant: str, cases: Sequence[Any]) -> dict[str, Any]:
    """Our numbers for a variant's cases."""
    return VARIANTS[variant][1](cases)
