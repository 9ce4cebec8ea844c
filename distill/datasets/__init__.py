"""Data sets read from their official files into questions."""

from vpd.distill.datasets.catalogue import DATASETS, DataSet
from vpd.distill.datasets.columns import Columns, read_columns
from vpd.distill.datasets.entry import Entry
from vpd.distill.datasets.pictures import Pictures
from vpd.distill.datasets.reading import Source, open_source, read_questions
from vpd.distill.datasets.splits import check_splits

__all__ = [
    "DATASETS",
    "Columns",
    "DataSet",
    "Entry",
    "Pictures",
    "Source",
    "check_splits",
    "open_source",
    "read_columns",
    "read_questions",
]
