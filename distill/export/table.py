"""The table of formats: everything that `vpd export` can write."""

from vpd.distill.export.hub import MESSAGES, PAIRS, PARTS, PROMPT
from vpd.distill.export.job import Format
from vpd.distill.export.llamafactory import LLAMAFACTORY, LLAMAFACTORY_PAIRS
from vpd.distill.export.llava import LLAVA
from vpd.distill.export.parts import AXOLOTL, OPENAI
from vpd.distill.export.shards import WEBDATASET
from vpd.distill.export.swift import SWIFT, SWIFT_PAIRS
from vpd.tools.errors import UnknownName

__all__ = ["FORMATS", "format_named"]

EXAMPLES = (MESSAGES, PROMPT, PARTS, LLAVA, LLAMAFACTORY, SWIFT, AXOLOTL, OPENAI, WEBDATASET)
FORMATS: dict[str, Format] = {each.name: each for each in (*EXAMPLES, PAIRS, LLAMAFACTORY_PAIRS, SWIFT_PAIRS)}
"""By name; the last three hold preference pairs."""


def format_named(name: str) -> Format:
    """The format of that name. Raises `UnknownName`."""
    if name not in FORMATS:
        raise UnknownName("export format", name, tuple(FORMATS))
    return FORMATS[name]
