"""Markup that is safe by construction: whatever is not markup already is text, and text is escaped."""

import re
from collections.abc import Iterable
from html import escape

__all__ = ["Html", "Part", "element", "join", "plain_text", "shorten"]

VOID = frozenset({"br", "hr", "img", "meta", "link", "line", "rect", "image", "polygon", "polyline"})
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
"""Control signs, signs without width, signs that turn the direction of writing, halves of pairs: they hide what a text says."""


class Html(str):
    """Text that is markup already; made by `element` and `join` alone."""

    __slots__ = ()


Part = object
"""A child of an element: `Html` stays, None vanishes, a list or tuple is taken apart, and all else is text."""


def plain_text(value: object) -> str:
    """The value as text in which every unseen sign is written out."""
    return UNSEEN.sub(lambda sign: f"\\u{ord(sign.group()):04x}", str(value))


def shorten(text: str, most: int) -> str:
    """The text, cut to `most` signs with a note of how many are left out."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more signs)"


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
