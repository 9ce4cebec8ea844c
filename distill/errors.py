"""The errors of distillation, below the root that `vpd.tools.errors` holds.

VpdError
├── RunError (ValueError)       a run directory does not fit what is asked of it
├── RunBusy (OSError)           another process works in the run directory
├── DatasetError (ValueError)   a data set's file is missing, broken or of another shape
├── MetricError (ValueError)    predictions or questions do not fit a metric
└── GridError (ValueError)      no such way of writing places
"""

from vpd.tools.errors import VpdError

__all__ = ["DatasetError", "GridError", "MetricError", "RunBusy", "RunError"]


class RunError(VpdError, ValueError):
    """A run directory does not fit what is asked of it."""


class RunBusy(VpdError, OSError):
    """Another process works in the run directory."""


class DatasetError(VpdError, ValueError):
    """A data set's file is missing, broken or of another shape."""


class GridError(VpdError, ValueError):
    """There is no such grid, or what was read is no place on it."""


class MetricError(VpdError, ValueError):
    """Predictions or questions do not fit a metric."""
