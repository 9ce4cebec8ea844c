"""Byte code by the program's text, made only by children that never ran a program."""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from vpd.engine.records import Failure

__all__ = ["Code", "Codes"]

MOST = 512
"""Programs whose byte code is kept, and texts that are remembered as seen once."""


class Code(NamedTuple):
    """What became of compiling a program; one of both."""

    data: bytes | None
    failure: Failure | None


class Codes:
    """Kept by digest of the whole text: what one program's child sends can only ever be run for that program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: OrderedDict[bytes, Code] = OrderedDict()
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def find(self, text: str) -> tuple[Code | None, bool]:
        """The code, where there is one, and whether the text was asked for before."""
        digest = hashlib.sha256(text.encode()).digest()
        with self._lock:
            code = self._codes.get(digest)
            if code is not None:
                self._codes.move_to_end(digest)
                return code, True
            seen = digest in self._seen
            self._seen[digest] = None
            while len(self._seen) > MOST:
                self._seen.popitem(last=False)
            return None, seen

    def keep(self, text: str, code: Code) -> None:
        """Keep what a child made that compiled the text and ran nothing."""
        with self._lock:
            self._codes[hashlib.sha256(text.encode()).digest()] = code
            while len(self._codes) > MOST:
                self._codes.popitem(last=False)
