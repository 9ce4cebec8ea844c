"""The pluggy hook by which a package hands in its tools."""

from collections.abc import Iterable

import pluggy

from vpd.tools.tool import Tool

__all__ = ["PROJECT", "ToolHooks", "hookimpl"]

PROJECT = "vpd"
"""The pluggy project and the entry point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class ToolHooks:
    """What a plug-in may answer."""

    @hookspec
    def vpd_tools(self) -> Iterable[Tool]:  # type: ignore[empty-body]  # a hook specification has no body
        """The tools of this plug-in; must load no model."""
