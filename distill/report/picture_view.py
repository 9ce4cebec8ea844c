"""A record's picture inside a page: decoded, made small, written anew as a data URI, with regions drawn over it."""

import base64
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vpd.distill.report.markup import Html, Part, element
from vpd.engine.characters import shorten
from vpd.tools.box import Box
from vpd.tools.errors import ImageError
from vpd.tools.image import ImageRef, read_pixels

__all__ = ["Mark", "data_uri", "show_picture"]

log = logging.getLogger(__name__)

LONGEST_SIDE = 640
"""Pixels; larger pictures are made smaller before they are written into a page."""
COLOURS = 6
"""Colours for marks in the style sheet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A region to draw, with the numbers of the calls that it belongs to."""

    box: Box
    calls: tuple[int, ...]


def data_uri(ref: ImageRef, folder: Path | None = None) -> str:
    """The picture as a PNG, or as a JPEG where it is large. A relative path is looked for here, then in `folder`.

    The file is checked against its digest, decoded and written anew, so that nothing but pixels gets into a page.
    Raises `ImageError`.
    """
    from PIL import Image as Picture  # heavy beside the rest of the package

    places = [Path(ref.path)] if folder is None or Path(ref.path).is_absolute() else [Path(ref.path), folder / ref.path]
    place = next((each for each in places if each.is_file()), places[0])
    picture = Picture.fromarray(read_pixels(replace(ref, path=str(place))))
    large = max(picture.size) > LONGEST_SIDE
    if large:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    if large:
        picture.save(file, "JPEG", quality=85)
    else:
        picture.save(file, "PNG", optimize=True)
    return f"data:image/{'jpeg' if large else 'png'};base64,{base64.b64encode(file.getvalue()).decode()}"


def show_picture(ref: ImageRef, marks: Sequence[Mark] = (), *, folder: Path | None = None, alt: str = "") -> Html:
    """The picture with its marks; where the file is gone or has changed, a line that says so in its place."""
    try:
        address = data_uri(ref, folder)
    except ImageError as error:
        log.warning("a picture is left out: %s", error)
        why = f"The picture of digest {ref.sha256[:12]} cannot be shown: it {error.why}."
        return element("p", why, class_="missing")
    unit = max(ref.width, ref.height) / 320
    parts: list[Part] = [
        element("title", shorten(alt, 200)),
        element("image", href=address, width=ref.width, height=ref.height, class_="small" if unit < 1 else None),
        *(draw_mark(mark, unit, ref) for mark in marks),
    ]
    view = f"0 0 {ref.width} {ref.height}"
    return element("svg", *parts, viewBox=view, role="img", aria_label=shorten(alt, 200), class_="picture")


def draw_mark(mark: Mark, unit: float, ref: ImageRef) -> Html:
    """A frame, and a small plate with the calls' numbers at its corner; `unit` is a page's pixel in pixels of the picture."""
    box, colour = mark.box, f"mark{mark.calls[0] % COLOURS}"
    edges = {"x": f"{box.left:.2f}", "y": f"{box.top:.2f}", "width": f"{box.width:.2f}", "height": f"{box.height:.2f}"}
    numbers = ", ".join(map(str, mark.calls[:3])) + ("…" if len(mark.calls) > 3 else "")
    size = 11 * unit
    wide = (len(numbers) * 0.62 + 0.6) * size
    left = min(max(0.0, box.left), max(0.0, ref.width - wide))
    top = box.top - 1.2 * size if box.top >= 1.2 * size else min(box.top, ref.height - 1.2 * size)
    said = f"{box.label or 'region'}, call {numbers}"
    return element(
        "g",
        element("title", said),
        element("rect", **edges, stroke_width=f"{4 * unit:.3f}", class_="under"),
        element("rect", **edges, stroke_width=f"{2 * unit:.3f}", class_="frame"),
        element("rect", x=f"{left:.2f}", y=f"{top:.2f}", width=f"{wide:.2f}", height=f"{1.2 * size:.2f}", class_="plate"),
        element(
            "text",
            numbers,
            x=f"{left + wide / 2:.2f}",
            y=f"{top + 0.95 * size:.2f}",
            font_size=f"{size:.2f}",
            class_="plate-text",
        ),
        class_=colour,
    )
