"""What a tool should give on pictures where somebody knows: cases out of JSON Lines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vpd.tools.box import Box
from vpd.tools.errors import MissingExtra, VpdError
from vpd.tools.image import Image, read_image_ref

__all__ = ["Case", "CaseError", "find_picture", "read_cases"]

FIELDS = {"image", "tool", "arguments", "expected", "region"}


class CaseError(VpdError, ValueError):
    """A file of cases is not as it should be."""


@dataclass(frozen=True, slots=True)
class Case:
    """One call with a known result."""

    image: Image
    tool: str
    arguments: Mapping[str, Any]
    """Besides the image."""
    expected: Any
    """The value; or `{"any": [values]}`, `{"count": boxes}`, `{"boxes": [[left, top, right, bottom], ...]}`."""


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, one JSON object a line. Raises `CaseError` that names the line, `ImageError` for a picture."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read ({error})"
        raise CaseError(message) from error
    return [read_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def read_case(path: Path, number: int, line: str) -> Case:
    """One line."""
    try:
        fields = json.loads(line)
        unknown = sorted(fields.keys() - FIELDS)
        if unknown:
            message = f"has no field {unknown[0]!r}"
            raise ValueError(message)
        ref = read_image_ref(find_picture(fields["image"], path.parent))
        box = Box(*fields["region"]) if fields.get("region") else None
        return Case(Image(ref, box), fields["tool"], dict(fields.get("arguments", {})), fields["expected"])
    except KeyError as error:
        message = f"{path}, line {number}: {error} is missing"
        raise CaseError(message) from error
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, VpdError):
            raise
        message = f"{path}, line {number}: {error}"
        raise CaseError(message) from error


def find_picture(name: str, folder: Path) -> Path:
    """A picture's file: beside the cases, or `package:path` inside an installed package, which stays where it is."""
    package, colon, inside = name.partition(":")
    if not colon:
        return folder / name
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtra("dev", package)
    return Path(spec.origin).parent / inside
