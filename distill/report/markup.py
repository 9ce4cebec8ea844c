"""Markup that is safe by construction: whatever is not markup already is text, and text is escaped."""

from collections.abc import Iterable
from html import escape

from vpd.engine.characters import plain_text

__all__ = ["Html", "Part", "element", "join"]

VOID = frozenset({"br", "hr", "img", "meta", "link", "line", "rect", "image", "polygon", "polyline"})


class Html(str):
    """Text that is markup already; made by `element` and `join` alone."""

    __slots__ = ()


Part = object
"""A child of an element: `Html` stays, None vanishes, a list or tuple is taken apart, and all else is text."""


def join(parts: Iterable[Part]) -> Html:
    """The parts one after the other."""
    return Html("".join(written(part) for part in parts))


def written(part: Part) -> str:
    """One part as markup."""
    if part is None:
        return ""
    if isinstance(part, Html):
        return part
    if isinstance(part, list | tuple):
        return join(part)
    return escape(plain_text(part))


def element(tag: str, *children: Part, **attributes: object) -> Html:
    """One element of HTML or SVG.

    A closing underscore of an attribute's name is dropped (`class_`), one inside is a hyphen. None and False leave the
    attribute out; True stands for the bare name. Tags and names of attributes are our own words, never data.
    """
    shown = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-")
        shown.append(key if value is True else f'{key}="{escape(plain_text(value))}"')
    opening = " ".join([tag, *shown])
    if tag in VOID and not children:
        return Html(f"<{opening}>" if tag in {"br", "hr", "img", "meta", "link"} else f"<{opening}/>")
    return Html(f"<{opening}>{join(children)}</{tag}>")
