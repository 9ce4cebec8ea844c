"""The local model: names and files are checked before anything is loaded, and the real one writes programs."""

import ast
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from vpd.engine.completer import Sampling
from vpd.engine.completers import open_completer
from vpd.engine.errors import ModelError
from vpd.engine.local_model import LocalCompleter, LocalSettings, find_gguf, server_parameters
from vpd.engine.prompt import make_prompt
from vpd.engine.records import Prompt
from vpd.engine.sample import draw_programs
from vpd.prompts.render import Turn
from vpd.tools.errors import UnknownName
from vpd.tools.progress import Progress

MODEL = "local/qwen2.5-coder-0.5b"
SYSTEM = """You write a Python function execute_command(image). Tool: find(image, name) -> list. Write only code.

# Question: Is there a cat?
def execute_command(image):
    return "yes" if find(image, "cat") else "no"
"""


def prompt(text: str = "How many dogs are there?") -> Prompt:
    return make_prompt("program", [Turn("system", SYSTEM), Turn("user", f"# Question: {text}")])


def test_a_local_model_that_is_not_in_the_catalogue_is_refused_with_the_ones_that_are() -> None:
    with pytest.raises(UnknownName, match=MODEL):
        open_completer("local/qwen2.5-coder-0.6b", cache=None)


def test_other_weights_of_the_catalogue_are_no_language_models() -> None:
    with pytest.raises(UnknownName, match="language model"):
        open_completer("local/ssd-mobilenet-v2-coco", cache=None)


def test_a_model_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match=r"there is no file no/such\.gguf"):
        open_completer("local/no/such.gguf", cache=None)


def test_a_file_that_is_no_model_gives_one_line(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    with (
        open_completer(f"local/{tmp_path}/broken.gguf", cache=None) as completer,
        pytest.raises(ModelError, match="cannot be loaded") as caught,
    ):
        completer.complete(prompt(), Sampling(), 0)
    assert "\n" not in str(caught.value)


def test_opening_a_local_model_loads_neither_llama_cpp_nor_litellm() -> None:
    code = f"""
import sys
from vpd.engine.completers import open_completer
open_completer({MODEL!r}, cache=None).close()
print(sorted({{"xllamacpp", "litellm"}} & set(sys.modules)))
"""
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"


def test_llama_cpp_is_told_to_let_its_threads_sleep_and_the_environment_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "xllamacpp.py").write_text('import os\nPOLICY = os.environ["OMP_WAIT_POLICY"]\n')
    code = """
import os
from vpd.engine.local_model import import_llama_cpp
print(import_llama_cpp().POLICY, "OMP_WAIT_POLICY" in os.environ)
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"} | {"PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert said.stdout.strip() == "PASSIVE False"


@pytest.fixture(scope="module")
def local() -> Iterator[LocalCompleter]:
    with LocalCompleter(MODEL, settings=LocalSettings(slots=2, threads=1)) as opened:
        yield opened


@pytest.mark.models
def test_the_local_model_writes_different_programs_through_litellm(local: LocalCompleter) -> None:
    drawn = list(draw_programs([("How many dogs are there?", prompt())], local, Sampling(temperature=1.0, max_tokens=60), 4))
    assert {program.model for program in drawn} == {MODEL}
    assert len({program.completion for program in drawn}) > 1
    assert all(program.completion_tokens and program.cost == 0.0 for program in drawn)
    assert any("execute_command" in program.source and ast.parse(program.source) for program in drawn)


@pytest.mark.models
def test_a_prompt_beyond_the_context_is_refused_in_one_line(local: LocalCompleter) -> None:
    with pytest.raises(ModelError, match="exceeds the available context size") as caught:
        local.complete(prompt("dog " * 9000), Sampling(), 0)
    assert "\n" not in str(caught.value)


@pytest.mark.models
def test_nobody_without_the_key_gets_an_answer_from_the_port() -> None:
    import xllamacpp

    path = find_gguf(MODEL.removeprefix("local/"), Progress())
    server = xllamacpp.Server(server_parameters(xllamacpp, path, LocalSettings(slots=1, threads=1, context=256)))
    asked = urllib.request.Request(
        f"{server.listening_address}/v1/completions",
        data=b'{"prompt": "Hi", "max_tokens": 1}',
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(asked, timeout=30)
    with caught.value:
        assert caught.value.code == 401


@pytest.mark.models
def test_greedy_draws_are_the_same_each_time(local: LocalCompleter) -> None:
    greedy = Sampling(temperature=0, max_tokens=20)
    assert local.complete(prompt(), greedy, 0).text == local.complete(prompt(), greedy, 1).text
