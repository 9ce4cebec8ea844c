"""What `vpd ask` prints is cut, and tells a terminal nothing: answer, program and calls are a stranger's text."""

from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.distill.ask import answer_question
from vpd.distill.commands.ask import LONGEST, show
from vpd.engine.completer import Sampling
from vpd.engine.scripted import ScriptedCompleter
from vpd.tools import Image, Registry, tool


@tool
def echo(image: Image, text: str) -> str:
    """The text."""
    return text


@pytest.mark.parametrize(
    "body",
    [
        "return image.echo('\\x1b[2J\\u202e' + 'a' * 9_000) + 'b' * 20_000",
        "raise ValueError('\\x1b[2J\\u202e' * 900)",
        "return '\x1b[2J\u202e'",
    ],
)
def test_what_a_program_says_is_cut_and_shown_sign_by_sign(body: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Picture.new("RGB", (64, 48), "white").save(tmp_path / "photo.png")
    with ScriptedCompleter({"": [f"```python\ndef execute_command(image):\n    {body}\n```"]}) as completer:
        show(answer_question("What?", tmp_path / "photo.png", Registry([echo]), completer, Sampling(), draws=1))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "\\u001b[2J\\u202e" in printed
    assert len(printed) < 3 * LONGEST
