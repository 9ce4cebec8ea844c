"""What the self-check tries in a confined child: each act must fail, by an error or by the child's end."""

import os
import socket
from collections.abc import Callable

from vpd.engine.sandbox.confined.wire import Probed

__all__ = ["ACTS", "try_to"]


def open_file() -> None:
    """Open a file that is there and that everybody may read."""
    os.close(os.open(os.__file__, os.O_RDONLY))


def make_socket() -> None:
    """Make a socket."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def fork() -> None:
    """Make a process."""
    if os.fork() == 0:
        os._exit(0)


ACTS: dict[str, Callable[[], None]] = {"open a file": open_file, "make a socket": make_socket, "fork": fork}


def try_to(act: str) -> Probed:
    """Whether the act was refused, and how."""
    try:
        ACTS[act]()
    except (OSError, MemoryError) as error:
        return Probed(refused=True, said=f"{type(error).__name__}: {error}")
    return Probed(refused=False, said="it worked")
