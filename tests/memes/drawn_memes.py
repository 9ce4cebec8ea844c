"""Made-up, harmless memes for tests: words over shapes, a house rule in the place of hate, tools that need no weights.

The rule: a sign may not forbid what its own picture shows. Neither words nor picture alone can tell, as each comes with both
answers. A tool set names this file's functions, as it would name one's own.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from vpd.engine.language_tools import language_tools
from vpd.tools.image import Image
from vpd.tools.knowledge import Knowledge
from vpd.tools.listing_caption import caption_of
from vpd.tools.scene_tools import seen_in
from vpd.tools.tool import Tool, tool

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ "
ACROSS, DOWN = 12, 24
"""Pixels of a letter's cell."""
SIDE = 320
LINES = 2
"""Lines of words at the top."""
COLORS = {"red": (214, 40, 40), "blue": (40, 80, 220), "green": (30, 150, 60)}


class Meme(NamedTuple):
    """Words over a picture."""

    words: str
    color: str
    shape: Literal["circle", "square"]
    breaks_rule: bool


def memes() -> list[Meme]:
    """Every thing forbidden over a picture of it and of another, and welcomed over both."""
    things = [(color, shape) for color in COLORS for shape in ("circle", "square")]
    found = []
    for number, (color, shape) in enumerate(things):
        other_color, other_shape = things[(number + 1) % len(things)]
        thing = f"{color} {shape}s".upper()
        for color_shown, shape_shown in ((color, shape), (other_color, other_shape)):
            same = (color_shown, shape_shown) == (color, shape)
            found.append(Meme(f"NO {thing} IN THE LIBRARY", color_shown, shape_shown, same))  # type: ignore[arg-type]  # one of the two
        found.append(Meme(f"{thing} ARE WELCOME HERE", color, shape, breaks_rule=False))  # type: ignore[arg-type]  # as above
    return found


def draw(meme: Meme, path: Path) -> None:
    """The meme as a picture file."""
    picture = Picture.new("RGB", (SIDE, SIDE), "white")
    width = SIDE // ACROSS
    for place, letter in enumerate(meme.words):
        picture.paste(Picture.fromarray(glyph(letter)), (place % width * ACROSS, place // width * DOWN))
    box = (100, 120, 220, 240)
    pen = ImageDraw.Draw(picture)
    (pen.ellipse if meme.shape == "circle" else pen.rectangle)(box, fill=COLORS[meme.color])
    picture.save(path)


@lru_cache(maxsize=64)
def glyph(letter: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A letter in its cell."""
    cell = Picture.new("RGB", (ACROSS, DOWN), "white")
    ImageDraw.Draw(cell).text((0, 2), letter, fill="black", font=ImageFont.load_default(14))
    return np.asarray(cell)


def write_data_set(folder: Path) -> None:
    """The memes in the layout of Hateful Memes: `img/` and `train.jsonl`, the label 1 where the house rule is broken."""
    (folder / "img").mkdir(parents=True)
    lines = []
    for number, meme in enumerate(memes()):
        name = f"img/{number:05d}.png"
        draw(meme, folder / name)
        lines.append(json.dumps({"id": number, "img": name, "label": int(meme.breaks_rule), "text": meme.words.lower()}))
    (folder / "train.jsonl").write_text("\n".join(lines) + "\n")


def seeing_tools() -> list[Tool]:
    """`read_text` by comparing each cell with each letter, and `image_caption` by segmentation: both look at pixels."""

    @tool(version="1")
    def read_text(image: Image) -> str:
        """The text that is written in the image; empty if there is none."""
        known = {glyph(letter).tobytes(): letter for letter in LETTERS}
        pixels = image.pixels
        rows, columns = LINES, pixels.shape[1] // ACROSS
        cells = (
            pixels[row * DOWN : (row + 1) * DOWN, column * ACROSS : (column + 1) * ACROSS]
            for row in range(rows)
            for column in range(columns)
        )
        return "".join(known.get(np.ascontiguousarray(cell).tobytes(), "?") for cell in cells).strip()

    @tool(version="1")
    def image_caption(image: Image) -> str:
        """What the image shows, counted."""
        return caption_of(box.label for box in seen_in(image))

    return [read_text, image_caption]


def language() -> list[Tool]:
    """Knowledge and judgement by a language model from a script."""
    return language_tools(knowledge=Knowledge("house-rule", judge))


def judge(asked: str) -> str:
    """The house rule, applied to what the model is told; whatever else it is asked, it says what that is."""
    last = asked.splitlines()[-1]
    if not last.startswith("{"):
        return "a rule of the house"
    facts = dict(fact.lower().split(": ", 1) for fact in json.loads(last)["facts"])
    forbidden = facts["words"].partition("no ")[2].partition(" in the library")[0].removesuffix("s")
    return "Yes." if forbidden and forbidden in facts.get("picture", forbidden) else "No."


def answers(found: Iterable[Meme]) -> list[str]:
    """The labels in the words of the data set's questions."""
    return ["yes" if meme.breaks_rule else "no" for meme in found]
