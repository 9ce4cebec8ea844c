"""Pairs of rationales to learn a preference from: on one question, what a right trace tells and what a wrong one does."""

from collections import Counter
from collections.abc import Iterator

from vpd.distill.checks.policy import read_policy
from vpd.distill.grid import Grid
from vpd.distill.rationales.template import explain_trace
from vpd.distill.records import Outcome, Preference
from vpd.distill.run_directory import RunDirectory, write_text
from vpd.distill.run_files import Asked, JudgedDraw, read_run
from vpd.distill.select import chosen
from vpd.engine.journal import line_of
from vpd.prompts.tasks import ask_for_rationale

__all__ = ["gather_pairs", "preference_pairs"]


def gather_pairs(run: RunDirectory, most: int = 1) -> list[Preference]:
    """The run's pairs, in place of those that its file of pairs held: another number of wrong traces, or a new judgement, is
    another choice of pairs. Hold the run while you call it.
    """
    pairs = list(preference_pairs(run, most))
    path = run.file(Preference)
    write_text(path, "".join(line_of(pair, path).decode() for pair in pairs))
    return pairs


def preference_pairs(run: RunDirectory, most: int = 1) -> Iterator[Preference]:
    """Of each training question that has both, the trace that the run's policy teaches first, against up to so many wrong ones.

    Both are told by the template, so that they differ in what the programs did and in nothing else. A wrong trace is one that
    answered, and answered wrongly; of several, those that most draws share come first. Pairs that read alike are left out.
    """
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    taught = chosen(run, read_policy(run.settings.policy))
    for asked in read_run(run.path).asked:
        question = asked.question
        right = next((one for one in taught.get(question.id, ()) if one.verdict.outcome is Outcome.RIGHT), None)
        if question.split != "train" or right is None:
            continue
        told = explain_trace(question, right.trace, right.verdict, grid)
        for draw in wrong_draws(asked)[:most]:
            if draw.trace is None or draw.verdict is None:
                continue
            other = explain_trace(question, draw.trace, draw.verdict, grid)
            if other.text != told.text:
                yield Preference(
                    question=question.id,
                    image=question.image,
                    asked=ask_for_rationale(question.text),
                    chosen=told.text,
                    rejected=other.text,
                    kind=question.kind,
                    split=question.split,
                    chosen_trace=told.trace,
                    rejected_trace=other.trace,
                    writer=told.writer,
                )


def wrong_draws(asked: Asked) -> list[JudgedDraw]:
    """One draw for each trace that answered wrongly, the most shared first."""
    wrong = {
        draw.verdict.trace: draw
        for draw in reversed(asked.draws)
        if draw.verdict is not None and draw.verdict.outcome is Outcome.WRONG and draw.verdict.answer is not None
    }
    shared = Counter(draw.verdict.trace for draw in asked.draws if draw.verdict is not None)
    first = {draw.verdict.trace: place for place, draw in reversed(list(enumerate(asked.draws))) if draw.verdict is not None}
    return [wrong[trace] for trace in sorted(wrong, key=lambda trace: (-shared[trace], first[trace]))]
