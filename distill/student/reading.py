"""Training settings from where people keep them: a preset that is shipped, a TOML file over it, and what is given over both."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from vpd.distill.student.errors import StudentError
from vpd.distill.student.settings import PreferSettings, TrainSettings

__all__ = ["preset_names", "read_prefer_settings", "read_settings"]

S = TypeVar("S", TrainSettings, PreferSettings)

OVERRULES = {"steps": "epochs", "accumulate": "batch", "warmup": "warmup_share"}
"""What is said in one way takes back what was said in another, further down."""


def preset_names() -> list[str]:
    """The presets that are shipped, sorted."""
    return sorted(file.name.removesuffix(".toml") for file in folder().iterdir() if file.name.endswith(".toml"))


def read_settings(path: Path | None, given: dict[str, Any], preset: str | None = None) -> TrainSettings:
    """Settings of a preset, over them those of a TOML file, over them those given. Raises `StudentError` naming a wrong one."""
    held: dict[str, Any] = tomllib.loads(preset_text(preset)) if preset is not None else {}
    for layer in (held_in(path), given):
        held = {name: value for name, value in held.items() if name not in {OVERRULES.get(key) for key in layer}} | layer
    return made(TrainSettings, held)


def read_prefer_settings(path: Path | None, given: dict[str, Any]) -> PreferSettings:
    """The same for learning from pairs."""
    return made(PreferSettings, held_in(path) | given)


def held_in(path: Path | None) -> dict[str, Any]:
    """What a TOML file says; nothing where there is none."""
    try:
        return tomllib.loads(path.read_text("utf-8")) if path is not None else {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as TOML ({error})"
        raise StudentError(message) from error


def made(kind: type[S], held: dict[str, Any]) -> S:
    """Settings of a kind; the first that is wrong is named."""
    try:
        return kind(**held)
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
    return str((folder() / f"{name}.toml").read_text("utf-8"))


def folder() -> Any:
    """Where the presets lie in the package."""
    return files("vpd.distill.student") / "presets"
