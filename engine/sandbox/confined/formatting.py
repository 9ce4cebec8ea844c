"""`"...".format(...)` that fills fields and items in, and reads no attributes."""

from _string import formatter_field_name_split  # type: ignore[import-not-found]  # what string.Formatter itself uses
from collections.abc import Mapping, Sequence
from string import Formatter as Standard
from typing import Any

__all__ = ["Formatter", "format_text"]


class Careful(Standard):
    """The standard's rules for fields; `{0.name}` is refused and `{0[key]}` looks into plain values only."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, int | str]:
        """The value of a field."""
        first, rest = formatter_field_name_split(field_name)
        value = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            if is_attribute:
                message = (
                    f"{{{field_name}}} reads an attribute in a format: write an f-string, or give the attribute as an argument"
                )
                raise ValueError(message)
            if type(value) not in (list, tuple, dict, str):
                message = f"{{{field_name}}} reads an item of what is no list or dict"
                raise ValueError(message)
            value = value[key]
        return value, first


CAREFUL = Careful()


def format_text(text: str, *arguments: Any, **keywords: Any) -> str:
    """What `str.format` gives."""
    if type(text) is not str:
        message = f"format needs a text, got {type(text).__name__}"
        raise TypeError(message)
    return CAREFUL.vformat(text, arguments, keywords)


class Formatter:
    """A text's own `format` or `format_map`."""

    __slots__ = ("name", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name

    def __call__(self, *arguments: Any, **keywords: Any) -> str:
        """The text, filled in."""
        if self.name == "format_map":
            (mapping,) = arguments
            return CAREFUL.vformat(self.text, (), mapping if type(mapping) is dict else dict(mapping))
        return CAREFUL.vformat(self.text, arguments, keywords)

    def __repr__(self) -> str:
        return f"<method {self.name} of a text>"
