"""The error of evaluation.

VpdError
└── EvaluationError (ValueError)   what is to be evaluated does not fit the run
"""

from vpd.tools.errors import VpdError

__all__ = ["EvaluationError"]


class EvaluationError(VpdError, ValueError):
    """Who is asked, or what of, does not fit the run."""
