"""Training settings from where people keep them: a preset that is shipped, a TOML file over it, and what is given over both."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vpd.distill.student.errors import StudentError
from vpd.distill.student.settings import TrainSettings

__all__ = ["preset_names", "read_settings"]

OVERRULES = {"steps": "epochs", "accumulate": "batch", "warmup": "warmup_share"}
"""What is said in one way takes back what was said in another, further down."""


def preset_names() -> list[str]:
    """The presets that are shipped, sorted."""
    return sorted(file.name.removesuffix(".toml") for file in folder().iterdir() if file.name.endswith(".toml"))


def read_settings(path: Path | None, given: dict[str, Any], preset: str | None = None) -> TrainSettings:
    """Settings of a preset, over them those of a TOML file, over them those given. Raises `StudentError` that names what is wrong."""
    try:
        held: dict[str, Any] = tomllib.loads(preset_text(preset)) if preset is not None else {}
        for layer in (tomllib.loads(path.read_text("utf-8")) if path is not None else {}, given):
            held = {name: value for name, value in held.items() if name not in {OVERRULES.get(key) for key in layer}} | layer
        return TrainSettings(**held)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as TOML ({error})"
        raise StudentError(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "settings"
        message = f"training setting {name}: {first['msg']}"
        raise StudentError(message) from error


def preset_text(name: str) -> str:
    """A preset's TOML."""
    if name not in preset_names():
        message = f"there is no preset {name}; there are {', '.join(preset_names())}"
        raise StudentError(message)
    return (folder() / f"{name}.toml").read_text("utf-8")


def folder() -> Any:
    """Where the presets lie in the package."""
    return files("vpd.distill.student") / "presets"
