"""A disk cache of texts by key: never a pickle in or out, and a cache that fails costs time, not results."""

import logging
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["TextCache"]

log = logging.getLogger(__name__)


class TextCache:
    """Texts by key on disk, shared by threads and processes; the least recently stored leave when it is full."""

    def __init__(self, folder: Path, size_limit: int = 2**31) -> None:
        """Open or make the cache; `size_limit` is in bytes. Where it cannot be opened it stays empty and says so once."""
        self._folder = folder
        self._broken = False
        self._cache: Any = None
        try:
            self._cache = open_cache(folder, size_limit)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def get(self, key: str) -> str | None:
        """The text of a key; None where there is none, or where what is there is no text."""
        if self._broken:
            return None
        try:
            value = self._cache.get(key)
        except (OSError, sqlite3.Error, ValueError) as error:
            self._give_up(error)
            return None
        return value if isinstance(value, str) else None

    def set(self, key: str, text: str) -> None:
        """Keep a text; a full or broken disk is reported once and the run goes on without the cache."""
        if self._broken:
            return
        try:
            self._cache.set(key, text)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the files."""
        if self._cache is not None:
            self._cache.close()

    def _give_up(self, error: Exception) -> None:
        self._broken = True
        log.warning("cache %s cannot be used (%s); going on without it", self._folder, error)


def open_cache(folder: Path, size_limit: int) -> Any:
    """A diskcache whose values are texts and nothing else."""
    import diskcache  # imported here: it is not needed to import the engine

    class TextDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
        """Refuses to write and to read pickles: whoever can write to the folder must not gain code here."""

        def put(self, key: Any) -> Any:
            if not isinstance(key, str):
                message = f"a cache key must be a text, got {type(key).__name__}"
                raise TypeError(message)
            return super().put(key)

        def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:  # noqa: FBT001  diskcache's signature
            if not isinstance(value, str):
                message = f"a cache value must be a text, got {type(value).__name__}"
                raise TypeError(message)
            return super().store(value, read, key=key)

        def get(self, key: Any, raw: bool) -> Any:  # noqa: FBT001  diskcache's signature
            if not raw:
                message = "the cache holds a key that is a pickle; remove the cache folder"
                raise ValueError(message)
            return super().get(key, raw)

        def fetch(self, mode: int, filename: Any, value: Any, read: bool) -> Any:  # noqa: FBT001  diskcache's signature
            if mode not in (diskcache.core.MODE_RAW, diskcache.core.MODE_TEXT):
                message = "the cache holds a value that is no text; remove the cache folder"
                raise ValueError(message)
            return super().fetch(mode, filename, value, read)

    return diskcache.Cache(str(folder), disk=TextDisk, size_limit=size_limit, eviction_policy="least-recently-stored")
