"""The errors of the engine, below the root that `vpd.tools.errors` holds.

VpdError
├── JournalError (OSError)          a file of records cannot be read or written
├── IsolationError (RuntimeError)   the confinement that was asked for is not to be had
└── ModelError (RuntimeError)       a language model did not answer
    ├── MissingKey (LookupError)    the environment lacks the key that the model's provider asks for
    └── NotRecorded (LookupError)   a replay file does not hold the draw that was asked for
"""

from vpd.tools.errors import VpdError

__all__ = ["IsolationError", "JournalError", "MissingKey", "ModelError", "NotRecorded"]


class JournalError(VpdError, OSError):
    """A file of records cannot be read or written."""


class IsolationError(VpdError, RuntimeError):
    """The confinement that was asked for is not to be had here."""


class ModelError(VpdError, RuntimeError):
    """A language model did not answer."""


class MissingKey(ModelError, LookupError):
    """The environment lacks the key that the model's provider asks for."""


class NotRecorded(ModelError, LookupError):
    """A replay file does not hold the draw that was asked for."""
