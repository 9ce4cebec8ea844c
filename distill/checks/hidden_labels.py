"""Labels that a run does not see, told by a file of the same questions."""

from collections.abc import Iterable
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.engine.journal import read_records
from vpd.engine.records import Question

__all__ = ["HiddenLabels", "read_labels"]


class HiddenLabels:
    """Questions with labels. One speaks for a run's question where text and picture too are the same.

    The data set's own number is not enough: two draws of a data set number alike.
    """

    def __init__(self, questions: Iterable[Question] = ()) -> None:
        """Those without a label tell nothing."""
        self._labelled = {same(question): question for question in questions if question.answers}

    def __contains__(self, question: Question) -> bool:
        """Whether its label is told."""
        return same(question) in self._labelled

    def of(self, question: Question) -> Question:
        """The question with the label that is told of it; as it is where none is."""
        return self._labelled.get(same(question), question)


def same(question: Question) -> tuple[str, str, str]:
    """What two records of one question have in common."""
    return question.id, question.text, question.image.sha256


def read_labels(path: Path, asked: Iterable[Question]) -> HiddenLabels:
    """The labels of a JSON Lines file. Raises `RunError` where it tells none of the questions that were asked."""
    labels = HiddenLabels(read_records(path, Question))
    if not any(question in labels for question in asked):
        message = f"{path} labels no question of the run: number, text and picture must be the same"
        raise RunError(message)
    return labels
