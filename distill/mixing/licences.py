"""What is known of the terms under which a data set may be used."""

from collections.abc import Mapping

from vpd.distill.datasets.catalogue import DATASETS
from vpd.distill.scenes.dataset import SOURCE

__all__ = ["UNKNOWN", "licence_of"]

UNKNOWN = "not known here; ask its publisher before you pass the set on"
DRAWN = "Apache-2.0: drawn by this package"


def licence_of(data_set: str, given: Mapping[str, str]) -> str:
    """The licence as the caller gave it, by the data set's whole name, else as the catalogue of data sets has it."""
    if data_set in given:
        return given[data_set]
    if data_set == SOURCE:
        return DRAWN
    for known in DATASETS.values():
        title = known.title.partition(",")[0]
        if data_set == title or data_set.startswith(f"{title} "):
            return known.licence
    return UNKNOWN
