"""The teacher as a contender: what most of a question's programs answered, from a run's records."""

from collections import Counter
from collections.abc import Iterable, Iterator

from vpd.distill.evaluation.saying import prediction_of
from vpd.distill.judging.reading import read_answer
from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_files import Asked, JudgedDraw
from vpd.distill.student.predict import Judge
from vpd.engine.records import AnswerKind

__all__ = ["TEACHER", "teacher_predictions"]

TEACHER = "teacher"
"""The arm of its predictions."""
ANSWERED = (Outcome.RIGHT, Outcome.WRONG, Outcome.UNKNOWN)


def teacher_predictions(asked: Iterable[Asked], judge: Judge, arm: str = TEACHER) -> Iterator[Prediction]:
    """A prediction for each question; silent where no program answered.

    `seconds` and tokens are of all its draws and of one run of each distinct program, as if the question were asked alone.
    """
    for each in asked:
        answered = [draw for draw in each.draws if has_answer(draw)]
        votes = Counter(key_of(draw) for draw in answered)
        winner = votes.most_common(1)[0][0] if votes else None
        draw = next((draw for draw in answered if key_of(draw) == winner), None)
        decided = votes["yes"] + votes["no"]
        is_yes_no = each.question.answer_kind is AnswerKind.YES_NO and decided > 0
        costs = [draw.program.cost for draw in each.draws if draw.program.cost is not None]
        runs = {draw.trace.id: draw.trace.seconds for draw in each.draws if draw.trace is not None}
        yield prediction_of(
            each.question,
            arm,
            "answer",
            told_by(draw) if draw is not None else "",
            judge,
            seconds=sum(draw.program.seconds for draw in each.draws) + sum(runs.values()),
            probability=votes["yes"] / decided if is_yes_no else None,
            share=votes[winner] / len(each.draws) if winner is not None else None,
            tokens=sum(draw.program.completion_tokens for draw in each.draws),
            prompt_tokens=sum(draw.program.prompt_tokens for draw in each.draws),
            cost=sum(costs) if len(costs) == len(each.draws) else None,
        )


def has_answer(draw: JudgedDraw) -> bool:
    """Whether a draw's program answered something."""
    return draw.verdict is not None and draw.verdict.answer is not None and draw.verdict.outcome in ANSWERED


def key_of(draw: JudgedDraw) -> str:
    """What two answers that mean the same share."""
    return (draw.verdict.answer or "").strip().casefold() if draw.verdict is not None else ""


def told_by(draw: JudgedDraw) -> str:
    """The program's own answer, to the letter."""
    return (read_answer(draw.trace.answer) if draw.trace is not None else None) or ""
