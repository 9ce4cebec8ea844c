"""Labels and the choice among texts, on photographs."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from vpd.tools import Image, ToolFailed, read_image_ref
from vpd.tools.classifier import classifier_tools
from vpd.tools.colour import color_named
from vpd.tools.text_match import text_match_tools


def refuse(name: str) -> Mapping[str, Path]:
    raise AssertionError(f"{name} is fetched before it is needed")


def plain(folder: Path, color: str) -> Image:
    Picture.new("RGB", (32, 32), color).save(folder / "plain.png")
    return Image(read_image_ref(folder / "plain.png"))


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("red", "red"),
        ("a Grey car", "gray"),
        ("blonde hair", "yellow"),
        ("tall", None),
        ("red or blue", None),
        ("reddish", None),
        ("", None),
    ],
)
def test_a_color_is_read_out_of_a_text(text: str, color: str | None) -> None:
    assert color_named(text) == color


def test_a_color_is_verified_from_pixels_alone(tmp_path: Path) -> None:
    verify = text_match_tools(fetch=refuse)[2]
    assert verify.run(plain(tmp_path, "green"), "ball", "green")
    assert not verify.run(plain(tmp_path, "green"), "ball", "red")


def test_what_is_no_color_cannot_be_verified_and_is_not_denied(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="tells colors only"):
        text_match_tools(fetch=refuse)[2].run(plain(tmp_path, "green"), "man", "running")


def test_a_choice_among_colors_is_made_from_pixels_alone(tmp_path: Path) -> None:
    assert text_match_tools(fetch=refuse)[0].run(plain(tmp_path, "blue"), ["red car", "blue car"]) == "blue car"


CAPTIONS = ["a cat", "a cup of coffee", "a rocket", "a motorcycle"]


@pytest.mark.models
@pytest.mark.parametrize(
    ("photo", "label"),
    [("chelsea.png", "tiger cat"), ("coffee.png", "espresso"), ("rocket.jpg", "missile"), ("motorcycle_left.png", "moped")],
)
def test_photographs_are_named_by_imagenet_labels(photograph: Callable[[str], Image], photo: str, label: str) -> None:
    assert classifier_tools()[0].run([photograph(photo)]) == [label]


@pytest.mark.models
@pytest.mark.parametrize(
    ("photo", "caption"), list(zip(["chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png"], CAPTIONS))
)
def test_the_right_caption_is_chosen(photograph: Callable[[str], Image], photo: str, caption: str) -> None:
    assert text_match_tools()[0].run(photograph(photo), CAPTIONS) == caption


@pytest.mark.models
def test_a_batch_is_answered_as_its_images_are_alone(photograph: Callable[[str], Image]) -> None:
    (classify,) = classifier_tools()
    images = [photograph(name) for name in ("coffee.png", "chelsea.png")]
    assert classify.run(images) == [classify.run([image])[0] for image in images]


@pytest.mark.models
def test_the_image_that_fits_a_text_is_chosen(photograph: Callable[[str], Image]) -> None:
    choose = text_match_tools()[1]
    images = [photograph(name) for name in ("coffee.png", "chelsea.png", "rocket.jpg")]
    assert choose.run(images, ["a cat"], return_index=True) == 1
    assert choose.run(images, ["a cup of coffee"]) == images[0]


@pytest.mark.models
def test_no_options_are_refused(photograph: Callable[[str], Image]) -> None:
    with pytest.raises(ToolFailed, match="no option"):
        text_match_tools()[0].run(photograph("coffee.png"), [])


@pytest.mark.models
def test_vectors_of_texts_have_length_one_and_near_meanings_are_near() -> None:
    from vpd.tools.fetch import weights
    from vpd.tools.placement import Placement
    from vpd.tools.text_encoder import TextEncoder

    cat, kitten, bus = TextEncoder(weights, Placement()).vectors(["a cat", "a kitten", "a city bus"])
    assert np.linalg.norm(cat) == pytest.approx(1, abs=1e-5)
    assert cat @ kitten > cat @ bus
