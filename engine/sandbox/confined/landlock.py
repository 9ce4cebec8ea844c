"""Landlock: no path can be opened, made, removed or run; no TCP; no signal and no abstract socket leaves the domain."""

import ctypes
import errno
import struct

from vpd.engine.sandbox.confined.kernel import system_call

__all__ = ["landlock_version", "make_ruleset", "restrict_self"]

CREATE, RESTRICT = 444, 446
"""The same numbers on every architecture."""
ASK_VERSION = 1
FILES_FIRST = (1 << 13) - 1
REFER, TRUNCATE, IOCTL = 1 << 13, 1 << 14, 1 << 15
TCP_BIND_CONNECT = 3
ABSTRACT_SOCKETS_SIGNALS = 3


def landlock_version() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    try:
        return system_call(CREATE, 0, 0, ASK_VERSION)
    except OSError:
        return 0


def make_ruleset() -> int:
    """A descriptor of a rule set that handles all that this kernel knows and allows none of it."""
    version = landlock_version()
    if version < 1:
        raise OSError(errno.ENOSYS, "the kernel offers no Landlock")
    files = FILES_FIRST
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL)):
        if version >= since:
            files |= right
    fields = [files]
    if version >= 4:
        fields.append(TCP_BIND_CONNECT)
    if version >= 6:
        fields.append(ABSTRACT_SOCKETS_SIGNALS)
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    return system_call(CREATE, ctypes.addressof(buffer), len(attributes), 0)


def restrict_self(ruleset: int) -> None:
    """Enter the rule set for good; needs `forbid_new_privileges` first."""
    system_call(RESTRICT, ruleset, 0)
