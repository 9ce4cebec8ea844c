"""Which of a detector's 80 names a word means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.tools.coco import COCO, MEANINGS, WORDS, match_names, near_names


def test_there_are_eighty_names_and_each_means_itself() -> None:
    assert len(COCO) == len(set(COCO.values())) == 80
    assert all(match_names(name) == (name,) for name in COCO.values())


def test_every_synonym_means_a_name_that_is_there() -> None:
    assert set(MEANINGS) <= set(COCO.values())
    assert {name for names in WORDS.values() for name in names} == set(COCO.values())


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("people", "person"), ("Man", "person"), ("boys", "person"), ("women", "person"), ("a puppy", "dog"), ("puppies", "dog"),
        ("buses", "bus"), ("benches", "bench"), ("knives", "knife"), ("the couches", "couch"), ("sheep", "sheep"), ("mice",
        "mouse"),
        ("traffic_lights", "traffic light"), ("TVs", "tv"), ("wine glasses", "wine glass"), ("ponies", "horse"), ("bikes",
        "bicycle"),
        ("skis", "skis"), ("toothbrushes", "toothbrush"), ("children", "person"), ("ties", "tie"),
    ],
)  # fmt: skip
def test_plurals_and_synonyms_are_understood(word: str, name: str) -> None:
    assert match_names(word) == (name,)


def test_a_word_may_mean_several_names() -> None:
    assert "car" in match_names("vehicles")
    assert "dog" in match_names("animals")


@pytest.mark.parametrize("word", ["unicorn", "", " ", "s", "red car", "building"])
def test_other_words_mean_nothing(word: str) -> None:
    assert match_names(word) == ()


def test_near_names_share_a_word_or_the_spelling() -> None:
    assert near_names("red car")[0] == "car"
    assert "bicycle" in near_names("bicicle")
    assert near_names("xylophone") == []


@given(st.text())
def test_any_text_is_matched_or_not(word: str) -> None:
    assert set(match_names(word)) | set(near_names(word)) <= set(COCO.values())
