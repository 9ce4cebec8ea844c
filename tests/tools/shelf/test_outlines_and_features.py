"""Outlines and features through their real loading path, on tiny checkpoints that the tests write to disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from vpd.engine.dispatch import Dispatcher
from vpd.engine.sandbox import Sandbox
from vpd.tools import Box, Image, Registry, Tool, ToolFailed, read_image_ref
from vpd.tools.errors import WeightsError
from vpd.tools.placement import Placement
from vpd.tools.shelf.features import feature_tools
from vpd.tools.shelf.outlines import outline_tools
from vpd.tools.shelf.segmentation import Outlined, Outlines, Segment, pixels_of, segmentation_tools, segments_in

pytest.importorskip("transformers")


Build = Callable[[str], str]


def by_name(tools: list[Tool]) -> dict[str, Any]:
    return {tool.name: tool.run for tool in tools}


NAMES = ("cat", "sky", "people")


def test_segments_share_out_the_pixels_of_each_image(checkpoint: Build, images: list[Image]) -> None:
    segment = by_name(segmentation_tools(model=checkpoint("mask2former"), threshold=0.0, device="cpu"))["segment"]
    assert any(segment([image], [name])[0] for image in images for name in NAMES)
    for image in images:
        parts = [part for name in NAMES for part in segment([image], [name])[0]]
        assert sum(part.area for part in parts) <= image.width * image.height
        for part in parts:
            assert part.share == round(part.area / (image.width * image.height), 4)
            assert part.box == part.box.clipped(image.width, image.height)
            assert 0 < part.area <= part.box.area
            assert part.box.label in {"cat", "sky", "person"}


@pytest.mark.parametrize("name", ["maskformer", "detr_panoptic", "eomt"])
def test_other_families_share_out_pixels_too(checkpoint: Build, images: list[Image], name: str) -> None:
    segment = by_name(segmentation_tools(model=checkpoint(name), threshold=0.0, device="cpu"))["segment"]
    parts = [part for wanted in NAMES for part in segment(images[:1], [wanted])[0]]
    assert sum(part.area for part in parts) <= images[0].width * images[0].height
    assert all(part.box == part.box.clipped(images[0].width, images[0].height) for part in parts)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_outlines_are_had_in_half_precision(checkpoint: Build, images: list[Image], dtype: str) -> None:
    segment = by_name(segmentation_tools(model=checkpoint("mask2former"), threshold=0.0, device="cpu", dtype=dtype))["segment"]
    assert any(segment(images[:1], [name])[0] for name in NAMES)
    area_of = by_name(outline_tools(model=checkpoint("sam"), device="cpu", dtype=dtype))["area_of"]
    assert 0 <= area_of(images[:1])[0] <= images[0].width * images[0].height


def test_several_pictures_are_outlined_as_each_is_alone(checkpoint: Build, images: list[Image]) -> None:
    def segment(*some: Image) -> Any:
        tools = segmentation_tools(model=checkpoint("mask2former"), threshold=0.0, device="cpu")
        return by_name(tools)["segment"](list(some), ["sky"] * len(some))

    assert segment(*images) == [segment(image)[0] for image in images]


def test_a_name_that_the_network_was_not_taught_is_told_those_it_was(checkpoint: Build, images: list[Image]) -> None:
    segment = by_name(segmentation_tools(model=checkpoint("mask2former"), device="cpu"))["segment"]
    with pytest.raises(ToolFailed, match="no word for 'bus' among the 3 it knows, such as cat, person, sky"):
        segment(images[:1], ["bus"])


def test_a_program_uses_the_numbers_of_a_segment_and_its_box_as_a_region(checkpoint: Build, images: list[Image]) -> None:
    tools = Registry(segmentation_tools(model=checkpoint("mask2former"), threshold=0.0, device="cpu"))
    source = """
for name in ("cat", "sky", "person"):
    for part in segment(image, name):
        answer = [part.area, part.share, part.box.width, overlap_of(part.box, image)]
"""
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        done = sandbox.run(source, images[0], tools, dispatcher.answer)
    assert done.failure is None, done.failure
    assert done.answer[0] > 0
    assert done.answer[3] == 1.0


DRAWN = Outlines(
    np.array([[1, 1, 0, 0], [1, 1, 2, 2], [0, 0, 2, 2]], dtype=np.int32),
    (Outlined("cat", 0.9, 1), Outlined("sky-other-merged", 0.8, 2)),
)


def test_a_segment_is_counted_inside_the_region_that_was_asked_for(tmp_path: Path) -> None:
    Picture.new("RGB", (4, 3)).save(tmp_path / "small.png")
    image = Image(read_image_ref(tmp_path / "small.png"))
    assert segments_in(DRAWN, image, {"cat"}) == [Segment(Box(0, 0, 2, 2, "cat", 0.9), 4, 0.3333)]
    region = Image(image.ref, Box(1, 0, 4, 2))
    assert segments_in(DRAWN, region, {"sky-other-merged"}) == [Segment(Box(1, 1, 3, 2, "sky", 0.8), 2, 0.3333)]
    assert segments_in(DRAWN, Image(image.ref, Box(2, 0, 4, 1)), {"cat"}) == []


def test_a_region_means_the_thing_that_fills_it() -> None:
    assert pixels_of(DRAWN, Box(0, 0, 2, 2)).tolist() == (DRAWN.map_HW == 1).tolist()
    with pytest.raises(ToolFailed, match="no outlined thing fills that region"):
        pixels_of(DRAWN, Box(3, 0, 4, 1))


@pytest.mark.parametrize("name", ["sam", "sam2"])
def test_a_shown_region_is_outlined(checkpoint: Build, images: list[Image], name: str) -> None:
    tools = by_name(outline_tools(model=checkpoint(name), device="cpu"))
    areas = tools["area_of"](images)
    assert all(0 <= area <= image.ref.width * image.ref.height for area, image in zip(areas, images, strict=True))
    assert areas == [tools["area_of"]([image])[0] for image in images]


def test_all_of_an_outline_lies_inside_the_whole_picture(checkpoint: Build, images: list[Image]) -> None:
    tools = by_name(outline_tools(model=checkpoint("sam"), device="cpu"))
    seen = [image for image in images if tools["area_of"]([image])[0]]
    assert seen
    assert tools["overlap_of"](seen, [Image(image.ref) for image in seen]) == [1.0] * len(seen)


def test_regions_of_two_pictures_do_not_overlap(checkpoint: Build, images: list[Image]) -> None:
    with pytest.raises(ToolFailed, match="different pictures"):
        by_name(outline_tools(model=checkpoint("sam"), device="cpu"))["overlap_of"](images[:1], images[1:2])


def test_an_image_is_most_like_itself(checkpoint: Build, images: list[Image]) -> None:
    similarity = by_name(feature_tools(model=checkpoint("timm_vit"), device="cpu"))["similarity"]
    same, other = similarity([images[0], images[0]], [images[0], images[1]])
    assert same == 1.0
    assert -1 <= other < 1


def test_likeness_does_not_depend_on_the_batch_or_the_order(checkpoint: Build, images: list[Image]) -> None:
    similarity = by_name(feature_tools(model=checkpoint("timm_vit"), device="cpu"))["similarity"]
    together = similarity(images, [images[1], images[2], images[0]])
    alone = [similarity([one], [two])[0] for one, two in zip([images[1], images[2], images[0]], images)]
    assert together == pytest.approx(alone, abs=1e-3)


def test_features_are_had_in_half_precision_too(checkpoint: Build, images: list[Image]) -> None:
    similarity = by_name(feature_tools(model=checkpoint("timm_vit"), device="cpu", dtype="bfloat16"))["similarity"]
    assert similarity(images[:1], images[:1]) == [1.0]


def test_a_folder_that_timm_cannot_read_is_named_in_one_line(tmp_path: Path, images: list[Image]) -> None:
    with pytest.raises(WeightsError, match="cannot be loaded by timm") as caught:
        by_name(feature_tools(model=str(tmp_path)))["similarity"](images[:1], images[:1])
    assert "\n" not in str(caught.value)


def test_making_them_loads_nothing() -> None:
    placement = Placement()
    for factory in (segmentation_tools, outline_tools, feature_tools):
        assert all(tool.resources for tool in factory(model="nobody/has-this", placement=placement))
    assert placement.held() == ()
