"""Naming the colour of a region from its pixels, by the eleven basic colour words of English."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vpd.tools.hooks import hookimpl
from vpd.tools.image import Image
from vpd.tools.tool import Tool, tool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLOURS", "color_named", "color_shares", "colour_tools", "has_color", "name_colours", "vpd_tools"]

COLOURS = ("black", "white", "gray", "red", "orange", "brown", "yellow", "green", "blue", "purple", "pink")
"""Berlin and Kay's basic colour terms."""

OTHER_NAMES = {
    "grey": "gray",
    "violet": "purple",
    "golden": "yellow",
    "gold": "yellow",
    "silver": "gray",
    "blond": "yellow",
    "blonde": "yellow",
}

FAIR_PART = 0.15
"""Share of a box from which a colour counts as the thing's, set by eye: a red motorcycle's box is red for a sixth."""
SIDE = 64
"""At most so many rows and columns are looked at: every n-th of a larger region."""


@tool(version="1")
def color_of(image: Image) -> str:
    """The main color of the image or region: black, white, gray, red, orange, brown, yellow, green, blue, purple or pink."""
    shares = color_shares(image)
    return max(shares, key=shares.__getitem__)


def color_shares(image: Image) -> dict[str, float]:
    """How much of the image each colour takes, 0..1, the middle counting more than the edges; all of `COLOURS`, in order."""
    import numpy as np  # loads with the first picture

    pixels = image.pixels
    sample = pixels[:: max(1, pixels.shape[0] // SIDE), :: max(1, pixels.shape[1] // SIDE)]
    weight = middle_weight(*sample.shape[:2])
    taken = np.bincount(name_colours(sample).ravel(), weights=weight.ravel(), minlength=len(COLOURS)) / weight.sum()
    return dict(zip(COLOURS, taken.tolist(), strict=True))


def has_color(image: Image, color: str) -> bool:
    """Whether the thing in a box may be called by that colour: its main one, or one of a fair part of it."""
    shares = color_shares(image)
    return shares[color] >= min(FAIR_PART, max(shares.values()))


def color_named(text: str) -> str | None:
    """The basic colour that a text names; None where it names none or several."""
    words = (OTHER_NAMES.get(word, word) for word in re.findall(r"[a-z]+", text.lower()))
    named = {word for word in words if word in COLOURS}
    return named.pop() if len(named) == 1 else None


def middle_weight(rows: int, columns: int) -> "NDArray[np.float64]":
    """How much each pixel counts: 1 in the middle, 0.1 at the edges, as a box's corners mostly show what lies behind."""
    import numpy as np  # as above

    down = np.abs(np.linspace(-1, 1, rows))[:, None] if rows > 1 else np.zeros((1, 1))
    across = np.abs(np.linspace(-1, 1, columns))[None, :] if columns > 1 else np.zeros((1, 1))
    weight: NDArray[np.float64] = np.clip(1.1 - np.maximum(down, across), 0.1, 1.0)
    return weight


def name_colours(pixels: "NDArray[np.uint8]") -> "NDArray[np.intp]":
    """Each pixel's place in `COLOURS`; RGB of shape (height, width, 3) in.

    By hue, saturation and value, with brown as dark orange and pink as pale red; the borders are set by eye, not fitted.
    """
    import numpy as np  # as above

    rgb = pixels.astype(np.float64) / 255
    value, low = rgb.max(axis=-1), rgb.min(axis=-1)
    spread = value - low
    saturation = np.where(value > 0, spread / np.maximum(value, 1e-6), 0)
    hue = hue_of(rgb, value, spread)
    place = {name: number for number, name in enumerate(COLOURS)}
    tinted = np.select(
        [hue < 12, hue < 42, hue < 68, hue < 165, hue < 258, hue < 295, hue < 345],
        [place[name] for name in ("red", "orange", "yellow", "green", "blue", "purple", "pink")],
        default=place["red"],
    )
    warm = (tinted == place["orange"]) | (tinted == place["red"])
    tinted = np.where((tinted == place["orange"]) & (value < 0.68), place["brown"], tinted)
    tinted = np.where((tinted == place["orange"]) & (saturation < 0.45), place["brown"], tinted)
    tinted = np.where((tinted == place["red"]) & (saturation < 0.55) & (value > 0.75), place["pink"], tinted)
    tinted = np.where((tinted == place["red"]) & (value < 0.45) & (hue >= 6) & (hue < 12), place["brown"], tinted)
    tinted = np.where((tinted == place["pink"]) & (value < 0.5), place["purple"], tinted)
    pale = saturation < np.where(warm, 0.18, 0.14)
    grey = np.select([value > 0.82, value < 0.22], [place["white"], place["black"]], default=place["gray"])
    named: NDArray[np.intp] = np.where(value < 0.14, place["black"], np.where(pale, grey, tinted)).astype(np.intp)
    return named


def hue_of(rgb: "NDArray[np.float64]", value: "NDArray[np.float64]", spread: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Hue in degrees, 0..360; 0 where there is none."""
    import numpy as np  # as above

    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    safe = np.maximum(spread, 1e-6)
    sector = np.select(
        [value == red, value == green], [(green - blue) / safe % 6, (blue - red) / safe + 2], default=(red - green) / safe + 4
    )
    hue: NDArray[np.float64] = np.where(spread > 0, sector * 60, 0).astype(np.float64)
    return hue


def colour_tools() -> list[Tool]:
    """The one tool."""
    return [color_of]


@hookimpl
def vpd_tools() -> Iterable[Tool]:
    """The hook's answer."""
    return colour_tools()
