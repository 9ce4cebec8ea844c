"""The system calls that a child may make: what computing and talking on one open socket need, by architecture."""

import ctypes
import errno
import struct

from vpd.engine.sandbox.confined.kernel import ARCHITECTURE, system_call

__all__ = ["ALLOWED", "KILLED", "Filter"]

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
SECCOMP = {"x86_64": 317, "aarch64": 277}

ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216), "madvise": (28, 233),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128), "sched_yield": (24, 124), "futex": (202, 98), "set_robust_list": (273, 99),
    "rseq": (334, 293), "membarrier": (324, 283), "getpid": (39, 172), "gettid": (186, 178), "getuid": (102, 174),
    "getrusage": (98, 165), "gettimeofday": (96, 169), "clock_gettime": (228, 113), "getrandom": (318, 278), "exit": (60, 93),
    "exit_group": (231, 94),
}  # fmt: skip
"""Name: numbers on x86-64 and arm64; None where the architecture has no such call."""

KILLED: dict[str, tuple[int | None, int | None]] = {
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "clone": (56, 220),
    "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "sendto": (44, 206), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147), "setresgid": (119, 149),
    "capset": (126, 91), "bpf": (321, 280), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "personality": (135, 92), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "seccomp": (317, 277), "setrlimit": (160, 164), "prlimit64": (302, 261), "sched_setaffinity": (203, 122),
    "setpriority": (141, 140), "reboot": (169, 142),
}  # fmt: skip
"""Calls that no program has an excuse for end the child at once. All others fail with EPERM: the interpreter itself looks for
files at odd moments (the source line of an error, a codec) and must live through the refusal."""

LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
KILL_PROCESS, ALLOW, FAIL = 0x80000000, 0x7FFF0000, 0x00050000
X32 = 0x40000000
PROTECTION_LOW = 16 + 2 * 8
"""Where the third argument's low half lies in what the kernel hands to a filter."""
EXECUTABLE = 4
SET_FILTER = 1


class Filter:
    """A filter as the kernel takes it, built once and kept in memory for `enter`."""

    def __init__(self) -> None:
        if ARCHITECTURE not in COLUMN:
            raise OSError(errno.ENOSYS, "no table of system calls for this architecture")
        code = b"".join(struct.pack("HBBI", *step) for step in build(ARCHITECTURE))
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(self._code)))
        self._number = SECCOMP[ARCHITECTURE]
        self._address = ctypes.addressof(self._program)

    def enter(self) -> None:
        """Be bound by the filter for good; needs `forbid_new_privileges` first."""
        system_call(self._number, SET_FILTER, 0, self._address)


def build(architecture: str) -> list[tuple[int, int, int, int]]:
    """The filter's instructions: operation, jump if true, jump if false, operand."""
    column = COLUMN[architecture]
    code = [(LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[architecture]), (RETURN, 0, 0, KILL_PROCESS), (LOAD, 0, 0, 0)]
    if architecture == "x86_64":
        code += [(JUMP_SET, 0, 1, X32), (RETURN, 0, 0, KILL_PROCESS)]
    for name, numbers in ALLOWED.items():
        number = numbers[column]
        if number is None:
            continue
        if name in ("mmap", "mprotect"):  # memory may be had, but none that can be run
            code += [(JUMP_EQUAL, 0, 5, number), (LOAD, 0, 0, PROTECTION_LOW), (JUMP_SET, 0, 1, EXECUTABLE)]
            code += [(RETURN, 0, 0, FAIL | errno.EACCES), (RETURN, 0, 0, ALLOW), (LOAD, 0, 0, 0)]
        else:
            code += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for numbers in KILLED.values():
        number = numbers[column]
        if number is not None:
            code += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, KILL_PROCESS)]
    return [*code, (RETURN, 0, 0, FAIL | errno.EPERM)]
