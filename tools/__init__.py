"""What a program may call."""

from vpd.tools.box import Box
from vpd.tools.errors import ToolFailed, VpdError
from vpd.tools.hooks import hookimpl
from vpd.tools.image import Image, ImageRef, read_image_ref
from vpd.tools.registry import Registry, discover
from vpd.tools.resource import resource
from vpd.tools.tool import Tool, tool

__all__ = [
    "Box",
    "Image",
    "ImageRef",
    "Registry",
    "Tool",
    "ToolFailed",
    "VpdError",
    "discover",
    "hookimpl",
    "read_image_ref",
    "resource",
    "tool",
]
