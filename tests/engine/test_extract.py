"""The program is found in whatever a language model wraps around it."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.engine.extract import extract_program

PROGRAM = 'def execute_command(image):\n    return str(len(find(image, "dog")))\n'


@pytest.mark.parametrize(
    "text",
    [
        PROGRAM,
        PROGRAM.rstrip("\n"),
        f"```python\n{PROGRAM}```",
        f"```\n{PROGRAM}```\n",
        f"Here is the program:\n\n```python\n{PROGRAM}```\n\nIt counts the dogs.",
        f"```python\n{PROGRAM}",
        f"~~~py\n{PROGRAM}~~~",
        f"1. Look at this:\n   ```python\n{PROGRAM}   ```\n",
        PROGRAM.replace("\n", "\r\n"),
        f"Sure! Here it is:\n\n{PROGRAM}\nThis program counts the dogs.",
        f"\n\n{PROGRAM}   \n\n",
    ],
)
def test_the_program_is_found_under_every_wrapping(text: str) -> None:
    assert extract_program(text) == PROGRAM


def test_the_block_that_defines_the_entry_point_wins_over_a_longer_one() -> None:
    other = "# " + "a long example of output\n" * 20
    assert extract_program(f"```text\n{other}```\n```python\n{PROGRAM}```") == PROGRAM


def test_without_an_entry_point_the_longest_block_is_taken() -> None:
    assert extract_program("```\nx = 1\n```\nor\n```\nanswer = find(image, 'dog')\n```") == "answer = find(image, 'dog')\n"


def test_a_program_that_leaves_its_result_in_answer_is_found() -> None:
    assert extract_program("I would write\nanswer = 'yes'\nThat is all.") == "answer = 'yes'\n"


def test_an_indented_block_is_moved_to_the_margin() -> None:
    block = "".join(f"  {line}\n" for line in PROGRAM.splitlines())
    assert extract_program(f"  ```python\n{block}  ```") == PROGRAM


def test_code_with_a_mistake_is_kept_as_it_is() -> None:
    broken = "def execute_command(image):\n    return find(image, 'dog'\n"
    assert extract_program(f"Here:\n{broken}I hope it helps.") == broken


@pytest.mark.parametrize("lines", [3, 299, 3_000])
def test_a_program_is_found_before_any_number_of_lines_of_prose(lines: int) -> None:
    assert extract_program(f"Here:\n{PROGRAM}" + "So this is it, good luck.\n" * lines) == PROGRAM


@pytest.mark.parametrize("text", [f"{PROGRAM}( \n" + "x = (\n" * 5_000, "x = 1\n" * 50_000], ids=["lines", "length"])
def test_no_text_is_parsed_again_and_again(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    parse = ast.parse

    def counted(part: str) -> ast.Module:
        parsed.append(len(part))
        return parse(part)

    with monkeypatch.context() as patched:
        patched.setattr(ast, "parse", counted)
        extract_program(text)
    assert len(parsed) <= 301
    assert max(parsed, default=0) <= 100_000


@pytest.mark.parametrize("text", ["", "   \n", "I cannot see pictures.", "No", "42"])
def test_a_text_without_a_program_gives_nothing(text: str) -> None:
    assert extract_program(text) == ""


@given(st.text())
def test_no_text_raises(text: str) -> None:
    extract_program(text)


@given(st.text(alphabet=st.sampled_from("`~\n def():=#abc"), max_size=80))
def test_no_mix_of_fences_and_code_raises(text: str) -> None:
    extract_program(text)


@given(st.lists(st.integers(), min_size=1, max_size=5), st.text(alphabet="abc xyz.,", max_size=30))
def test_a_fenced_program_comes_out_as_it_went_in(numbers: list[int], prose: str) -> None:
    program = "def execute_command(image):\n" + "".join(f"    x = {number}\n" for number in numbers) + "    return x\n"
    found = extract_program(f"{prose}\n```python\n{program}```\n{prose}")
    assert ast.dump(ast.parse(found)) == ast.dump(ast.parse(program))


@given(st.text())
def test_what_is_taken_out_of_a_program_is_that_program(text: str) -> None:
    once = extract_program(f"```python\n{PROGRAM}```\n{text.replace('`', '').replace('~', '')}")
    assert once == PROGRAM
