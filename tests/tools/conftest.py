"""Photographs from packages, as image values."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vpd.tools import Image, read_image_ref


@pytest.fixture(scope="session")
def photograph() -> Callable[[str], Image]:
    """A picture of scikit-image by file name; nothing is copied into the repository."""
    skimage = pytest.importorskip("skimage")
    folder = Path(skimage.__file__).parent / "data"
    return lambda name: Image(read_image_ref(folder / name))
