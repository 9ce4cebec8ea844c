"""Children that are started one by one, with pipes for a wire: works on every system, slower, and as strong as the system is."""

import subprocess
import threading
from collections import deque
from time import monotonic

import msgspec

from vpd.engine.errors import IsolationError
from vpd.engine.sandbox.children import Gone, Late, boot_command, clean_environment
from vpd.engine.sandbox.confined import wire

__all__ = ["SpawnedChild", "SpawnedChildren"]

START_SECONDS = 30.0


class SpawnedChild:
    """One process. A deadline is kept by killing it, for a pipe cannot be waited for on every system."""

    def __init__(self, settings: bytes, owner: "SpawnedChildren") -> None:
        self.owner = owner
        self.process = subprocess.Popen(
            boot_command("single"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            bufsize=0,
            start_new_session=True,
        )
        self.said: dict[str, str] | None = None
        self.late = False
        self.send(wire.HEADER.pack(len(settings)) + settings, monotonic() + START_SECONDS)

    def meet(self) -> dict[str, str]:
        """Each layer and how it stands; waits for the child's first word. Raises `IsolationError`."""
        if self.said is None:
            try:
                said = self.read(monotonic() + START_SECONDS)
                self.said = msgspec.json.decode(said, type=dict[str, str])
            except (Gone, Late, wire.WireError, msgspec.MsgspecError) as error:
                self.end()
                command = " ".join(boot_command("single"))
                message = f"a confined process did not start ({type(error).__name__}); run it by hand: {command}"
                raise IsolationError(message) from error
        return self.said

    def kill_late(self) -> None:
        """The deadline has passed."""
        self.late = True
        self.process.kill()

    def send(self, data: bytes, deadline: float) -> None:
        """Raises `Gone`, and `Late` where the child does not read."""
        pipe = self.process.stdin
        timer = threading.Timer(max(0.0, deadline - monotonic()), self.kill_late)
        timer.start()
        try:
            left = memoryview(data)
            while left and pipe is not None:
                left = left[pipe.write(left) or 0 :]
        except OSError:
            raise Late if self.late else Gone from None
        finally:
            timer.cancel()
            timer.join()

    def read(self, deadline: float) -> bytes:
        """The content of the next frame. Raises `Late`, `Gone`, `wire.WireError`."""
        pipe = self.process.stdout
        timer = threading.Timer(max(0.0, deadline - monotonic()), self.kill_late)
        timer.start()
        try:
            data = wire.read_frame(lambda size: pipe.read(size) or b"" if pipe is not None else b"")
        finally:
            timer.cancel()
            timer.join()
        if data is None:
            raise Late if self.late else Gone
        return data

    def receive(self, deadline: float) -> wire.FromChild:
        """The next frame. Raises `Late`, `Gone`, and `wire.WireError` for what is none."""
        return wire.decode_from_child(self.read(deadline))

    def finish(self) -> None:
        """The child has done its work; another one is made ready."""
        self.end()

    def end(self) -> int | None:
        """Kill the child, whatever it does; how it ended, as `os.wait` tells it."""
        try:
            self.process.wait(0.05)  # one that has ended by itself tells why
        except subprocess.TimeoutExpired:
            self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.owner.forget(self)
        return -code if code < 0 else code << 8


class SpawnedChildren:
    """Some children started ahead. Threads may ask for children at the same time."""

    def __init__(self, layers: tuple[str, ...], memory: int, processor: int, ready: int) -> None:
        self.settings = msgspec.json.encode({"layers": layers, "memory": memory, "processor": processor})
        self.wanted = ready
        self.lock = threading.Lock()
        self.ready: deque[SpawnedChild] = deque()
        self.living: set[SpawnedChild] = set()
        self.closed = False
        child = self.make()
        self.said = child.meet()
        """Each layer and how it stands."""
        self.ready.append(child)

    def make(self) -> SpawnedChild:
        """Start one more."""
        child = SpawnedChild(self.settings, self)
        self.living.add(child)
        return child

    def get(self) -> SpawnedChild:
        """A child that is ready. Raises `IsolationError` where none can be had."""
        with self.lock:
            if self.closed:
                message = "the sandbox is closed"
                raise IsolationError(message)
            child = self.ready.popleft() if self.ready else self.make()
            while len(self.ready) < self.wanted:
                self.ready.append(self.make())
        child.meet()
        return child

    def forget(self, child: SpawnedChild) -> None:
        """That child has ended."""
        self.living.discard(child)

    def close(self) -> None:
        """Kill all that is there."""
        with self.lock:
            self.closed = True
            self.ready.clear()
            living = list(self.living)
        for child in living:
            child.process.kill()
            child.end()
