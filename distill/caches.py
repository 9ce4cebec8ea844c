"""Where what can be had again is kept: one folder of the user's, or one that is named."""

import os
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


def cache_folder(name: str, chosen: Path | None = None) -> Path:
    """The cache of that name: under the folder chosen, else under `$VPD_CACHE`, else under the user's cache folder."""
    top = chosen or os.environ.get("VPD_CACHE") or platformdirs.user_cache_dir("vpd", appauthor=False)
    return Path(top) / name
