"""Pictures drawn to order."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from vpd.distill.scenes import SceneSettings
from vpd.distill.scenes.scene import Thing
from vpd.distill.scenes.shapes import draw_scene, encode_png
from vpd.tools import Image, read_image_ref


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Image]:
    """A clean picture of the things handed in."""

    def make(*things: Thing, side: int = 192) -> Image:
        look = SceneSettings(side=side, clutter=0, color_spread=0)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
        path.write_bytes(encode_png(draw_scene(things, look, Random(0))))
        return Image(read_image_ref(path))

    return make
