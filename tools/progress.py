"""How far a download is, told to whoever wants to show it."""

__all__ = ["Progress"]


class Progress:
    """Says nothing; override what should be seen."""

    def moved(self, file: str, done: int, size: int) -> None:
        """So many bytes of a file's size are here."""

    def said(self, line: str) -> None:
        """A source that does not answer, a download that goes on where it stopped, another process at work."""
