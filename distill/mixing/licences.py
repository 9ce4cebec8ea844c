"""What is known of the terms under which a data set may be used."""

from collections.abc import Mapping

from vpd.distill.scenes.dataset import SOURCE

__all__ = ["UNKNOWN", "licence_of"]

UNKNOWN = "not known here; ask its publisher before you pass the set on"
KNOWN = {SOURCE: "Apache-2.0: drawn by this package"}


def licence_of(data_set: str, given: Mapping[str, str]) -> str:
    """The licence as the caller gave it, by the data set's whole name, else as far as it is known here."""
    return given.get(data_set) or KNOWN.get(data_set, UNKNOWN)
