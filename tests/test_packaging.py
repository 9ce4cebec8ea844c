"""The package as it is shipped: every folder in it, nothing heavy at import, a quick command line."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("distill", "engine", "prompts", "tools")


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    return done.stdout.strip()


def test_every_subpackage_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = sorted(
        "vpd." + str(file.parent.relative_to(ROOT)).replace("/", ".")
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("__init__.py")
    )
    assert sorted(listed) == found


@pytest.mark.parametrize("module", ["vpd.tools", "vpd.prompts", "vpd.engine", "vpd.distill", "vpd.engine.sandbox"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    heavy = "('torch', 'litellm', 'transformers', 'cv2', 'numpy', 'PIL', 'easyocr', 'xllamacpp')"
    assert python(f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])") == "[]"


WATCH = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(args[0]) if event == "open" and isinstance(args[0], str) else None)
import vpd.engine
code = (".py", ".pyc", ".so")
print([name for name in seen if not name.endswith(code) and "site-packages" not in name and "/lib/python" not in name])
"""


def test_importing_opens_no_file_outside_python() -> None:
    assert python(WATCH) == "[]"


def test_help_answers_without_loading_the_engine() -> None:
    done = subprocess.run([sys.executable, "-m", "vpd.distill.commands", "--help"], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
    heavy = "('torch', 'litellm', 'cv2', 'numpy', 'pydantic', 'rich.console')"
    assert python(f"import sys, vpd.distill.commands.main; print([name for name in {heavy} if name in sys.modules])") == "[]"
