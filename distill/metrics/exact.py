"""OCR-VQA: the one answer, to the letter or but for case and blanks around it."""

from collections.abc import Sequence

from vpd.distill.metrics.scores import Found, Pair, mean, said_text, shares

__all__ = ["score_exact", "score_trimmed"]


def score_exact(pairs: Sequence[Pair]) -> Found:
    """Share of predictions that are an answer to the letter."""
    return by_kind(pairs, [float(pair.said is not None and said_text(pair.said) in pair.question.answers) for pair in pairs])


def score_trimmed(pairs: Sequence[Pair]) -> Found:
    """The same without regard to case and to blanks around it, as VLMEvalKit scores."""
    wanted = [{answer.strip().lower() for answer in pair.question.answers} for pair in pairs]
    right = [pair.said is not None and said_text(pair.said).strip().lower() in labels for pair, labels in zip(pairs, wanted)]
    return by_kind(pairs, [float(each) for each in right])


def by_kind(pairs: Sequence[Pair], scores: Sequence[float]) -> Found:
    """Over all, and by the data set's kind of question."""
    return Found(
        "accuracy",
        {"accuracy": mean(scores)},
        {"kind": shares((pair.question.kind, score) for pair, score in zip(pairs, scores))},
    )
