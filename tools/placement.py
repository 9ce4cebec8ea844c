"""Models in memory: loaded on first use, one copy each, the least recently used put out when the budget is full."""

import atexit
import gc
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Lock
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

__all__ = ["Held", "Key", "Model", "Placement", "shared_placement", "standing"]

T = TypeVar("T")

log = logging.getLogger(__name__)

LAST_WAIT = 1.0
"""Seconds that the end of a process waits for a model in use."""


@dataclass(frozen=True, slots=True)
class Model(Generic[T]):
    """Something heavy that a tool needs, and how it comes to be; two of one name on one device share one copy."""

    name: str
    load: Callable[[], T]
    """Called on first use, and again after it was put out."""
    size: int = 0
    """Bytes it is expected to take; room is made for them before it is loaded."""
    device: str = "cpu"
    """Where it stands: `cpu`, `cuda:0`, ...; each device has a budget of its own. `auto` is a GPU where there is one."""
    enter: bool = False
    """Whether `load` gives a context manager: entered for the model itself, left once that is put out."""


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
    ending: ExitStack
    """Closed once the model is put out."""


class Placement:
    """Keeps models in memory within a budget.

    One use of a model at a time; a model in use is never put out, so models used at the same moment may exceed the budget.
    As a context manager it puts out all models at its end.
    """

    def __init__(self, budget: int | None = None) -> None:
        self.budget = budget
        """Bytes on each device; None is no limit."""
        self._slots: dict[Key, Slot] = {}
        self._in_use: defaultdict[Key, Lock] = defaultdict(Lock)
        """Held while a model is in use: many model libraries are not safe to call from two threads."""
        self._clock = count()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self, wait: float = -1) -> None:
        """Put out all models; one that is in use for so many seconds more is left to whoever uses it. Below 0 is no limit."""
        for key in list(self._slots):
            if self._lock_of(key).acquire(timeout=wait):
                self._end(key)
                self._lock_of(key).release()
        free_memory()

    @contextmanager
    def use(self, model: Model[T]) -> Iterator[T]:
        """The model, loaded if need be, for one caller at a time; where loading raises, the next use tries again."""
        key = key_of(model)
        with self._lock_of(key):
            yield self._ready(model, key)

    def held(self) -> tuple[Held, ...]:
        """What is loaded, the least recently used first."""
        with self._lock:
            slots = sorted(self._slots.items(), key=lambda item: item[1].used)
        return tuple(Held(key.name, key.device, slot.size) for key, slot in slots)

    def find(self, model: Model[Any]) -> Held | None:
        """The model as it stands in memory; None where it is not loaded."""
        device = None if model.device == "auto" else standing(model.device)
        return next((held for held in self.held() if held.name == model.name and device in (None, held.device)), None)

    def put_out(self, model: Model[Any]) -> None:
        """Forget a model once nobody uses it; it is loaded again on its next use."""
        key = key_of(model)
        with self._lock_of(key):
            self._end(key)
        free_memory()

    def _lock_of(self, key: Key) -> Lock:
        with self._lock:
            return self._in_use[key]

    def _end(self, key: Key) -> None:
        """Forget a model and tear it down; the caller holds its lock."""
        with self._lock:
            slot = self._slots.pop(key, None)
        if slot is None:
            return
        try:
            slot.ending.close()
        except Exception:  # a model's tear-down is other people's code, and whoever put it out cannot help it
            log.exception("%s could not be ended as it should", key.name)

    def _ready(self, model: Model[T], key: Key) -> T:
        with self._lock:
            slot = self._slots.get(key)
            if slot is not None:
                self._slots[key] = slot._replace(used=next(self._clock))
                thing: T = slot.thing
                return thing
        self._make_room(key, model.size)
        log.info("loading %s on %s", key.name, key.device)
        with ExitStack() as stack:
            loaded: Any = model.load()
            if model.enter:
                loaded = stack.enter_context(loaded)
            size = measure(loaded) or model.size
            with self._lock:
                self._slots[key] = Slot(loaded, size, next(self._clock), stack.pop_all())
        self._make_room(key, 0)
        ready: T = loaded
        return ready

    def _make_room(self, newcomer: Key, needed: int) -> None:
        """Put out idle models of the same device, the least recently used first, until `needed` bytes fit."""
        if self.budget is None:
            return
        idle: list[Key] = []
        with self._lock:
            mine = [(key, slot) for key, slot in self._slots.items() if key.device == newcomer.device]
            total = needed + sum(slot.size for _, slot in mine)
            for key, slot in sorted(mine, key=lambda item: item[1].used):
                if total <= self.budget:
                    break
                if key != newcomer and self._in_use[key].acquire(blocking=False):
                    idle.append(key)
                    total -= slot.size
        for key in idle:
            self._end(key)
            self._in_use[key].release()
            log.info("put out %s to make room for %s", key.name, newcomer.name)
        if idle:
            free_memory()
        if total > self.budget:
            log.warning("%s takes %s to %d bytes, over the budget of %d", newcomer.name, newcomer.device, total, self.budget)


def key_of(model: Model[Any]) -> Key:
    """What makes two models the same."""
    return Key(standing(model.device), model.name)


@cache
def standing(device: str) -> str:
    """The device itself: `auto` is the first GPU, or `cpu` where there is none; `cuda` is the first of several."""
    if device != "auto":
        return "cuda:0" if device == "cuda" else device
    try:
        import torch  # seconds; what stands on `auto` is about to be loaded by it
    except ImportError:
        return "cpu"
    return "cuda:0" if torch.cuda.is_available() else "cpu"


@cache
def shared_placement() -> Placement:
    """The process's own, without a limit: what tools use that were not handed another. It ends with the process."""
    placement = Placement()
    atexit.register(placement.close, LAST_WAIT)
    return placement


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
