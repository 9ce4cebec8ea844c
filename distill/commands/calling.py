"""One call of one tool from texts of the command line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vpd.tools.box import Box
from vpd.tools.errors import ToolMisused
from vpd.tools.image import Image, read_image_ref
from vpd.tools.tool import Parameter, Tool
from vpd.tools.values import describe_type, encode, fit, misfit

__all__ = ["call_on"]


def call_on(tool: Tool, picture: Path, texts: Iterable[str], region: str | None) -> Any:
    """The result as plain JSON, boxes in pixels of the whole picture. Raises `ToolMisused` that shows how the tool is called."""
    ref = read_image_ref(picture)
    image = Image(ref, None if region is None else read_region(tool, region))
    arguments: dict[str, Any] = {parameter.name: parameter.default for parameter in tool.parameters if not parameter.required}
    known = {parameter.name: parameter for parameter in tool.parameters}
    if tool.takes_image:
        arguments[tool.parameters[0].name] = image
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise ToolMisused(tool.name, f"{text!r} is no argument of {tool.signature}; write name=value")
        arguments[name] = read_value(tool, known[name], value, image)
    missing = known.keys() - arguments.keys()
    if missing:
        raise ToolMisused(tool.name, f"needs {', '.join(sorted(missing))}; it is {tool.signature}")
    result = tool.run(**{name: [value] for name, value in arguments.items()})[0] if tool.batch else tool.run(**arguments)
    wrong = misfit(result, tool.returns, "its result")
    if wrong is not None:
        raise ToolMisused(tool.name, wrong)
    return as_json(result, image)


def read_value(tool: Tool, parameter: Parameter, text: str, image: Image) -> Any:
    """An argument: a region of the picture as left,top,right,bottom, else JSON, else the text itself."""
    if parameter.type is Image or ("Image" in describe_type(parameter.type).split(" | ") and text.count(",") == 3):
        return Image(image.ref, read_region(tool, text))
    for value in (*parsed(text), text):
        if misfit(value, parameter.type, parameter.name) is None:
            return fit(value, parameter.type, parameter.name)
    raise ToolMisused(tool.name, f"{parameter.name} must be {describe_type(parameter.type)}, got {text!r}")


def parsed(text: str) -> list[Any]:
    """The text as JSON, where it is JSON."""
    try:
        return [json.loads(text)]
    except ValueError:
        return []


def read_region(tool: Tool, text: str) -> Box:
    """Four numbers."""
    try:
        left, top, right, bottom = map(float, text.split(","))
        return Box(left, top, right, bottom)
    except ValueError as error:
        raise ToolMisused(tool.name, f"a region is left,top,right,bottom in pixels, got {text!r}") from error


def as_json(result: Any, image: Image) -> Any:
    """Boxes with their names written out and moved into the whole picture."""
    if isinstance(result, Box):
        box = result.moved(image.frame.left, image.frame.top)
        return {"region": [round(edge, 1) for edge in box.corners], "label": box.label, "score": box.score}
    if isinstance(result, Image):
        return {"region": list(result.frame.corners), "label": result.frame.label}
    if isinstance(result, list | tuple):
        return [as_json(item, image) for item in result]
    if isinstance(result, dict):
        return {key: as_json(item, image) for key, item in result.items()}
    return encode(result)
