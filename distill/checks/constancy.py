"""Programs that do not look: their answer hangs on no call, or is the same whatever the picture."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from vpd.distill.checks.dependence import answer_hangs_on_calls
from vpd.distill.checks.found import Found
from vpd.distill.records import State
from vpd.distill.run_files import Asked

__all__ = ["Spread", "check_looks", "check_varies", "spreads"]

FEWEST = 8
"""Pictures below which one answer for all may be the truth."""

Spread = tuple[int, int, int]
"""Of one program on all pictures of one question text: pictures answered, different answers, different labels."""


def check_looks(each: Asked) -> dict[str, Found]:
    """By trace id, whether the answer hangs on a call that succeeded; the score is how many there were."""
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is not None:
            calls = sum(call.failure is None for call in draw.trace.calls)
            looks = calls > 0 and answer_hangs_on_calls(draw.program.source)
            found[draw.trace.id] = (State.PASSED if looks else State.FAILED, float(calls))
    return found


def spreads(asked: Sequence[Asked]) -> dict[tuple[str, str], Spread]:
    """By question text and program."""
    pictures: dict[tuple[str, str], set[str]] = defaultdict(set)
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for each in asked:
        labels[each.question.text].update(each.question.answers[:1])
        for draw in each.draws:
            if draw.verdict is not None and draw.verdict.answer is not None:
                key = (each.question.text, draw.program.source_sha256)
                pictures[key].add(each.question.image.sha256)
                answers[key].add(draw.verdict.answer.casefold())
    return {key: (len(seen), len(answers[key]), len(labels[key[0]])) for key, seen in pictures.items()}


def check_varies(each: Asked, known: Mapping[tuple[str, str], Spread]) -> dict[str, Found]:
    """By trace id, whether the program's answers differ over the pictures of its text; the score is how many it gave.

    Unknown with few pictures, or where the labels are all one.
    """
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is None:
            continue
        seen, answers, labels = known.get((each.question.text, draw.program.source_sha256), (0, 0, 0))
        told = seen >= FEWEST and labels != 1
        state = State.UNKNOWN if not told else State.PASSED if answers > 1 else State.FAILED
        found[draw.trace.id] = (state, float(answers))
    return found
