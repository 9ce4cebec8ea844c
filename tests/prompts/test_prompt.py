"""The prompt that asks for a program."""

from vpd.prompts import Example, read_examples, render_tools, write_program_prompt
from vpd.tools import Box, Image, tool


@tool
def find(image: Image, name: str) -> list[Box]:
    """All objects of that name.

    Sorted from left to right.
    """
    return []


@tool(shown=False)
def hidden(image: Image) -> str:
    """Not for a prompt."""
    return ""


def test_a_tool_is_shown_with_its_signature_and_documentation() -> None:
    assert render_tools([find]) == (
        "find(image: Image, name: str) -> list[Box]\n    All objects of that name.\n\n    Sorted from left to right."
    )


def test_the_prompt_shows_only_tools_that_are_there_and_meant_to_be_shown() -> None:
    system = write_program_prompt("Is there a dog?", {"find": find, "hidden": hidden})[0].content
    assert "find(image" in system
    assert "hidden" not in system


def test_examples_that_call_missing_tools_are_left_out() -> None:
    asked = [turn.content for turn in write_program_prompt("Is there a dog?", {"find": find}) if turn.role == "user"]
    assert "Is there a green bottle?" in asked
    assert not any("color" in text for text in asked)


def test_all_but_the_last_turn_are_the_same_for_every_question() -> None:
    one, two = (write_program_prompt(text, {"find": find}) for text in ("Is there a dog?", "How many cats are there?"))
    assert one[:-1] == two[:-1]
    assert two[-1].content == "How many cats are there?"


def test_ones_own_examples_take_the_place_of_those_that_ship() -> None:
    mine = Example("mine", "Any dog?", 'def execute_command(image):\n    return str(len(find(image, "dog")))\n')
    turns = write_program_prompt("?", {"find": find}, [mine])
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user"]


def test_every_example_names_its_question_and_defines_the_function() -> None:
    for example in read_examples():
        assert example.question.endswith("?"), example.name
        assert example.source.startswith("def execute_command(image):"), example.name
