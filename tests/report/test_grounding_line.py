"""What a report says of the grounding of rationales."""

from vpd.distill.records import Rationale
from vpd.distill.report.origin import say_rationales


def rationale(unfounded: tuple[str, ...] | None) -> Rationale:
    return Rationale(
        question="q", trace="t", trace_digest="d", writer="w", grid="cell-8", text="a dog", answer="1", unfounded=unfounded
    )


def test_rationales_that_nothing_has_looked_at_are_not_said_to_be_grounded() -> None:
    assert say_rationales([rationale(None), rationale(None)]) == "2, not checked for grounding"


def test_only_those_that_were_checked_are_counted() -> None:
    told = say_rationales([rationale(None), rationale(()), rationale(("a cat",))])
    assert told == "3, of 2 checked 1 say something unfounded"
