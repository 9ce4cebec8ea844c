"""Named sets of tools, read from TOML: which tools, with which settings, which of them a prompt shows."""

import inspect
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any

from vpd.tools.errors import ToolClash, ToolSetError, UnknownName
from vpd.tools.knowledge import Knowledge
from vpd.tools.placement import Placement
from vpd.tools.places import Places, read_places
from vpd.tools.registry import Registry, discover, report
from vpd.tools.tool import Tool

__all__ = ["ToolSet", "ToolSource", "open_toolset", "read_toolsets", "weights_of"]

BUILT_IN = Path(__file__).with_name("toolsets.toml")


@dataclass(frozen=True, slots=True)
class ToolSource:
    """Where some tools of a set come from."""

    module: str
    factory: str = "vpd_tools"
    """A function of the module that gives tools; `vpd_tools` is the plug-in hook's own name."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of the function: a model's id, a threshold, a device."""
    only: tuple[str, ...] = ()
    """Names to take; empty takes all."""
    show: tuple[str, ...] | None = None
    """Names that a prompt shows; None leaves it to each tool."""


@dataclass(frozen=True, slots=True)
class ToolSet:
    """A named list of tools."""

    name: str
    about: str
    sources: tuple[ToolSource, ...]
    plugins: bool = True
    """Whether the tools of installed plug-ins are there too."""
    places: Places = Places()
    """Where its models stand."""
    examples: str = ""
    """The kind of few-shot programs in its prompts; empty is the general kind."""


def read_toolsets(path: Path = BUILT_IN) -> dict[str, ToolSet]:
    """The sets in a TOML file by name. Raises `ToolSetError` where it is not as `docs/tools.md` describes it."""
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
        return {name: read_set(name, table) for name, table in tables.items()}
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror or error})"
        raise ToolSetError(message) from error
    except KeyError as error:
        message = f"{path}: not a file of tool sets ({error} is missing)"
        raise ToolSetError(message) from error
    except (TypeError, ValueError, AttributeError) as error:
        message = f"{path}: not a file of tool sets ({error})"
        raise ToolSetError(message) from error


def read_set(name: str, table: Mapping[str, Any]) -> ToolSet:
    """One table of the file."""
    left_over = sorted(table.keys() - {"about", "plugins", "placement", "examples", "tools"})
    if left_over:
        message = f"the set {name!r} has no setting {left_over[0]!r}; it has about, plugins, placement, examples and tools"
        raise ValueError(message)
    return ToolSet(
        name=name,
        about=str(table["about"]),
        sources=tuple(map(read_source, table["tools"])),
        plugins=bool(table.get("plugins", True)),
        places=read_places(table.get("placement", {})),
        examples=str(table.get("examples", "")),
    )


def read_source(table: Mapping[str, Any]) -> ToolSource:
    """One entry of a set's tools."""
    left_over = sorted(table.keys() - {"from", "settings", "only", "show"})
    if left_over:
        message = f"an entry of tools has no setting {left_over[0]!r}; it has from, settings, only and show"
        raise ValueError(message)
    module, _, factory = str(table["from"]).partition(":")
    show = table.get("show")
    return ToolSource(
        module=module,
        factory=factory or "vpd_tools",
        settings=dict(table.get("settings", {})),
        only=tuple(table.get("only", ())),
        show=None if show is None else tuple(show),
    )


def find_toolset(name_or_path: str | Path) -> ToolSet:
    """A built-in set by name, or the set of a TOML file: `mine.toml`, or `mine.toml:name` where it holds several."""
    text = str(name_or_path)
    if ".toml" not in text:
        built_in = read_toolsets()
        if text not in built_in:
            raise UnknownName("tool set", text, tuple(built_in))
        return built_in[text]
    file, _, name = text.partition(".toml:")
    sets = read_toolsets(Path(f"{file}.toml" if name else text))
    if not name and len(sets) == 1:
        return next(iter(sets.values()))
    if name not in sets:
        raise UnknownName("tool set", name or text, tuple(f"{file.removesuffix('.toml')}.toml:{known}" for known in sets))
    return sets[name]


def open_toolset(
    name_or_path: str | Path,
    *,
    knowledge: Knowledge | None = None,
    placement: Placement | None = None,
    plugins: bool = True,
    strict: bool = False,
) -> Registry:
    """The tools of a set, ready to be called; no model is loaded.

    Tools that ask a language model are there only with `knowledge`. A plug-in that is broken, or whose tool has the name of
    one that is there, is reported in the log and left out; with `strict` it raises. Without `plugins` none is looked for. A set
    with a budget of memory has a placement of its own, unless it is handed one. Raises `UnknownName`, `ToolSetError`.
    """
    chosen = find_toolset(name_or_path)
    places = chosen.places
    if placement is None and places.budget is not None:
        placement = Placement(places.budget)
    handed_in = {"knowledge": knowledge, "placement": placement}
    devices = cycle(places.devices)
    tools = [tool for source in chosen.sources for tool in tools_of(source, handed_in, places, devices, chosen.name)]
    if plugins and chosen.plugins:
        tools.extend(plugin_tools(tools, strict=strict))
    for resource in (resource for tool in tools for resource in tool.resources):
        if placement is not None:
            resource.place(placement)
    return Registry(tools, chosen.examples)


def tools_of(
    source: ToolSource, handed_in: Mapping[str, Any], places: Places, devices: Iterator[str], set_name: str
) -> Iterator[Tool]:
    """What one source gives, cut down and shown as the set says, on the next of the set's devices if it takes one."""
    where = f"tool set {set_name!r}, {source.module}:{source.factory}"
    try:
        factory = getattr(import_module(source.module), source.factory)
    except (ImportError, AttributeError) as error:
        message = f"{where}: {error}"
        raise ToolSetError(message) from error
    taken = inspect.signature(factory).parameters
    wrong = sorted(source.settings.keys() - taken.keys())
    if wrong:
        message = f"{where}: has no setting {wrong[0]!r}; it has {', '.join(taken.keys() - handed_in.keys()) or 'none'}"
        raise ToolSetError(message)
    arguments = {name: value for name, value in handed_in.items() if name in taken}
    if places.dtype is not None and "dtype" in taken.keys() - source.settings.keys():
        arguments["dtype"] = places.dtype
    if places.devices and "device" in taken.keys() - source.settings.keys():
        arguments["device"] = next(devices)
    found: dict[str, Tool] = {tool.name: tool for tool in factory(**source.settings, **arguments)}
    for name in (*source.only, *(source.show or ())):
        if found and name not in found:
            message = f"{where}: gives no tool {name!r}; it gives {', '.join(found)}"
            raise ToolSetError(message)
    for name, tool in found.items():
        if not source.only or name in source.only:
            yield tool if source.show is None else replace(tool, shown=name in source.show)


def plugin_tools(there: Iterable[Tool], *, strict: bool) -> list[Tool]:
    """The tools of installed plug-ins, but for those whose name is taken."""
    taken = {name: tool for tool in there for name in (tool.name, *tool.aliases)}
    kept = []
    for tool in discover(strict=strict).values():
        clash = next((name for name in (tool.name, *tool.aliases) if name in taken), None)
        if clash is None:
            kept.append(tool)
        else:
            error = ToolClash(f"two tools are called {clash!r}: one of {taken[clash].source}, one of {tool.source}")
            report(f"plug-in tool {tool.name}", error, strict=strict)
    return kept


def weights_of(tools: Iterable[Tool]) -> tuple[str, ...]:
    """Catalogue names of all weights that the tools load, each once, in order."""
    return tuple(dict.fromkeys(name for tool in tools for name in tool.weights))
