"""The tools that are there: named, found through plug-ins, listed without loading a model."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from vpd.tools.errors import ToolClash, ToolDefinitionError, UnknownName, VpdError
from vpd.tools.hooks import PROJECT, ToolHooks
from vpd.tools.tool import Tool

__all__ = ["Registry", "discover"]

log = logging.getLogger(__name__)


class Registry(Mapping[str, Tool]):
    """Tools by name; aliases are answered and not listed. Raises `ToolClash` where a name is taken twice."""

    def __init__(self, tools: Iterable[Tool], examples: str = "") -> None:
        self.examples = examples
        """The kind of few-shot programs that a prompt has for these tools; empty is the general kind."""
        self._tools: dict[str, Tool] = {}
        self._called: dict[str, Tool] = {}
        for tool in tools:
            for name in (tool.name, *tool.aliases):
                taken = self._called.get(name)
                if taken is not None:
                    message = f"two tools are called {name!r}: one of {taken.source}, one of {tool.source}; leave one out"
                    raise ToolClash(message)
                self._called[name] = tool
            self._tools[tool.name] = tool

    def __getitem__(self, name: str) -> Tool:
        try:
            return self._called[name]
        except KeyError:
            raise UnknownName("tool", name, tuple(self._tools)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._called

    def only(self, names: Iterable[str]) -> "Registry":
        """The same tools, but for those not named. Raises `UnknownName`."""
        return Registry({self[name].name: self[name] for name in names}.values(), self.examples)

    @property
    def pins(self) -> tuple[str, ...]:
        """Every tool with its version, sorted: what a trace's identity holds."""
        return tuple(sorted(tool.pin for tool in self._tools.values()))


def discover(*, strict: bool = False, extra: Iterable[Any] = ()) -> Registry:
    """All tools of installed plug-ins (entry point group `vpd`) and of the modules handed in.

    A plug-in that does not import or answer, or has a tool whose name another has, is reported in the log and left out;
    with `strict` it raises `VpdError`.
    """
    plugins = pluggy.PluginManager(PROJECT)
    plugins.add_hookspecs(ToolHooks)
    for module in extra:
        plugins.register(module)
    for point in sorted(entry_points(group=PROJECT), key=lambda point: point.name):
        load_plugin(plugins, point, strict=strict)
    found: list[Tool] = []
    for answer in plugins.hook.vpd_tools.get_hookimpls():
        try:
            theirs = tools_in(answer.function())
            found = list(Registry([*found, *theirs]).values())
        except Exception as error:  # noqa: BLE001  a plug-in is other people's code: one that fails must not take down the rest
            report(f"plug-in {answer.plugin_name}: vpd_tools() failed", error, strict=strict)
    return Registry(found)


def tools_in(answer: Any) -> list[Tool]:
    """What a plug-in answered. Raises `ToolDefinitionError` where something in it is no tool."""
    tools = list(answer)
    for item in tools:
        if not isinstance(item, Tool):
            message = f"{getattr(item, '__name__', repr(item))} is no tool; put @tool above the function"
            raise ToolDefinitionError(message)
    return tools


def load_plugin(plugins: pluggy.PluginManager, point: EntryPoint, *, strict: bool) -> None:
    """Import one entry point and register it, or report why not."""
    try:
        plugins.register(point.load(), name=point.name)
    except Exception as error:  # noqa: BLE001  as above
        report(f"plug-in {point.name} ({point.value}) cannot be loaded", error, strict=strict)


def report(what: str, error: Exception, *, strict: bool) -> None:
    """Say what went wrong with a plug-in; raise it where the caller wants none to fail."""
    message = f"{what}: {type(error).__name__}: {error}"
    if strict:
        raise VpdError(message) from error
    log.warning("%s; it is left out", message)
