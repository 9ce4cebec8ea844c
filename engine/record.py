"""What all records share: frozen, JSON all the way down, an identity of what was asked and a digest of what is held."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from vpd.tools.image import ImageRef

__all__ = ["Record", "sha256_of"]


def sha256_of(value: Any) -> str:
    """Hex digest of a JSON value, the same on every machine: keys sorted, no blanks, text as UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def placeless(image: ImageRef) -> ImageRef:
    """The picture without a word of where it was found."""
    return replace(image, path="")


class Record(BaseModel):
    """One line of a stage's file.

    `ASKED` names the fields that say what was asked: they make the `id`, by which a stage knows what is missing.
    `TIMED` names the fields that differ from run to run and are left out of the `digest`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    ASKED: ClassVar[tuple[str, ...]] = ()
    TIMED: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def id(self) -> str:
        """Twenty hex digits of what was asked."""
        return sha256_of(self.model_dump(mode="json", include=set(self.ASKED)))[:20]

    @classmethod
    def id_for(cls, **asked: Any) -> str:
        """The `id` that a record of these `ASKED` fields has, before there is one."""
        return sha256_of({name: asked[name] for name in cls.ASKED})[:20]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The record with some fields changed; its `id` is its own, not that of the one it was copied from."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("id", None)
        return copied

    def with_pictures(self, change: Callable[[ImageRef], ImageRef]) -> Self:
        """The record with every picture that it names changed, those of the records in it too."""
        changed: dict[str, Any] = {}
        for name, value in self:
            if isinstance(value, ImageRef):
                changed[name] = change(value)
            elif isinstance(value, Record):
                changed[name] = value.with_pictures(change)
        return self.model_copy(update=changed) if changed else self

    @property
    def digest(self) -> str:
        """Hex digest of what is held, timings and where pictures were found left out."""
        return sha256_of(self.with_pictures(placeless).model_dump(mode="json", exclude=set(self.TIMED)))

    def to_line(self) -> str:
        """The record as one line of JSON, without the newline."""
        return self.model_dump_json()

    @classmethod
    def from_line(cls, line: str) -> Self:
        """The record of a line. Raises `pydantic.ValidationError` (a `ValueError`) where it is none."""
        return cls.model_validate_json(line)
