"""Markup stays markup and text stays text, whatever the text is."""

from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.report.markup import Html, element, join
from vpd.distill.report.value_view import Budget, boxes_in, read_box, show_value
from vpd.engine.characters import plain_text, shorten

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.just("region"), inner, max_size=4),
    max_leaves=12,
)


class Reader(HTMLParser):
    """Gathers what a browser would take for text and for tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", list[str]()
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text())
def test_any_text_is_read_back_as_text(text: str) -> None:
    seen = Reader(element("p", text))
    assert seen.tags == ["p"]
    assert seen.text == plain_text(text)


@given(st.text())
def test_any_text_is_safe_in_an_attribute(text: str) -> None:
    class Attributes(Reader):
        found: dict[str, str | None]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found = dict(attrs)

    assert Attributes(element("p", title=text)).found == {"title": plain_text(text)}


def test_markup_is_not_escaped_twice() -> None:
    assert element("p", element("b", "<")) == "<p><b>&lt;</b></p>"


def test_joined_text_is_escaped() -> None:
    assert join(["<", Html("<br>"), None]) == "&lt;<br>"


def test_signs_that_cannot_be_seen_are_written_out() -> None:
    assert plain_text("a\u202eb\x00c\ud800") == "a\\u202eb\\u0000c\\ud800"


def test_a_page_of_any_text_can_be_written_as_utf_8() -> None:
    element("p", "\ud800 \udfff").encode("utf-8")


def test_long_text_is_cut_with_a_count() -> None:
    assert shorten("abcdef", 4) == "abcd … (2 more signs)"


@given(PLAIN)
def test_any_plain_value_is_shown_without_an_error(value: Any) -> None:
    assert set(Reader(show_value(value)).tags) <= {"span", "b", "small"}


@given(PLAIN)
def test_any_box_that_is_found_lies_in_the_picture(value: Any) -> None:
    for box in boxes_in(value, 64, 48):
        assert 0 <= box.left < box.right <= 64
        assert 0 <= box.top < box.bottom <= 48


def test_a_list_of_a_million_is_cut_by_the_budget() -> None:
    shown = show_value(list(range(1_000_000)), Budget(10))
    assert len(shown) < 2_000
    assert "more" in shown


def test_a_number_of_thousands_of_digits_is_not_written_out() -> None:
    assert "a whole number of" in show_value(10**5_000)


def test_a_region_beyond_all_bounds_is_clipped() -> None:
    box = read_box({"region": [-(10**400), 2, 10**400, 1e300], "label": "x"}, 64, 48)
    assert box is not None
    assert box.corners == (0, 2, 64, 48)


def test_a_region_that_is_none_is_no_box() -> None:
    for region in ([1, 2, 3], [3, 2, 1, 4], ["a", 1, 2, 3], "abcd", [float("nan"), 0, 1, 1], [True, 0, 2, 2], [70, 0, 80, 9]):
        assert read_box({"region": region}, 64, 48) is None
