"""Confined children to have: forked ahead by a small clean process, replaced when they are used, ended when they must be."""

import math
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import msgspec

from vpd.engine.errors import IsolationError
from vpd.engine.sandbox.confined import wire

__all__ = ["Child", "ForkedChildren", "Gone", "Late", "boot_command", "clean_environment"]

START_SECONDS = 30.0
"""Until the process that forks must have said that it is ready."""
CHILD_SECONDS = 10.0
"""Until a child that was ordered must be there."""


class Gone(Exception):
    """The other side has closed."""


class Late(Exception):
    """A deadline passed."""


def boot_command(kind: str) -> list[str]:
    """How a confined process is started: isolated, without site, with the two libraries' folders by name."""
    folders = []
    for module in ("RestrictedPython", "msgspec"):
        spec = find_spec(module)
        if spec is None or not spec.submodule_search_locations:
            message = f"{module} is not installed, and the sandbox needs it: install it with pip install {module}"
            raise IsolationError(message)
        folders.append(str(Path(next(iter(spec.submodule_search_locations))).resolve().parent))
    if not sys.executable:
        message = "the interpreter does not know its own path (sys.executable), so no confined process can be started"
        raise IsolationError(message)
    boot = Path(__file__).resolve().parent / "confined" / "boot.py"
    return [sys.executable, "-I", "-S", "-X", "utf8", str(boot), kind, *dict.fromkeys(folders)]


def clean_environment() -> dict[str, str]:
    """Nothing of the host's environment but what an interpreter may need to start at all."""
    kept = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {"LANG": "C.UTF-8", "PATH": os.defpath} | {name: os.environ[name] for name in kept if name in os.environ}


class Child:
    """One confined process and the host's end of its wire."""

    def __init__(self, pid: int, connection: socket.socket, owner: "ForkedChildren", generation: int) -> None:
        self.pid, self.connection, self.owner, self.generation = pid, connection, owner, generation
        self.poll = select.poll()
        self.poll.register(connection, select.POLLIN)
        connection.settimeout(0)

    def send(self, data: bytes, deadline: float) -> None:
        """Raises `Gone`, and `Late` where the child does not read."""
        left = memoryview(data)
        while left:
            try:
                left = left[self.connection.send(left) :]
            except BlockingIOError:
                self.wait_to_send(deadline)
            except OSError:
                raise Gone from None

    def wait_to_send(self, deadline: float) -> None:
        """Wait until the child has read some. Raises `Late`."""
        writing = select.poll()
        writing.register(self.connection, select.POLLOUT)
        left = deadline - monotonic()
        if left <= 0 or not writing.poll(math.ceil(left * 1_000)):
            raise Late

    def receive(self, deadline: float) -> wire.FromChild:
        """The next frame. Raises `Late`, `Gone`, and `wire.WireError` for what is none."""

        def some(size: int) -> bytes:
            """At most so many bytes, as they come."""
            left = deadline - monotonic()
            if left <= 0 or not self.poll.poll(math.ceil(left * 1_000)):
                raise Late
            try:
                return self.connection.recv(size)
            except OSError:
                return b""

        data = wire.read_frame(some)
        if data is None:
            raise Gone
        return wire.decode_from_child(data)

    def finish(self) -> None:
        """The child has done its work: it is ended, and another one is made ready."""
        self.connection.close()
        self.owner.replace(self)

    def end(self) -> int | None:
        """Kill the child, whatever it does; how it ended as `os.wait` tells it, None where its parent has gone too."""
        self.connection.close()
        return self.owner.end(self)


class ForkedChildren:
    """The process that forks, as the host sees it; replaced when it dies. Threads may ask for children at the same time."""

    FORK, NEXT, QUIT, END = b"F", b"N", b"Q", b"E"

    def __init__(self, layers: tuple[str, ...], memory: int, processor: int, ready: int) -> None:
        self.settings = msgspec.json.encode({"layers": layers, "memory": memory, "processor": processor})
        self.wanted = ready
        self.said: dict[str, str] = {}
        """Each layer and how it stands."""
        self.lock = threading.Lock()
        self.ready: deque[Child] = deque()
        self.ordered = 0
        """Children that were ordered and have not arrived."""
        self.statuses: dict[int, int] = {}
        self.generation = 0
        self.closed = False
        self.owner = os.getpid()
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None
        with self.lock:
            self.start()

    # everything below `start` up to `get` is called with the lock held

    def start(self) -> None:
        """Start the process that forks and order the first children. Raises `IsolationError`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = boot_command("forks")
            self.process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=clean_environment(),
                cwd="/",
                start_new_session=True,
            )
        self.control = ours
        self.generation += 1
        self.ready.clear()
        self.statuses.clear()
        self.ordered = 0
        ours.settimeout(START_SECONDS)
        try:
            ours.send(self.settings)
            answer = ours.recv(65_536)
            self.said = msgspec.json.decode(answer, type=dict[str, str])
        except (OSError, msgspec.MsgspecError) as error:
            self.stop()
            message = f"the process that forks children did not start ({error}); run it by hand to see why: {' '.join(command)}"
            raise IsolationError(message) from error
        ours.settimeout(CHILD_SECONDS)
        self.order(self.FORK, 0, self.wanted)

    def order(self, what: bytes, pid: int, count: int = 1) -> None:
        """Order children. Raises `Gone`."""
        if self.control is None:
            raise Gone
        try:
            for _ in range(count):
                self.control.send(what + pid.to_bytes(4, "big"))
        except OSError:
            raise Gone from None
        if what in (self.FORK, self.NEXT):
            self.ordered += count

    def take_in(self) -> None:
        """Read one message of the process that forks. Raises `Gone`."""
        if self.control is None:
            raise Gone
        try:
            data, descriptors, _, _ = socket.recv_fds(self.control, 64, 1)
        except OSError:
            raise Gone from None
        if not data:
            raise Gone
        pid = int.from_bytes(data[1:5], "big")
        if data[:1] == self.FORK and descriptors:
            self.ordered -= 1
            self.ready.append(Child(pid, socket.socket(fileno=descriptors[0]), self, self.generation))
        elif data[:1] == self.END:
            self.statuses[pid] = int.from_bytes(data[5:9], "big")

    def stop(self) -> None:
        """Kill the process that forks; its children die with it."""
        for child in self.ready:
            child.connection.close()
        self.ready.clear()
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    # called without the lock

    def disown(self) -> None:
        """After a fork of the host, leave the parent's children to the parent; own ones are started when they are asked for."""
        if self.owner != os.getpid():
            self.owner, self.lock = os.getpid(), threading.Lock()
            self.control, self.process, self.generation = None, None, self.generation + 1
            self.ready, self.ordered = deque(), 0

    def get(self) -> Child:
        """A child that is ready. Raises `IsolationError` where none can be had."""
        self.disown()
        with self.lock:
            if self.closed:
                message = "the sandbox is closed"
                raise IsolationError(message)
            for last_try in (False, False, True):
                try:
                    if self.ready:
                        return self.ready.popleft()
                    if not self.ordered:
                        self.order(self.FORK, 0)
                    while not self.ready:
                        self.take_in()
                    return self.ready.popleft()
                except Gone:
                    self.stop()
                    if last_try:
                        break
                    self.start()
        message = "no confined child can be had: the process that forks them dies again and again"
        raise IsolationError(message)

    def replace(self, child: Child) -> None:
        """That child is not needed any more; make ready another one if fewer are than are wanted."""
        with self.lock:
            if self.closed or child.generation != self.generation:
                return
            try:
                if len(self.ready) + self.ordered < self.wanted:
                    self.order(self.NEXT, child.pid)
                else:
                    self.order(self.QUIT, child.pid)
            except Gone:
                self.stop()

    def end(self, child: Child) -> int | None:
        """As `Child.end` says."""
        with self.lock:
            if self.closed or child.generation != self.generation:
                return None
            try:
                status = self.ask_end(child.pid)
                if len(self.ready) + self.ordered < self.wanted:
                    self.order(self.FORK, 0)
            except Gone:
                self.stop()
                return None
            return status

    def ask_end(self, pid: int) -> int:
        """Order a child's end and wait for the word of it."""
        self.order(self.END, pid)
        while pid not in self.statuses:
            self.take_in()
        return self.statuses.pop(pid)

    def close(self) -> None:
        """Kill all that is there."""
        self.disown()
        with self.lock:
            if not self.closed:
                self.closed = True
                self.stop()
