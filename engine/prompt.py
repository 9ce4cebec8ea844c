"""A chat's turns as a record, with the digest by which draws are keyed and checked."""

from collections.abc import Iterable

from vpd.engine.record import sha256_of
from vpd.engine.records import Message, Prompt
from vpd.prompts.render import Turn
from vpd.tools.image import ImageRef

__all__ = ["make_prompt"]


def make_prompt(name: str, turns: Iterable[Turn], image: ImageRef | None = None) -> Prompt:
    """The turns as what is sent, to the letter, with a picture in the last of them where one is given."""
    messages = tuple(Message(role=turn.role, content=turn.content) for turn in turns)
    asked: list[object] = [[turn.role, turn.content] for turn in messages]
    if image is not None:
        asked.append(["image", image.sha256])
    return Prompt(name=name, messages=messages, sha256=sha256_of(asked), image=image)
