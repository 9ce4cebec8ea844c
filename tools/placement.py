"""Models in memory: loaded on first use, one copy each, the least recently used put out when the budget is full."""

import gc
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

__all__ = ["Held", "Key", "Model", "Placement", "shared_placement"]

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Model(Generic[T]):
    """Something heavy that a tool needs, and how it comes to be; two of one name on one device share one copy."""

    name: str
    load: Callable[[], T]
    """Called on first use, and again after it was put out."""
    size: int = 0
    """Bytes it is expected to take; room is made for them before it is loaded."""
    device: str = "cpu"
    """Where it stands: `cpu`, `cuda:0`, ...; each device has a budget of its own."""

    @property
    def key(self) -> "Key":
        """What makes two the same."""
        return Key(self.device, self.name)


class Key(NamedTuple):
    """Which copy of which model."""

    device: str
    name: str


class Held(NamedTuple):
    """A model in memory."""

    name: str
    device: str
    size: int
    """Bytes."""


class Slot(NamedTuple):
    """A loaded model with its size and the moment of its last use."""

    thing: Any
    size: int
    used: int


class Placement:
    """Keeps models in memory within a budget.

    One use of a model at a time; a model in use is never put out, so models used at the same moment may exceed the budget.
    """

    def __init__(self, budget: int | None = None) -> None:
        self.budget = budget
        """Bytes on each device; None is no limit."""
        self._slots: dict[Key, Slot] = {}
        self._in_use: defaultdict[Key, Lock] = defaultdict(Lock)
        """Held while a model is in use: many model libraries are not safe to call from two threads."""
        self._clock = count()
        self._lock = Lock()

    @contextmanager
    def use(self, model: Model[T]) -> Iterator[T]:
        """The model, loaded if need be, for one caller at a time; where loading raises, the next use tries again."""
        with self._lock_of(model.key):
            yield self._ready(model)

    def held(self) -> tuple[Held, ...]:
        """What is loaded, the least recently used first."""
        with self._lock:
            slots = sorted(self._slots.items(), key=lambda item: item[1].used)
        return tuple(Held(key.name, key.device, slot.size) for key, slot in slots)

    def put_out(self, model: Model[Any]) -> None:
        """Forget a model once nobody uses it; it is loaded again on its next use."""
        with self._lock_of(model.key), self._lock:
            self._slots.pop(model.key, None)
        free_memory()

    def _lock_of(self, key: Key) -> Lock:
        with self._lock:
            return self._in_use[key]

    def _ready(self, model: Model[T]) -> T:
        with self._lock:
            slot = self._slots.get(model.key)
            if slot is not None:
                self._slots[model.key] = slot._replace(used=next(self._clock))
                thing: T = slot.thing
                return thing
        self._make_room(model, model.size)
        log.info("loading %s on %s", model.name, model.device)
        loaded = model.load()
        size = measure(loaded) or model.size
        with self._lock:
            self._slots[model.key] = Slot(loaded, size, next(self._clock))
        self._make_room(model, 0)
        return loaded

    def _make_room(self, newcomer: Model[Any], needed: int) -> None:
        """Put out idle models of the same device, the least recently used first, until `needed` bytes fit."""
        if self.budget is None:
            return
        put_out = False
        with self._lock:
            mine = [(key, slot) for key, slot in self._slots.items() if key.device == newcomer.device]
            total = needed + sum(slot.size for _, slot in mine)
            for key, slot in sorted(mine, key=lambda item: item[1].used):
                if total <= self.budget:
                    break
                if key != newcomer.key and self._in_use[key].acquire(blocking=False):
                    del self._slots[key]
                    self._in_use[key].release()
                    total -= slot.size
                    log.info("put out %s to make room for %s", key.name, newcomer.name)
                    put_out = True
        if put_out:
            free_memory()
        if total > self.budget:
            log.warning("%s takes %s to %d bytes, over the budget of %d", newcomer.name, newcomer.device, total, self.budget)


@cache
def shared_placement() -> Placement:
    """The process's own, without a limit: what tools use that were not handed another."""
    return Placement()


def measure(model: Any) -> int:
    """Bytes of a torch module's parameters and buffers, or of those in a tuple; 0 for what is no torch module."""
    if isinstance(model, tuple):
        return sum(map(measure, model))
    if not (hasattr(model, "parameters") and hasattr(model, "buffers")):
        return 0
    return sum(part.numel() * part.element_size() for parts in (model.parameters(), model.buffers()) for part in parts)


def free_memory() -> None:
    """Give back what nobody holds; on a GPU the library's own cache too."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
