"""Text that came from outside, so that it can be written down."""

__all__ = ["clean"]


def clean(text: str) -> str:
    """The text without half characters: halves of a pair of surrogates, which no encoding takes."""
    return str(text) if text.isascii() else text.encode(errors="replace").decode()
