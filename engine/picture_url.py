"""A picture or region as a data URL, as chat messages to vision models hold it."""

import base64

from vpd.tools.image import Image

__all__ = ["LARGEST", "as_data_url"]

LARGEST = 1024
"""Pixels of the longer side of what is sent."""


def as_data_url(image: Image) -> str:
    """The region as a PNG inside a URL, shrunk where it is large."""
    import cv2  # loads with the first picture

    pixels = image.pixels[:, :, ::-1]
    scale = LARGEST / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".png", pixels)
    return f"data:image/png;base64,{base64.b64encode(data.tobytes()).decode()}"
