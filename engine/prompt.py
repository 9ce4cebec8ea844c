"""A chat's turns as a record, with the digest by which draws are keyed and checked."""

from collections.abc import Iterable

from vpd.engine.record import sha256_of
from vpd.engine.records import Message, Prompt
from vpd.prompts.render import Turn

__all__ = ["make_prompt"]


def make_prompt(name: str, turns: Iterable[Turn]) -> Prompt:
    """The turns as what is sent, to the letter."""
    messages = tuple(Message(role=turn.role, content=turn.content) for turn in turns)
    return Prompt(name=name, messages=messages, sha256=sha256_of([[turn.role, turn.content] for turn in messages]))
