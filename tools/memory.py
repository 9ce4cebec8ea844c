"""The models behind some tools: whether each is loaded in this process, where it stands, how large it is."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from vpd.tools.placement import Model, Placement
from vpd.tools.tool import Tool

__all__ = ["ModelState", "models_of"]


class ModelState(NamedTuple):
    """One model and the tools that use it."""

    name: str
    device: str
    """Where it stands, or is to stand: `auto` is settled when it is loaded."""
    loaded: bool
    size: int
    """Bytes: measured where it is loaded, else expected; 0 where that is not known before."""
    tools: tuple[str, ...]

    def __str__(self) -> str:
        state = "loaded" if self.loaded else "not loaded"
        size = f"{self.size / 1e6:,.0f} MB" if self.size else "size known once loaded"
        return f"{self.name}: {state}, {self.device}, {size}; {', '.join(self.tools)}"


def models_of(tools: Iterable[Tool]) -> list[ModelState]:
    """Each model once, in the order of the tools; nothing is loaded."""
    found: dict[tuple[Placement, str, str], tuple[Model[Any], list[str]]] = {}
    for tool in tools:
        for used in tool.resources:
            key = (used.placement, used.model.device, used.model.name)
            found.setdefault(key, (used.model, []))[1].append(tool.name)
    states = []
    for (placement, device, name), (model, names) in found.items():
        held = placement.find(model)
        size = model.size if held is None else held.size
        states.append(ModelState(name, device if held is None else held.device, held is not None, size, tuple(names)))
    return states
