"""English for counts and relations."""

import pytest

from vpd.distill.rationales.phrases import as_noun, choice_word, counted, plural, singular, tell_test


@pytest.mark.parametrize(
    ("one", "many"),
    [("dog", "dogs"), ("red cross", "red crosses"), ("person", "people"), ("white mouse", "white mice"), ("box", "boxes"),
     ("cherry", "cherries"), ("boy", "boys"), ("house", "houses"), ("bus", "buses"), ("glass", "glasses")],
)  # fmt: skip
def test_a_noun_for_more_than_one_and_back(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) in (one, singular(one))


def test_a_count_agrees_with_its_noun() -> None:
    assert [counted(number, "red cross") for number in range(3)] == ["no red cross", "1 red cross", "2 red crosses"]


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("d.x < bench.x", "to the left of the bench"),
        ("bench.x > d.x", "to the left of the bench"),
        ("d.y > bench.y", "below the bench"),
        ("d.right <= bench.left", "to the left of the bench"),
        ("d.vertical_center > bench.vertical_center", "above the bench"),
        ("d.lower > bench.upper", "above the bench"),
        ("d.width > bench.width", "wider than the bench"),
        ("d.x < benches[0].x", "to the left of the bench"),
        ("d.x < bench.x and d.y < cat.y", "to the left of the bench and above the cat"),
    ],
)
def test_a_comparison_of_places_is_told_as_a_relation(test: str, told: str) -> None:
    assert tell_test(test, {"bench": "the bench", "benches": "the bench", "cat": "the cat"}) == told


@pytest.mark.parametrize(
    "test", ["d.x < 5", "d.x < bench.y", "len(a) > 2", "d.x < other.x", "d.x <", "a or b", "d.x < e.x < f.x"]
)
def test_what_is_no_relation_to_a_known_thing_is_not_told(test: str) -> None:
    assert tell_test(test, {"bench": "the bench"}) is None


def test_a_color_alone_is_something_of_that_color() -> None:
    assert [as_noun(text) for text in ("green", "red circle", "orange")] == ["green thing", "red circle", "orange"]


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("a = max(dogs, key=lambda d: d.x)", "rightmost"),
        ("a = min(dogs, key=lambda d: d.left)", "leftmost"),
        ("a = sorted(dogs, key=lambda d: d.area)[-1]", "largest"),
        ("a = sorted(dogs, key=lambda d: d.y, reverse=True)[0]", "lowest"),
        ("a = max(dogs, key=lambda d: d.vertical_center)", "topmost"),
        ("a = max(dogs, key=depth)", None),
        ("a = dogs[0]", None),
        ("a = ", None),
    ],
)
def test_by_what_one_of_several_was_chosen(statement: str, word: str | None) -> None:
    assert choice_word(statement) == word
