"""Calls of many programs at once, answered by the tools: cached, merged, batched, retried, given up in time."""

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic, perf_counter
from types import TracebackType
from typing import Any, Self

from vpd.engine.lane import Job, Lane
from vpd.engine.record import sha256_of
from vpd.engine.sandbox import Answered
from vpd.engine.text_cache import TextCache
from vpd.tools.errors import ToolFailed, ToolMisused
from vpd.tools.image import Image
from vpd.tools.tool import Tool
from vpd.tools.values import decode, encode, misfit

__all__ = ["Dispatcher", "Tally", "call_key"]

REMEMBERED = 20_000
"""Results kept in memory, whatever is on disk."""


@dataclass
class Tally:
    """How the calls were answered."""

    ran: int = 0
    cached: int = 0
    merged: int = 0
    failed: int = 0
    retried: int = 0
    """Attempts beyond the first, over all calls that ran or failed."""

    @property
    def hit_rate(self) -> float:
        """Share of calls in 0..1 that cost no run of a tool."""
        calls = self.ran + self.cached + self.merged
        return (self.cached + self.merged) / calls if calls else 0.0


def call_key(tool: Tool, arguments: dict[str, Any]) -> str:
    """What a result depends on: tool, version, arguments, and of pictures their content and region."""

    def plain(value: Any) -> Any:
        """A value as JSON holds it, a picture by what it shows."""
        if isinstance(value, Image):
            return {"image": value.ref.sha256, "box": value.frame.corners if value.box else None}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return encode(value)

    return sha256_of([tool.pin, {name: plain(value) for name, value in arguments.items()}])


class Dispatcher:
    """Answers tool calls; one lane a tool, so that a slow tool never holds up another."""

    def __init__(self, cache: TextCache | None = None, window: float = 0.002, backoff: float = 0.5) -> None:
        self.tally = Tally()
        self._cache = cache
        self._window = window
        """Seconds that a lane with a batch tool waits for more calls."""
        self._backoff = backoff
        """Seconds before the second attempt at a call that failed of an error that may pass."""
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Any] = OrderedDict()
        self._flying: dict[str, Job] = {}
        self._lanes: dict[str, Lane] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the lanes; calls that still run are left to end by themselves."""
        with self._lock:
            lanes, self._lanes = list(self._lanes.values()), {}
        for lane in lanes:
            lane.close()

    def answer(self, tool: Tool, arguments: dict[str, Any]) -> Answered:
        """The tool's value for arguments that were bound and checked. Raises `ToolFailed`."""
        start = perf_counter()
        arguments = {parameter.name: parameter.default for parameter in tool.parameters if not parameter.required} | arguments
        if not tool.cacheable:
            job = self._lane(tool).submit(arguments)
            value = self._wait(tool, job)
            self._count("ran", job.attempts)
            return Answered(value, seconds=perf_counter() - start, attempts=job.attempts)
        key = call_key(tool, arguments)
        known, value = self._look_up(tool, key)
        if known:
            return Answered(value, cached=True, seconds=perf_counter() - start)
        with self._lock:
            flying = self._flying.get(key)
            first = flying is None
            job = self._flying[key] = flying or self._lane_unlocked(tool).submit(arguments)
        try:
            value = self._wait(tool, job, mine=first)
            if first:
                self._keep(key, value)
        finally:
            if first:
                with self._lock:
                    self._flying.pop(key, None)
        self._count("ran" if first else "merged", job.attempts if first else 1)
        return Answered(value, cached=not first, seconds=perf_counter() - start, attempts=job.attempts if first else 1)

    def _look_up(self, tool: Tool, key: str) -> tuple[bool, Any]:
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                self.tally.cached += 1
                return True, self._recent[key]
        text = self._cache.get(key) if self._cache is not None else None
        if text is None:
            return False, None
        try:
            value = decode(json.loads(text), tool.returns)
        except (TypeError, ValueError, KeyError):
            return False, None  # written by a tool that forgot to raise its version: ask again
        self._remember(key, value)
        self._count("cached")
        return True, value

    def _keep(self, key: str, value: Any) -> None:
        self._remember(key, value)
        if self._cache is not None:
            self._cache.set(key, json.dumps(encode(value)))

    def _remember(self, key: str, value: Any) -> None:
        with self._lock:
            self._recent[key] = value
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)

    def _count(self, what: str, attempts: int = 1) -> None:
        with self._lock:
            setattr(self.tally, what, getattr(self.tally, what) + 1)
            self.tally.retried += attempts - 1

    def _lane(self, tool: Tool) -> Lane:
        with self._lock:
            return self._lane_unlocked(tool)

    def _lane_unlocked(self, tool: Tool) -> Lane:
        lane = self._lanes.get(tool.pin)
        if lane is None:
            lane = self._lanes[tool.pin] = Lane(tool, self._window, self._backoff)
        return lane

    def _wait(self, tool: Tool, job: Job, *, mine: bool = True) -> Any:
        """The job's value; `mine` says whose attempts are counted where several wait for one job."""
        late = None
        while late is None and not job.done.wait(tool.timeout):
            if job.started is not None and monotonic() - job.started >= tool.timeout:
                self._lane(tool).replace_worker_of(job)
                late = ToolFailed(tool.name, f"gave no answer within {tool.timeout:g} s")
        error: BaseException | None = late or job.error
        if error is None:
            wrong = misfit(job.value, tool.returns, "its result")
            if wrong is None:
                return job.value
            error = ToolMisused(tool.name, wrong)
        self._count("failed", job.attempts if mine else 1)
        if not isinstance(error, ToolFailed):
            tried = f" ({job.attempts} attempts)" if job.attempts > 1 else ""
            raise ToolFailed(tool.name, f"{type(error).__name__}: {error}{tried}", job.attempts) from error
        error.attempts = max(1, job.attempts)
        raise error
