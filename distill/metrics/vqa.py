"""VQA v2, OK-VQA and TextVQA: soft accuracy over ten people's answers, in the three ways in use."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vpd.distill.errors import MetricError
from vpd.distill.metrics.scores import Found, Pair, mean, said_text, shares
from vpd.distill.metrics.vqa_accuracy import ENOUGH, soft_accuracy
from vpd.distill.metrics.vqa_text import normalise_evalai, normalise_vqa, trimmed

__all__ = ["score_vqa_always", "score_vqa_evalai", "score_vqa_official"]

DIGITS = 2
PEOPLE = 10


class Label(NamedTuple):
    """One person's answer; two are the same person's where all of it is equal, as the official code compares them."""

    text: str
    number: object = None
    confidence: object = None
    raw: object = None


def labels_of(pair: Pair) -> list[Label]:
    """The answers with what the data set says of each; a list that is missing or of another length says nothing."""
    answers, details = pair.question.answers, pair.question.details
    columns = [details.get(name) for name in ("answer_id", "answer_confidence", "raw_answer")]
    filled = [each if isinstance(each, list) and len(each) == len(answers) else [None] * len(answers) for each in columns]
    return [Label(trimmed(answer), *rest) for answer, *rest in zip(answers, *filled)]


def official_accuracy(said: str, labels: Sequence[Label]) -> float:
    """One question's accuracy as `vqaEval.py` has it.

    Nothing is normalised where all people gave one text. Each answer in turn is left out together with all that are wholly equal
    to it: without `answer_id`, that is everybody who said the same.
    """
    said = trimmed(said)
    if len({label.text for label in labels}) > 1:
        labels = [label._replace(text=normalise_vqa(label.text)) for label in labels]
        said = normalise_vqa(said)
    if len(set(labels)) == len(labels):
        return soft_accuracy(said, [label.text for label in labels])
    scores = [min(1, sum(other.text == said for other in labels if other != label) / ENOUGH) for label in labels]
    return float(sum(scores)) / len(scores)


def score_vqa_official(pairs: Sequence[Pair]) -> Found:
    """As the VQA challenge scores: percent with two decimals, over all, by question type and by answer type."""
    return in_percent(
        pairs, [0.0 if pair.said is None else official_accuracy(said_text(pair.said), labels_of(pair)) for pair in pairs]
    )


def score_vqa_always(pairs: Sequence[Pair]) -> Found:
    """As lmms-eval scores VQA v2: the same rules without the exception for people who all agree."""
    return in_percent(pairs, [accuracy_after(normalise_vqa, pair) for pair in pairs])


def score_vqa_evalai(pairs: Sequence[Pair]) -> Found:
    """As TextVQA's challenge scores: its own normalisation, always, and exactly ten answers; a share."""
    for pair in pairs:
        if len(pair.question.answers) != PEOPLE:
            given = len(pair.question.answers)
            message = f"question {pair.question.key} has {given} answers, not the {PEOPLE} that the metric asks for"
            raise MetricError(message)
    return Found("accuracy", {"accuracy": mean([accuracy_after(normalise_evalai, pair) for pair in pairs])})


def accuracy_after(normalise: Callable[[str], str], pair: Pair) -> float:
    """One question's accuracy, answer and labels normalised."""
    if pair.said is None:
        return 0.0
    return soft_accuracy(normalise(said_text(pair.said)), [normalise(answer) for answer in pair.question.answers])


def in_percent(pairs: Sequence[Pair], scores: Sequence[float]) -> Found:
    """Scores in percent, rounded as the official code rounds, and the mean before rounding."""
    whole = mean(scores, 100)
    groups = {
        name: shares(
            ((str(pair.question.details[name]), score) for pair, score in zip(pairs, scores) if name in pair.question.details),
            100,
            digits=DIGITS,
        )
        for name in ("question_type", "answer_type")
    }
    values = {"overall": None if whole is None else round(whole, DIGITS), "unrounded": whole}
    return Found("overall", values, {name: group for name, group in groups.items() if group})
