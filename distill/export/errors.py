"""The errors of export, below the root that `vpd.tools.errors` holds.

VpdError
└── ExportError (ValueError)        rows cannot be written in a format, or what is there is not what was written
    └── PushError (OSError)         a hub did not take them
"""

from vpd.tools.errors import VpdError

__all__ = ["ExportError", "PushError"]


class ExportError(VpdError, ValueError):
    """Rows cannot be written in a format, or a file does not hold the rows that it should."""


class PushError(ExportError, OSError):
    """A hub cannot be reached or does not take the data set."""
