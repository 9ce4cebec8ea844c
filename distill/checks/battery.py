"""All checks that need no program to run again, over the records of a run."""

from collections.abc import Callable, Iterator, Sequence

from vpd.distill.checks.agreement import check_agreement
from vpd.distill.checks.constancy import check_looks, check_varies, spreads
from vpd.distill.checks.found import Found
from vpd.distill.checks.policy import Limits
from vpd.distill.checks.track_record import check_chance, check_proven, check_unbeaten, track_records
from vpd.distill.checks.voting import check_agreed
from vpd.distill.records import Finding
from vpd.distill.run_files import Asked

__all__ = ["STATIC_CHECKS", "battery_name", "check_statically"]

STATIC_CHECKS = {
    "looks": "the answer hangs on a tool call that succeeded",
    "varies": "over at least 8 pictures of its text the program gives more than one answer",
    "chance": "luck does not explain how often the program, or how many programs, were right",
    "unbeaten": "no program drawn for the same text is clearly more often right",
    "proven": "the answer is the label; where there is none, the program is nearly always right on labelled pictures",
    "agreement": "a program of another structure gave the same answer",
    "agreed": "the answer wins the vote of all programs with a large enough share",
}
"""Name of each check, and what passing it means."""
VERSION = "2"


def battery_name(limits: Limits) -> str:
    """What decides the findings of these checks."""
    name = f"static-{VERSION} alpha={limits.alpha:g} proof={limits.proof:g} share={limits.share:g}"
    curve = limits.calibration
    return name if curve is None else f"{name} calibration={curve.name} confidence={limits.confidence:g}"


def check_statically(asked: Sequence[Asked], limits: Limits) -> Iterator[Finding]:
    """A finding for every judged trace of every question, question by question."""
    records, known = track_records(asked), spreads(asked)
    battery = battery_name(limits)
    checks: dict[str, Callable[[Asked], dict[str, Found]]] = {
        "looks": check_looks,
        "varies": lambda each: check_varies(each, known),
        "chance": lambda each: check_chance(each, records, limits.alpha),
        "unbeaten": lambda each: check_unbeaten(each, records, limits.alpha),
        "proven": lambda each: check_proven(each, records, limits.proof),
        "agreement": check_agreement,
        "agreed": lambda each: check_agreed(
            each, limits.share if limits.calibration is None else limits.confidence, limits.calibration
        ),
    }
    for each in asked:
        found = {name: check(each) for name, check in checks.items()}
        digests = {draw.verdict.trace: draw.verdict.trace_digest for draw in each.draws if draw.verdict is not None}
        for trace, digest in digests.items():
            told = {name: states[trace] for name, states in found.items() if trace in states}
            yield Finding(
                question=each.question.id,
                trace=trace,
                trace_digest=digest,
                battery=battery,
                states={name: state for name, (state, _) in told.items()},
                scores={name: round(score, 6) for name, (_, score) in told.items()},
            )
