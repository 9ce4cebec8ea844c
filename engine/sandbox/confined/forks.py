"""The process that forks children: imports once, confines itself, forks on demand, ends and buries them; runs no program itself.

Its descriptor 0 is the control socket. The host writes `Order`s; a fork is answered with the child's id and its wire.
"""

import gc
import os
import select
import signal
import socket
import struct
import sys
import unicodedata  # noqa: F401  the parser asks for it when it meets a name that is not ASCII, and could not load it then
from collections.abc import Callable

import msgspec

from vpd.engine.sandbox.confined.confine import Layers, confine_child, confine_parent, keep_what_works
from vpd.engine.sandbox.confined.running import Channel, guarded, serve_child
from vpd.engine.sandbox.confined.settings import Settings
from vpd.engine.sandbox.confined.warming import warm_up

__all__ = ["END", "FORK", "NEXT", "ORDER", "QUIT", "serve"]

ORDER = struct.Struct("!cI")
"""What to do, and the child that is meant."""
FORK, NEXT, QUIT, END = b"F", b"N", b"Q", b"E"
"""Fork a child; end that child and fork another; end that child; end that child and tell how it ended."""


class Forker:
    """Children by process id: only ids that `fork` gave and `wait` has not taken back are ever signalled."""

    def __init__(self, control: socket.socket, layers: Layers, warm: Callable[[], None]) -> None:
        self.control, self.layers, self.warm = control, layers, warm
        self.alive: set[int] = set()
        self.ended: dict[int, int] = {}

    def fork(self) -> None:
        """One more child; the host gets its id and the other end of its wire."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            os._exit(guarded(lambda: self.be_child(theirs)))
        self.alive.add(pid)
        socket.send_fds(self.control, [ORDER.pack(FORK, pid)], [ours.fileno()])
        ours.close()
        theirs.close()

    def be_child(self, wire: socket.socket) -> None:
        """In the child: keep the wire as descriptor 0 and nothing else, be confined, serve."""
        gc.disable()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(wire.fileno(), 0)
        confine_child(self.layers)
        self.warm()
        serve_child(Channel(0, 0))

    def end(self, pid: int) -> int:
        """Kill a child that is alive, and bury it; how it ended."""
        if pid not in self.alive:
            return self.ended.pop(pid, 0)
        os.kill(pid, signal.SIGKILL)
        self.alive.discard(pid)
        return os.waitpid(pid, 0)[1]

    def bury(self) -> None:
        """Take back all that have ended by themselves."""
        while self.alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.alive.discard(pid)
            if status:
                self.ended[pid] = status
                while len(self.ended) > 64:
                    self.ended.pop(next(iter(self.ended)))

    def obey(self, what: bytes, pid: int) -> None:
        """One order."""
        if what == END:
            self.control.send(ORDER.pack(END, pid) + struct.pack("!I", self.end(pid)))
            return
        if what in (NEXT, QUIT):
            self.end(pid)
        if what in (NEXT, FORK):
            self.fork()


def serve() -> None:
    """Be the process that forks, until the host goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # what the host ignores or blocks is inherited, and would leave zombies
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    control = socket.socket(fileno=os.dup(0))
    settings = msgspec.json.decode(control.recv(4_096), type=Settings)
    layers = Layers(settings.layers, settings.memory, settings.processor)
    sys.setrecursionlimit(900)
    warm = warm_up()
    confine_parent(layers)
    keep_what_works(layers)
    gc.collect()
    gc.freeze()
    control.send(msgspec.json.encode(layers.said))
    awake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    waiting.register(awake, select.POLLIN)
    forker = Forker(control, layers, warm)
    while True:
        ready = dict(waiting.poll())
        if awake in ready:
            os.read(awake, 512)
            forker.bury()
        if control.fileno() in ready:
            order = control.recv(64)
            if not order:
                return
            forker.obey(*ORDER.unpack(order))
