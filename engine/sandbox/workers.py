"""Threads that runs are worked on in, so that whoever waits for one can leave at its deadline while a tool still works."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

__all__ = ["Workers"]


class Workers:
    """As many threads as there are runs at once; kept for the next run, and no hindrance when the interpreter ends."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[SimpleQueue[Callable[[], None] | None]] = []
        self.closed = False

    def start(self, act: Callable[[], None]) -> None:
        """Have a thread do it."""
        with self.lock:
            queue = self.idle.pop() if self.idle else None
        if queue is None:
            queue = SimpleQueue()
            threading.Thread(target=self.work, args=(queue,), name="sandbox", daemon=True).start()
        queue.put(act)

    def work(self, queue: "SimpleQueue[Callable[[], None] | None]") -> None:
        """What a thread does."""
        while (act := queue.get()) is not None:
            act()
            del act
            with self.lock:
                if self.closed:
                    return
                self.idle.append(queue)

    def close(self) -> None:
        """End the threads that have nothing to do; the others end after what they do."""
        with self.lock:
            self.closed = True
            idle, self.idle = self.idle, []
        for queue in idle:
            queue.put(None)
