"""What a tool needs to have at hand, a model above all: set up on first use, once in a process, and torn down at its end."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, overload

from vpd.tools.placement import Held, Model, Placement, shared_placement

__all__ = ["Resource", "resource"]

T = TypeVar("T")

Factory = Callable[[], Any]
"""A function that gives the thing, a generator function that yields it and then tears it down, or a class with both of
`__enter__` and `__exit__`."""


class Resource(Generic[T]):
    """A model and the placement that it stands in."""

    def __init__(self, model: Model[T], placement: Placement | None = None) -> None:
        self.model = model
        self._placement = placement

    @property
    def placement(self) -> Placement:
        """Where it stands; the process's own placement unless it was told another."""
        return self._placement or shared_placement()

    def place(self, placement: Placement) -> None:
        """Have it stand there, unless it was told before or is loaded."""
        if self._placement is None and self.held() is None:
            self._placement = placement

    @contextmanager
    def use(self) -> Iterator[T]:
        """The thing itself, set up if need be, for one caller at a time."""
        with self.placement.use(self.model) as thing:
            yield thing

    def held(self) -> Held | None:
        """How it stands in memory; None where it is not loaded."""
        return self.placement.find(self.model)


@overload
def resource(factory: Factory, /) -> Resource[Any]: ...
@overload
def resource(*, name: str | None = None, size: int = 0, device: str = "cpu") -> Callable[[Factory], Resource[Any]]: ...
def resource(
    factory: Factory | None = None, /, *, name: str | None = None, size: int = 0, device: str = "cpu"
) -> Resource[Any] | Callable[[Factory], Resource[Any]]:
    """Make a function or class a resource, to be handed to `@tool(resource=...)`; `size` is in bytes. Nothing is set up yet."""

    def make(made_by: Factory) -> Resource[Any]:
        load, enter = made_by, isinstance(made_by, type) and hasattr(made_by, "__enter__")
        if inspect.isgeneratorfunction(made_by):
            load, enter = contextmanager(made_by), True
        return Resource(Model(name or f"{made_by.__module__}.{made_by.__qualname__}", load, size, device, enter))

    return make if factory is None else make(factory)
