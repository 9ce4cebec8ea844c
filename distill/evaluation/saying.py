"""What somebody who is not a student of ours said of a question, as a prediction."""

from collections.abc import Sequence
from typing import Any

from vpd.distill.records import Prediction
from vpd.distill.student.predict import Judge, Mode, answer_of, mode_name
from vpd.distill.student.voting import Voting, vote
from vpd.engine.records import Question

__all__ = ["prediction_of", "read_samples"]


def prediction_of(question: Question, arm: str, mode: str, answer: str, judge: Judge, **said: Any) -> Prediction:
    """The prediction that an answer comes to; `said` holds the other fields, such as a `text` that is not the answer alone."""
    return Prediction(
        question=question.id,
        kind=question.kind,
        split=question.split,
        arm=arm,
        mode=mode,
        answer=answer,
        expected=question.answers,
        **({"text": answer, "outcome": judge(question, answer)} | said),
    )


def read_samples(question: Question, texts: Sequence[str], arm: str, mode: Mode, voting: Voting, judge: Judge) -> Prediction:
    """The prediction of one text, or in a vote of several."""
    answers = [answer_of(text, mode) for text in texts]
    if mode is not Mode.VOTED:
        return prediction_of(question, arm, mode.value, answers[0], judge, text=texts[0])
    found = vote(question, answers)
    place = found.winner if found.winner is not None else 0
    return prediction_of(
        question,
        arm,
        mode_name(mode, voting),
        answers[place],
        judge,
        text=texts[place],
        samples=tuple(texts),
        share=found.share,
        probability=found.yes,
    )
