"""Whether programs of different structure agree on an answer."""

from vpd.distill.checks.found import Found
from vpd.distill.checks.structure import structure_of
from vpd.distill.records import State
from vpd.distill.run_files import Asked

__all__ = ["check_agreement"]


def check_agreement(each: Asked) -> dict[str, Found]:
    """By trace id, whether a program of another structure gave the same answer; the score is how many structures did.

    Unknown where the question has programs of one structure only.
    """
    structures: dict[str, set[str]] = {}
    for draw in each.draws:
        if draw.verdict is not None and draw.verdict.answer is not None:
            structures.setdefault(draw.verdict.answer.casefold(), set()).add(structure_of(draw.program.source))
    several = len(set().union(*structures.values())) > 1 if structures else False
    found: dict[str, Found] = {}
    for draw in each.draws:
        if draw.trace is None or draw.verdict is None or draw.verdict.answer is None:
            continue
        count = len(structures[draw.verdict.answer.casefold()])
        state = State.PASSED if count > 1 else State.FAILED if several else State.UNKNOWN
        found[draw.trace.id] = (state, float(count))
    return found
