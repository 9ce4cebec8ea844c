"""Text that came from outside: so that it can be written down, and shown to a person."""

import re

__all__ = ["clean", "plain_text", "shorten"]

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
"""Control signs, signs without width, signs that turn the direction of writing, halves of pairs: they hide what a text says."""


def clean(text: str) -> str:
    """The text without half characters: halves of a pair of surrogates, which no encoding takes."""
    return str(text) if text.isascii() else text.encode(errors="replace").decode()


def plain_text(value: object) -> str:
    """The value as text in which every unseen sign is written out."""
    return UNSEEN.sub(lambda sign: f"\\u{ord(sign.group()):04x}", str(value))


def shorten(text: str, most: int) -> str:
    """The text, cut to `most` signs with a note of how many are left out."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more signs)"
