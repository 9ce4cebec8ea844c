"""One tool's queue and worker threads: requests are taken one by one or in batches, and a hung worker is replaced."""

import threading
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from vpd.engine.attempts import Patience, attempt
from vpd.tools.errors import ToolMisused
from vpd.tools.tool import Tool

__all__ = ["Job", "Lane"]


@dataclass(eq=False)
class Job:
    """One request under way."""

    arguments: dict[str, Any]
    done: threading.Event = field(default_factory=threading.Event)
    started: float | None = None
    """On the monotonic clock, when a worker took it."""
    worker: threading.Thread | None = None
    attempts: int = 0
    """How often the tool was run for it; a run of a batch that another request spoiled is left out."""
    value: Any = None
    error: BaseException | None = None


class Lane:
    """The queue of one tool."""

    def __init__(self, tool: Tool, window: float, backoff: float) -> None:
        self._tool = tool
        self._window = window
        self._backoff = backoff
        self._ended = threading.Event()
        self._ready = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._workers: set[threading.Thread] = set()
        self._closed = False

    def submit(self, arguments: dict[str, Any]) -> Job:
        """Queue a request; its `done` is set when it has a value or an error."""
        job = Job(arguments)
        with self._ready:
            self._waiting.append(job)
            if len(self._workers) < self._tool.concurrency and len(self._waiting) > 0:
                self._start_worker()
            self._ready.notify()
        return job

    def replace_worker_of(self, job: Job) -> None:
        """Leave a hung worker to itself and let another take its place."""
        with self._ready:
            if job.worker in self._workers:
                self._workers.discard(job.worker)
                self._start_worker()

    def close(self) -> None:
        """Let the workers end once the queue is empty."""
        with self._ready:
            self._closed = True
            self._ended.set()
            self._ready.notify_all()

    def _start_worker(self) -> None:
        worker = threading.Thread(target=self._work, name=f"tool {self._tool.name}", daemon=True)
        self._workers.add(worker)
        worker.start()

    def _work(self) -> None:
        me = threading.current_thread()
        while True:
            with self._ready:
                while not self._waiting:
                    if self._closed or me not in self._workers:
                        self._workers.discard(me)
                        return
                    self._ready.wait()
                if me not in self._workers:
                    return
            jobs = self._take(me)
            if jobs:
                self._run(jobs, self._tool.attempts)

    def _take(self, me: threading.Thread) -> list[Job]:
        """The next request, or as many as the tool takes at once within the window."""
        most = max(1, self._tool.batch)
        with self._ready:
            if most > 1:
                end = monotonic() + self._window
                while len(self._waiting) < most and (left := end - monotonic()) > 0:
                    self._ready.wait(left)
            jobs = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        for job in jobs:
            job.started, job.worker = monotonic(), me
        return jobs

    def _run(self, jobs: list[Job], attempts: int) -> None:
        try:
            self._try(jobs, attempts)
        except BaseException as error:  # noqa: BLE001  a tool is other people's code; whatever it raises, an exit too, ends its own calls alone
            if len(jobs) > 1:
                passing = self._tool.is_transient(error)
                for job in jobs:  # one bad request must not fail those it was batched with
                    job.attempts = job.attempts if passing else 0
                    self._run([job], 1 if passing else attempts)
                return
            jobs[0].error = error
        for job in jobs:
            job.done.set()

    def _try(self, jobs: list[Job], attempts: int) -> None:
        """Run the tool, again after an error that it declared as passing; not once its worker was replaced or the lane closed."""
        if not self._tool.retry or attempts == 1:
            self._fill(jobs)
            return
        me = threading.current_thread()
        patience = Patience(attempts, self._tool.timeout, self._backoff)
        attempt(lambda: self._fill(jobs), self._tool, patience, self._ended, lambda: me not in self._workers)

    def _fill(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.attempts += 1
        if not self._tool.batch:
            jobs[0].value = self._tool.run(**jobs[0].arguments)
            return
        columns = {name: [job.arguments[name] for job in jobs] for name in jobs[0].arguments}
        values = list(self._tool.run(**columns))
        if len(values) != len(jobs):
            raise ToolMisused(self._tool.name, f"a batch of {len(jobs)} gave {len(values)} results")
        for job, value in zip(jobs, values, strict=True):
            job.value = value
