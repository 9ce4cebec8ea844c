"""Reading text in pictures with EasyOCR (CRAFT finds the words, a recurrent network reads them)."""

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.tools.errors import MissingExtra
from vpd.tools.fetch import weights
from vpd.tools.image import Image
from vpd.tools.placement import Model, Placement, standing
from vpd.tools.resource import Resource
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Word", "reader_tools", "reading_order"]

WEIGHTS = "easyocr-english"
Fetch = Callable[[str], Mapping[str, Path]]
"""Gives the files of a catalogue entry by name."""
SMALLEST, LARGEST = 320, 800
"""Pixels of the longer side: a smaller region is enlarged and a larger one shrunk, as the time grows with the area."""


class Word(NamedTuple):
    """A piece of text, where its middle lies and how high it is, in pixels of the picture that was read."""

    text: str
    x: float
    y: float
    height: float
    score: float


def reading_order(words: list[Word]) -> list[Word]:
    """Line by line from the top, each from the left; two words share a line where their middles are within half a height."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.y):
        last = lines[-1][0] if lines else None
        if last is not None and abs(word.y - last.y) < min(word.height, last.height) / 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.x)]


def reader_tools(
    *, threshold: float = 0.3, device: str = "cpu", fetch: Fetch = weights, placement: Placement | None = None
) -> list[Tool]:
    """`read_text`; words below `threshold`, a confidence in 0..1, are left out."""
    model: Model[Any] = Model("EasyOCR, English", lambda: load_reader(fetch, standing(device)), size=110_000_000, device=device)
    reader = Resource(model, placement)

    @tool(version=f"1-{threshold:g}", timeout=240, aliases=("ocr",), weights=(WEIGHTS,), resources=(reader,))
    def read_text(image: Image) -> str:
        """The text that is written in the image or region, line by line with spaces between; empty if there is none."""
        with reader.use() as network, quiet():
            found = network.readtext(resized(image.pixels))
        words = [word_of(*piece) for piece in found]
        return " ".join(" ".join(word.text.split()) for word in reading_order(words) if word.score >= threshold)

    return [read_text]


def word_of(corners: Any, text: str, score: float) -> Word:
    """The library's piece: four corners, the text, its confidence."""
    across, down = ([float(corner[axis]) for corner in corners] for axis in (0, 1))
    return Word(text, sum(across) / 4, sum(down) / 4, max(down) - min(down), float(score))


def resized(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """The picture with its longer side between the two limits."""
    import cv2  # loads with the first use

    longer = max(pixels.shape[:2])
    scale = min(max(longer, SMALLEST), LARGEST) / longer
    if scale == 1:
        return pixels.copy()
    changed: NDArray[np.uint8] = cv2.resize(
        pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    return changed


def load_reader(fetch: Fetch, device: str) -> Any:
    """The library's reader over the catalogue's files; it downloads nothing by itself."""
    try:
        import easyocr  # brings torch with it: seconds
    except ImportError as error:
        raise MissingExtra("models", "easyocr") from error
    import torch

    files = fetch(WEIGHTS)
    for path in files.values():  # the library loads these pickles with code allowed; one that needs code is refused here
        torch.load(path, map_location="cpu", weights_only=True)
    folder = str(next(iter(files.values())).parent)
    searched = list(sys.path)
    try:
        return easyocr.Reader(
            ["en"],
            gpu=False if device == "cpu" else device,
            model_storage_directory=folder,
            user_network_directory=folder,
            download_enabled=False,
            verbose=False,
            quantize=False,
        )
    finally:
        sys.path[:] = searched  # the library leaves its model folder on the import path


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warning that a library gives on every machine without a GPU."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*pin_memory.*", category=UserWarning)
        yield
