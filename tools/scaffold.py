"""A plug-in package to start from: one tool, its entry point, and a test that passes."""

import keyword
import re
from pathlib import Path

from vpd.tools.errors import ToolDefinitionError

__all__ = ["write_plugin"]

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{package_dashed}"
version = "0.1.0"
description = "The tool {tool} for visual programs."
requires-python = ">=3.11"
dependencies = ["visual-program-distillation"]

[project.entry-points.vpd]
{tool} = "{package}"

[tool.setuptools]
packages = ["{package}"]
"""

MODULE = '''\
"""The tool `{tool}` for visual programs."""

from vpd.tools import Image, Tool, ToolFailed, hookimpl, tool

__all__ = ["{tool}", "vpd_tools"]


@tool
def {tool}(image: Image, name: str) -> float:
    """Write here what the tool tells; a language model reads it. This one tells how bright the image or region is, 0 to 1."""
    if not name.strip():
        raise ToolFailed("{tool}", "the name is empty")
    return float(image.pixels.mean()) / 255


@hookimpl
def vpd_tools() -> list[Tool]:
    """What this package adds; must load no model."""
    return [{tool}]
'''

TEST = '''\
"""The tool `{tool}` gives what it says, and is found as a plug-in."""

from pathlib import Path

from PIL import Image as Picture

from {package} import {tool}, vpd_tools
from vpd.tools import Image, Registry, read_image_ref
from vpd.tools.checking import check_tool, draw_pictures


def test_a_white_picture_is_bright(tmp_path: Path) -> None:
    Picture.new("RGB", (8, 8), "white").save(tmp_path / "white.png")
    assert {tool}.run(Image(read_image_ref(tmp_path / "white.png")), "any") == 1.0


def test_the_tool_can_be_registered() -> None:
    assert "{tool}" in Registry(vpd_tools())


def test_generated_arguments_show_no_fault(tmp_path: Path) -> None:
    assert check_tool({tool}, draw_pictures(tmp_path)).fault is None
'''

README = """\
# {package_dashed}

The tool `{tool}` for `vpd`.

    pip install -e .
    pytest
    vpd tools show {tool}
    vpd tools check {tool}

`vpd` finds it by the entry point in `pyproject.toml`; every tool set that takes plug-ins then has it.
"""

FILES = {
    "pyproject.toml": PYPROJECT,
    "README.md": README,
    "{package}/__init__.py": MODULE,
    "{package}/py.typed": "",
    "tests/test_{tool}.py": TEST,
}


def write_plugin(tool: str, parent: Path) -> Path:
    """Write the package into a new folder of `parent` and give the folder. Raises `ToolDefinitionError` where it cannot."""
    plain = tool.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", plain) or keyword.iskeyword(plain):
        message = f"{tool!r} cannot be the name of a tool: it must be a Python name in lower case, such as count_faces"
        raise ToolDefinitionError(message)
    package = f"vpd_{plain}"
    words = {"tool": plain, "package": package, "package_dashed": package.replace("_", "-")}
    folder = parent / words["package_dashed"]
    if folder.exists():
        message = f"{folder} is there already; choose another name or folder"
        raise ToolDefinitionError(message)
    for name, text in FILES.items():
        path = folder / name.format(**words)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), "utf-8")
    return folder
