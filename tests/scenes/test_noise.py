"""Tools that err on purpose."""

from collections.abc import Callable

import pytest

from vpd.distill.scenes.scene import Thing
from vpd.tools import Image, Registry, tool
from vpd.tools.noise import noisy
from vpd.tools.scene_tools import SCENE_TOOLS

TOOLS = Registry(SCENE_TOOLS)


@pytest.fixture
def picture(draw: Callable[..., Image]) -> Image:
    return draw(*(Thing("red", "circle", 20 + 24 * place, 30 + 20 * place, 9) for place in range(7)))


@tool
def count(image: Image) -> int:
    """How many."""
    return 7


@tool(batch=4)
def name(image: list[Image], of: list[str]) -> list[str]:
    """What it is called."""
    return ["red circle" for _ in of]


def test_without_rates_nothing_changes(picture: Image) -> None:
    assert noisy(TOOLS)["find"].run(image=picture, name="circle") == TOOLS["find"].run(picture, "circle")


def test_a_drop_rate_of_one_leaves_nothing(picture: Image) -> None:
    tools = noisy(TOOLS, drop=1)
    assert tools["find"].run(image=picture, name="circle") == []
    assert tools["exists"].run(image=picture, name="circle") is False
    assert tools["exists"].run(image=picture, name="square") is False


def test_a_hallucination_is_one_more_box_named_as_asked_for(picture: Image) -> None:
    tools = noisy(TOOLS, hallucinate=1)
    (box,) = tools["find"].run(image=picture, name="blue square")
    assert box.label == "blue square"
    assert 0 <= box.left < box.right <= 192
    assert len(tools["find"].run(image=picture, name="circle")) == 8
    assert tools["exists"].run(image=picture, name="square") is True


def test_confusion_changes_labels_and_words_and_numbers(picture: Image) -> None:
    tools = noisy(Registry((*SCENE_TOOLS, count)), confuse=1)
    assert all(box.label != "red circle" for box in tools["find"].run(image=picture, name="circle"))
    assert tools["color_of"].run(image=picture) in ("green", "blue", "yellow", "purple")
    assert tools["count"].run(image=picture) in (6, 8)


def test_the_same_call_errs_the_same_way_and_another_seed_otherwise(picture: Image) -> None:
    found = [noisy(TOOLS, drop=0.5, seed=seed)["find"].run(image=picture, name="circle") for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1]
    assert any(found[0] != other for other in found[2:])


def test_about_as_many_are_dropped_as_the_rate_says(picture: Image) -> None:
    kept = sum(len(noisy(TOOLS, drop=0.3, seed=seed)["find"].run(image=picture, name="circle")) for seed in range(60))
    assert 0.6 < kept / (60 * 7) < 0.8


def test_a_batch_errs_row_by_row(picture: Image) -> None:
    named = noisy(Registry([name]), confuse=0.5)["name"].run(image=[picture] * 20, of=[str(row) for row in range(20)])
    assert len(named) == 20
    assert 0 < named.count("red circle") < 20


def test_versions_tell_noisy_tools_apart() -> None:
    assert noisy(TOOLS, drop=0.1).pins != noisy(TOOLS, drop=0.2).pins != TOOLS.pins


def test_a_rate_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the rate drop must lie in 0\.\.1, got 2"):
        noisy(TOOLS, drop=2)
