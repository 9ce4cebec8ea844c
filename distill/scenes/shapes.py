"""Drawing a scene: from objects to pixels and to the bytes of a PNG file."""

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING

from vpd.distill.scenes.layout import SceneSettings
from vpd.distill.scenes.scene import HALF, Thing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_scene", "encode_png"]

PALETTE = {
    "red": (215, 45, 45),
    "green": (45, 165, 65),
    "blue": (50, 85, 215),
    "yellow": (228, 208, 45),
    "purple": (150, 55, 180),
}
CLUTTER_TINTS = (
    (150, 150, 150),
    (110, 110, 110),
    (185, 185, 185),
    (235, 140, 50),
    (60, 190, 200),
    (140, 95, 55),
    (240, 150, 190),
)
"""Colours of what is no object: greys, orange, turquoise, brown, pink."""

ARM = 0.34
"""Half the width of a cross's arm, in radii."""
BITS = 4
"""Drawing is exact to 1/16 pixel."""
STEP = 4
"""Noise comes in steps of so many grey levels, which keeps files small."""


def draw_scene(things: Sequence[Thing], settings: SceneSettings, rng: Random) -> "NDArray[np.uint8]":
    """RGB pixels, shape (side, side, 3)."""
    import numpy as np  # heavy beside the rest of this package; loads with the first picture

    shade = rng.randint(208, 244)
    pixels = np.full((settings.side, settings.side, 3), [shade + rng.randint(-4, 4) for _ in range(3)], np.uint8)
    clutter = rng.randint(0, settings.clutter)
    behind = sum(rng.random() < 0.7 for _ in range(clutter))
    for _ in range(behind):
        draw_clutter(pixels, rng)
    for thing in things:
        tint = tuple(min(255, max(0, round(rng.gauss(level, settings.color_spread)))) for level in PALETTE[thing.color])
        draw_thing(pixels, thing, tint)
    for _ in range(clutter - behind):
        draw_clutter(pixels, rng)
    return add_noise(pixels, settings.noise, rng)


def draw_thing(pixels: "NDArray[np.uint8]", thing: Thing, tint: tuple[int, ...]) -> None:
    """One object with smooth edges, its box centred on its middle."""
    import cv2  # heavy, as above
    import numpy as np

    across, down = (half * thing.radius for half in HALF[thing.shape])
    x, y, arm = thing.x, thing.y, ARM * thing.radius
    if thing.shape == "circle":
        cv2.circle(pixels, (fixed(x), fixed(y)), fixed(thing.radius, shift=0), tint, cv2.FILLED, cv2.LINE_AA, BITS)
        return
    if thing.shape == "triangle":
        corners = [(x, y - down), (x + across, y + down), (x - across, y + down)]
    elif thing.shape == "square":
        corners = [(x - across, y - down), (x + across, y - down), (x + across, y + down), (x - across, y + down)]
    else:
        steps = [(-arm, -down), (arm, -down), (arm, -arm), (across, -arm), (across, arm), (arm, arm)]
        corners = [(x + sign * right, y + sign * low) for sign in (1, -1) for right, low in steps]
    outline = np.array([[fixed(a), fixed(b)] for a, b in corners], np.int32)
    cv2.fillPoly(pixels, [outline], tint, cv2.LINE_AA, BITS)


def fixed(length: float, *, shift: float = 0.5) -> int:
    """A length in the drawing's fixed point; a place is moved half a pixel, as pixel 0 is centred on 0.5."""
    return round((length - shift) * (1 << BITS))


def draw_clutter(pixels: "NDArray[np.uint8]", rng: Random) -> None:
    """One speck, or one thin grey line, anywhere."""
    import cv2  # as above

    side = pixels.shape[0]
    x, y = rng.uniform(0, side), rng.uniform(0, side)
    if rng.random() < 0.65:
        looks_like_an_object = rng.random() < 0.4
        color = rng.choice(tuple(PALETTE.values()) if looks_like_an_object else CLUTTER_TINTS)
        size = side * rng.uniform(0.006, 0.011 if looks_like_an_object else 0.02)  # a speck must never pass for a small object
        cv2.circle(pixels, (fixed(x), fixed(y)), fixed(size, shift=0), color, cv2.FILLED, cv2.LINE_AA, BITS)
        return
    end = (fixed(x + side * rng.uniform(-0.3, 0.3)), fixed(y + side * rng.uniform(-0.3, 0.3)))
    cv2.line(pixels, (fixed(x), fixed(y)), end, rng.choice(CLUTTER_TINTS[:3]), max(1, round(side / 128)), cv2.LINE_AA, BITS)


@lru_cache(maxsize=8)
def noise_table(deviation: float) -> tuple[int, ...]:
    """The noise that each of 256 equally likely bytes stands for."""
    bell = NormalDist(0, deviation)
    step = min(STEP, max(1, round(deviation)))
    return tuple(round(bell.inv_cdf((byte + 0.5) / 256) / step) * step for byte in range(256))


def add_noise(pixels: "NDArray[np.uint8]", deviation: float, rng: Random) -> "NDArray[np.uint8]":
    """The picture with each pixel brighter or darker by chance."""
    import numpy as np  # as above

    if not deviation:
        return pixels
    height, width = pixels.shape[:2]
    drawn = np.frombuffer(rng.randbytes(height * width), np.uint8).reshape(height, width, 1)
    noisy = pixels.astype(np.int16) + np.array(noise_table(deviation), np.int16)[drawn]
    clipped: NDArray[np.uint8] = np.clip(noisy, 0, 255).astype(np.uint8)
    return clipped


def encode_png(pixels: "NDArray[np.uint8]") -> bytes:
    """The bytes of a PNG file, the same for the same pixels and the same release of OpenCV."""
    import cv2  # as above

    fast = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    _, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), fast)
    return bytes(data)
