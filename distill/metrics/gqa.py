"""GQA: accuracy over the balanced questions, and whether answers are consistent, valid, plausible and spread as the labels."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from vpd.distill.errors import MetricError
from vpd.distill.metrics.scores import Found, Pair, mean, said_text, shares

__all__ = ["score_gqa_llava", "score_gqa_official"]

UNCOUNTED_STEPS = ("exist", "query: name", "choose name")
"""Operations that end a program and add no reasoning, as the official code has it."""
COMMON = ("color", "material", "shape")
"""What is a valid answer to a question about what two things have in common."""


def score_gqa_official(pairs: Sequence[Pair]) -> Found:
    """As the authors' `eval.py` scores: in percent, predictions to the letter."""
    return score(pairs, said_text)


def score_gqa_llava(pairs: Sequence[Pair]) -> Found:
    """The same after LLaVA's conversion: no period at the end, lower case."""
    return score(pairs, lambda said: said_text(said).rstrip(".").lower())


def score(pairs: Sequence[Pair], read: Callable[[object], str]) -> Found:
    """Everything that the questions at hand say enough for; the rest is None."""
    said = {pair.question.key: None if pair.said is None else read(pair.said) for pair in pairs}
    if len(said) < len(pairs):
        message = "two questions share a key, so what they entail cannot be told; score one split of one release at a time"
        raise MetricError(message)
    balanced = [pair for pair in pairs if pair.question.details.get("isBalanced", True)]
    right = {pair.question.key: said[pair.question.key] == pair.question.answers[0] for pair in pairs}
    scored = [(pair, float(right[pair.question.key])) for pair in balanced]
    structural = [(kind_of(pair, "structural"), score) for pair, score in scored]
    values = {
        "accuracy": mean([score for _, score in scored], 1.0, 100),
        "binary": mean([score for kind, score in structural if kind != "query"], 1.0, 100),
        "open": mean([score for kind, score in structural if kind == "query"], 1.0, 100),
        "consistency": consistency(balanced, right),
        "validity": share_among(balanced, said, "valid"),
        "plausibility": share_among(balanced, said, "plausible"),
        "distribution (chi-square / 100)": distribution(balanced, said),
    }
    groups = {
        "structural": shares(structural, 1.0, 100),
        "semantic": shares(((kind_of(pair, "semantic"), score) for pair, score in scored), 1.0, 100),
        "steps": shares(
            ((str(steps_of(pair)), score) for pair, score in scored if "semantic" in pair.question.details), 1.0, 100
        ),
        "words": shares(((str(len(pair.question.text.split())), score) for pair, score in scored), 1.0, 100),
    }
    return Found("accuracy", values, {name: group for name, group in groups.items() if group})


def kind_of(pair: Pair, name: str) -> str:
    """The question's type by its structure or its meaning."""
    return str(pair.detail("types").get(name))


def steps_of(pair: Pair) -> int:
    """How many operations the question's own program has, ends left out."""
    steps = (f"{step['operation']}: {step['argument']}" for step in pair.question.details["semantic"])
    return sum(not any(end in step for end in UNCOUNTED_STEPS) for step in steps)


def consistency(balanced: Sequence[Pair], right: Mapping[str, bool]) -> float | None:
    """Of what rightly answered questions entail, how much is answered rightly, averaged over those questions.

    None where an entailed question is not at hand: that takes the file of all questions, not of the balanced ones.
    """
    scores: list[float] = []
    for pair in balanced:
        key = pair.question.key
        entailed = [other for other in pair.question.details.get("entailed", ()) if other != key]
        if not right[key] or not entailed:
            continue
        if not all(other in right for other in entailed):
            return None
        scores.append(float(sum(float(right[other]) for other in entailed)) / len(entailed))
    return mean(scores, 1.0, 100)


def share_among(balanced: Sequence[Pair], said: Mapping[str, str | None], name: str) -> float | None:
    """Percent of predictions among the answers that the choices file calls valid or plausible; None without that file."""
    if not all("choices" in pair.question.details for pair in balanced):
        return None
    found = []
    for pair in balanced:
        common = "Common" in pair.detail("types").get("detailed", "")
        allowed = COMMON if common else pair.question.details["choices"][name]
        found.append(float(said[pair.question.key] in allowed))
    return mean(found, 1.0, 100)


def distribution(balanced: Sequence[Pair], said: Mapping[str, str | None]) -> float | None:
    """Chi-square of predictions against labels in each global group, weighed by the groups' sizes; lower is better."""
    gold: dict[str, Counter[str]] = {}
    predicted: dict[str, Counter[str | None]] = {}
    for pair in balanced:
        group = (pair.question.details.get("groups") or {}).get("global")
        if group is not None:
            gold.setdefault(group, Counter())[pair.question.answers[0]] += 1
            predicted.setdefault(group, Counter())[said[pair.question.key]] += 1
    weighed: float = 0
    for group, labels in gold.items():
        square = sum((float(predicted[group][answer] - count) ** 2) / count for answer, count in labels.items())
        weighed += square * labels.total()
    return float(weighed) / sum(labels.total() for labels in gold.values()) / 100 if gold else None
