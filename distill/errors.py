"""The errors of distillation, below the root that `vpd.tools.errors` holds.

VpdError
├── RunError (ValueError)       a run directory does not fit what is asked of it
├── RunBusy (OSError)           another process works in the run directory
└── DatasetError (ValueError)   a data set's file is missing, broken or of another shape
"""

from vpd.tools.errors import VpdError

__all__ = ["DatasetError", "RunBusy", "RunError"]


class RunError(VpdError, ValueError):
    """A run directory does not fit what is asked of it."""


class RunBusy(VpdError, OSError):
    """Another process works in the run directory."""


class DatasetError(VpdError, ValueError):
    """A data set's file is missing, broken or of another shape."""
