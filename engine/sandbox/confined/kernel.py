"""System calls that Python does not offer, through ctypes; every function raises `OSError` where the kernel refuses."""

import ctypes
import os
import platform
import sys

__all__ = [
    "ARCHITECTURE",
    "NEW_IPC",
    "NEW_NET",
    "NEW_UTS",
    "die_with_parent",
    "forbid_new_privileges",
    "hide_memory",
    "system_call",
]

ARCHITECTURE = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}.get(
    platform.machine().lower(), ""
)
"""As the tables of system calls name it; empty where there is no table."""

SET_DEATH_SIGNAL, SET_DUMPABLE, SET_NO_NEW_PRIVILEGES = 1, 4, 38
NEW_UTS, NEW_IPC, NEW_NET = 0x04000000, 0x08000000, 0x40000000
SIGKILL = 9

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    _libc.syscall.restype = ctypes.c_long
    _libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)


def check(result: int) -> int:
    """The result of a call, or the error that it left behind."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def system_call(number: int, *arguments: int) -> int:
    """Any system call by its number, with numbers and addresses as arguments."""
    return check(_libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)))


def forbid_new_privileges() -> None:
    """No program that is started later can have more rights than this one."""
    check(_libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))


def hide_memory() -> None:
    """No process of the same account can read this one's memory or trace it; no core file is written."""
    check(_libc.prctl(SET_DUMPABLE, 0, 0, 0, 0))


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends; at once, where it has ended already."""
    check(_libc.prctl(SET_DEATH_SIGNAL, SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(0)


def unshare(flags: int) -> None:
    """Leave namespaces that are shared with other processes."""
    check(_libc.unshare(ctypes.c_int(flags)))
