"""The errors of teaching a student.

VpdError
└── StudentError (ValueError)   a student, its examples or its folder do not fit what is asked
"""

from vpd.tools.errors import VpdError

__all__ = ["StudentError"]


class StudentError(VpdError, ValueError):
    """A student, its examples or its folder do not fit what is asked."""
