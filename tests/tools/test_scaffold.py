"""A plug-in package that `vpd tools new` writes: it passes its own test, and installed from a wheel it is found and called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.tools.errors import ToolDefinitionError
from vpd.tools.scaffold import write_plugin


def python(*arguments: str, path: Path | None = None, cwd: Path) -> str:
    """What an interpreter prints, with one more folder to import from."""
    environment = dict(os.environ) | ({} if path is None else {"PYTHONPATH": str(path)})
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_passes_its_own_test(tmp_path: Path) -> None:
    folder = write_plugin("tell-light", tmp_path)
    assert "3 passed" in python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", path=folder, cwd=folder)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package was installed into from its wheel."""
    place = tmp_path_factory.mktemp("plugin")
    folder = write_plugin("tell_light", place)
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    python(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(folder), cwd=place)
    (wheel,) = place.glob("*.whl")
    python(*pip, "install", "--no-deps", "--no-index", "--target", str(place / "site"), str(wheel), cwd=place)
    return place / "site"


PROGRAM = """
import json
from vpd.engine.dispatch import Dispatcher
from vpd.engine.sandbox import Sandbox
from vpd.prompts import write_program_prompt
from vpd.tools import Image, read_image_ref
from vpd.tools.toolsets import open_toolset

tools = open_toolset("scenes", strict=True)
prompt = write_program_prompt("How light is it?", tools)[0].content
source = "def execute_command(image):\\n    return tell_light(image, 'any') + image.tell_light('any')\\n"
with Sandbox() as sandbox, Dispatcher() as dispatcher:
    (run,) = sandbox.run_many(source, [Image(read_image_ref("white.png"))], tools, dispatcher.answer)
print(json.dumps([
    "tell_light(image: Image, name: str) -> float" in prompt, run.answer, [call.tool for call in run.calls],
    [call.cached for call in run.calls], "tell_light==1" in tools.pins,
]))
"""


def test_an_installed_package_is_shown_called_traced_and_cached_beside_a_folder_named_tools(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("raise ImportError('the folder of the user, which nobody here may import')")
    Picture.new("RGB", (8, 8), "white").save(tmp_path / "white.png")
    said = python("-c", PROGRAM, path=installed, cwd=tmp_path)
    assert said.strip() == '[true, 2.0, ["tell_light", "tell_light"], [false, true], true]'


def test_the_command_line_lists_what_is_installed(installed: Path, tmp_path: Path) -> None:
    assert "tell_light(image: Image, name: str) -> float" in python(
        "-m", "vpd.distill.commands", "tools", "list", "--set", "scenes", path=installed, cwd=tmp_path
    )


@pytest.mark.parametrize("name", ["Count", "two words", "for", "3d", "", "../x"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ToolDefinitionError, match="cannot be the name of a tool"):
        write_plugin(name, tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_plugin("tell_light", tmp_path)
    with pytest.raises(ToolDefinitionError, match="is there already"):
        write_plugin("tell_light", tmp_path)
