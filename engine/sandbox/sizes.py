"""How large a value is that a run would keep."""

from typing import Any

import msgspec

__all__ = ["fits", "size_of"]


def size_of(plain: Any) -> int:
    """Bytes of a plain value as JSON."""
    return len(msgspec.json.encode(plain))


def fits(value: Any, parts: int, characters: int, depth: int | None = None) -> bool:
    """Whether a value, plain or as it travels, has no more parts, characters of text, and levels than these."""
    todo = [(value, 0)]
    while todo:
        part, level = todo.pop()
        parts -= 1
        if isinstance(part, str):
            characters -= len(part)
        elif isinstance(part, dict):
            characters -= sum(len(key) for key in part if isinstance(key, str))
            todo.extend((inner, level + 1) for inner in part.values())
        elif isinstance(part, list):
            todo.extend((inner, level + 1) for inner in part)
        if parts < 0 or characters < 0 or (depth is not None and level > depth):
            return False
    return True
