"""Making tools, finding them, and checking what they are given."""

import logging
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.tools import Box, Image, ImageRef, Registry, Tool, discover, hookimpl, tool
from vpd.tools.errors import ToolClash, ToolDefinitionError, UnknownName, VpdError
from vpd.tools.values import decode, encode, fit, misfit

IMAGE = Image(ImageRef("0" * 64, "a.png", 64, 64))


@dataclass(frozen=True)
class Face:
    box: Box
    age: int | None = None


@tool
def find_faces(image: Image, min_score: float = 0.5) -> list[Face]:
    """Faces."""
    return [Face(Box(0, 0, min_score, 1))]


def test_a_typed_documented_function_is_a_tool() -> None:
    assert find_faces.signature == "find_faces(image: Image, min_score: float = 0.5) -> list[Face]"
    assert find_faces.takes_image
    assert find_faces.run(IMAGE) == [Face(Box(0, 0, 0.5, 1))]


def test_a_batch_tool_shows_the_signature_of_one_request() -> None:
    @tool(batch=4)
    def count(image: list[Image], name: list[str]) -> list[int]:
        """Count."""
        return [len(n) for n in name]

    assert count.signature == "count(image: Image, name: str) -> int"


def no_doc(image: Image) -> int:
    return 1


def no_type(image) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Doc."""
    return 1


def strange_type(image: Image, how: set[int]) -> int:
    """Doc."""
    return 1


def stars(*images: Image) -> int:
    """Doc."""
    return 1


@pytest.mark.parametrize(
    ("function", "why"),
    [(no_doc, "needs a docstring"), (no_type, "parameter image"), (strange_type, "parameter how"), (stars, "ordinary one")],
)
def test_a_function_that_cannot_be_a_tool_is_refused_with_the_reason(function: Any, why: str) -> None:
    with pytest.raises(ToolDefinitionError, match=why):
        tool(function)


def named(name: str, *aliases: str) -> Tool:
    @tool(name=name, aliases=aliases)
    def run(image: Image) -> int:
        """Doc."""
        return 1

    return run


def test_an_alias_is_answered_and_not_listed() -> None:
    tools = Registry([named("distance", "dist")])
    assert tools["dist"] is tools["distance"]
    assert list(tools) == ["distance"]


@pytest.mark.parametrize("second", [named("a"), named("b", "a")])
def test_two_tools_of_one_name_clash(second: Tool) -> None:
    with pytest.raises(ToolClash, match="two tools are called 'a'"):
        Registry([named("a"), second])


def test_an_unknown_tool_is_an_error_that_names_the_near_ones() -> None:
    with pytest.raises(UnknownName, match="'fnd'; there is: find"):
        Registry([named("find"), named("read")])["fnd"]


def plugin(answer: Any) -> SimpleNamespace:
    @hookimpl
    def vpd_tools() -> Any:
        return answer()

    return SimpleNamespace(vpd_tools=vpd_tools)


def test_a_plugin_hands_in_its_tools() -> None:
    assert list(discover(extra=[plugin(lambda: [named("mine")])])) == ["mine"]


def test_a_broken_plugin_is_reported_and_the_others_stay(caplog: pytest.LogCaptureFixture) -> None:
    broken = plugin(lambda: 1 / 0)
    with caplog.at_level(logging.WARNING):
        assert list(discover(extra=[broken, plugin(lambda: [named("mine")])])) == ["mine"]
    assert "ZeroDivisionError" in caplog.text


def test_of_two_plugins_with_tools_of_one_name_the_second_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    clashing = plugin(lambda: [named("more"), named("mine")])
    with caplog.at_level(logging.WARNING):
        assert list(discover(extra=[plugin(lambda: [named("mine")]), clashing, plugin(lambda: [named("other")])])) == [
            "mine",
            "other",
        ]
    assert "two tools are called 'mine'" in caplog.text


def test_a_plugin_that_gives_a_plain_function_is_told_what_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(discover(extra=[plugin(lambda: [len])])) == []
    assert "len is no tool; put @tool above the function" in caplog.text


def test_a_broken_plugin_is_an_error_where_strict() -> None:
    with pytest.raises(VpdError, match="ZeroDivisionError"):
        discover(extra=[plugin(lambda: 1 / 0)], strict=True)


@pytest.mark.parametrize(
    ("value", "declared", "fits"),
    [
        (1, float, 1.0),
        (2.0, int, 2),
        ("a", Literal["a", "b"], "a"),
        ([1, 2], list[float], [1.0, 2.0]),
        ((1, "a"), tuple[int, str], (1, "a")),
        ({"a": [1]}, dict[str, list[int]], {"a": [1]}),
        (None, int | None, None),
        (1, bool, True),
        (0, bool, False),
        ([1, 0], list[bool], [True, False]),
        (1, bool | None, True),
        (IMAGE, Image, IMAGE),
    ],
)
def test_a_value_that_fits_passes(value: Any, declared: Any, fits: Any) -> None:
    assert fit(value, declared, "x") == fits


@pytest.mark.parametrize(
    ("value", "declared", "why"),
    [
        ("1", int, "x must be int, got str '1'"),
        (True, int, "x must be int, got bool True"),
        (1.5, int, "x must be int, got float 1.5"),
        ("c", Literal["a", "b"], "x must be Literal"),
        ([1, "a"], list[int], r"x\[1\] must be int"),
        ({"a": "b"}, dict[str, int], r"x\['a'\] must be int"),
        ("dog", Image, "x must be Image, got str 'dog'"),
        (None, str | int, r"x must be str \| int"),
        (2, bool, "x must be bool, got int 2"),
        (-1, bool, "x must be bool, got int -1"),
        (1.0, bool, "x must be bool, got float 1.0"),
        ("True", bool, "x must be bool, got str 'True'"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_place(value: Any, declared: Any, why: str) -> None:
    told = misfit(value, declared, "x")
    assert told is not None
    assert re.search(why, told)


@pytest.mark.parametrize("value", [0, 1, True, False, 2])
def test_of_a_union_a_whole_number_is_a_bool_only_where_nothing_else_takes_it(value: int) -> None:
    assert type(fit(value, str | bool | int | float, "x")) is type(value)
    assert type(decode(value, str | bool | int | float)) is type(value)


boxes = st.builds(Box, st.just(0.0), st.just(1.0), st.floats(1, 9), st.floats(1, 9), st.text(), st.floats(0, 1))
faces = st.builds(Face, boxes, st.none() | st.integers())


@given(st.lists(faces), boxes, st.dictionaries(st.text(), st.tuples(st.integers(), boxes)))
def test_a_result_comes_back_from_its_cached_form(people: list[Face], box: Box, table: dict[str, tuple[int, Box]]) -> None:
    assert decode(encode(people), list[Face]) == people
    assert decode(encode(box), Box | None) == box
    assert decode(encode(table), dict[str, tuple[int, Box]]) == table
