"""Rationales rated by people: blind sheets of several writers, and what the filled sheets say, with how far raters agree."""

from vpd.distill.rating.agreement import cohen_kappa, fleiss_kappa
from vpd.distill.rating.reading import Standing, read_ratings, stand
from vpd.distill.rating.sampling import Item, sample_items
from vpd.distill.rating.sheet import keep_key, sheet_csv, sheet_html

__all__ = [
    "Item",
    "Standing",
    "cohen_kappa",
    "fleiss_kappa",
    "keep_key",
    "read_ratings",
    "sample_items",
    "sheet_csv",
    "sheet_html",
    "stand",
]
