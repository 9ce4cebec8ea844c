"""Untrusted programs in confined processes."""

from vpd.engine.sandbox.execution import Answer, Answered, Execution, RecordedFailure
from vpd.engine.sandbox.limits import Limits
from vpd.engine.sandbox.sandbox import Sandbox

__all__ = ["Answer", "Answered", "Execution", "Limits", "RecordedFailure", "Sandbox"]
