"""What raters are asked of each rationale: the criteria of VPD's human evaluation (section 5.4, figure 6)."""

from typing import NamedTuple

__all__ = ["CRITERIA", "Criterion"]


class Criterion(NamedTuple):
    """One question to a rater, answered yes, no, or not at all."""

    name: str
    """As the table's column has it."""
    asked: str
    needs: str = ""
    """Another criterion: only where that is yes does this one count."""


CRITERIA = (
    Criterion("correct", "Is the final answer right?"),
    Criterion("explained", "Does the text say why, beyond the answer itself?"),
    Criterion("factual", "If it says why: is everything that it says of the picture true?", "explained"),
    Criterion("consistent", "If it says why: does the answer follow from what it says?", "explained"),
    Criterion("preferred", "Of the texts on this question, do you prefer this one? Yes for several, or for none, if so."),
)
"""In the order of the sheet's columns. The paper asks of explanations only whether they are factual and consistent."""
