"""Tiny checkpoints of the shelf's architectures, and pictures to run them on."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image as Picture

from vpd.tools import Box, Image, read_image_ref


def load_builders() -> ModuleType:
    spec = spec_from_file_location("tiny_checkpoints", Path(__file__).with_name("tiny.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TINY = load_builders()
Build = Callable[[str], str]


@pytest.fixture
def builders() -> ModuleType:
    """The functions that write tiny checkpoints."""
    return TINY


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The folder of a tiny checkpoint, written when first asked for."""
    import torch

    written: dict[str, str] = {}

    def build(name: str) -> str:
        if name not in written:
            torch.manual_seed(0)
            written[name] = str(getattr(TINY, name)(tmp_path_factory.mktemp(name)))
        return written[name]

    return build


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Image]:
    """Two pictures of different sizes, and a region of one."""
    folder, noise = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    whole = []
    for name, shape in (("wide", (40, 64, 3)), ("high", (50, 30, 3))):
        Picture.fromarray(noise.integers(0, 255, shape, dtype=np.uint8)).save(folder / f"{name}.png")
        whole.append(Image(read_image_ref(folder / f"{name}.png")))
    return [*whole, Image(whole[0].ref, Box(10, 10, 50, 35))]
