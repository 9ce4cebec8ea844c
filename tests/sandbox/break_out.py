"""What an attacker who owns the confined interpreter can still do: raw Python in a child, with layers switched off one by one.

Run as `python break_out.py` for the whole table. RestrictedPython is taken as broken here. Targets are local and harmless.
"""

import ctypes
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

CONFINED = Path(__file__).resolve().parents[2] / "engine" / "sandbox" / "confined"
ORDINARY_USER = 54_321
ALL = ("uid", "namespaces", "privileges", "landlock", "seccomp", "limits")
SETS = {
    "none": (),
    "limits only": ("uid", "privileges", "limits"),
    "no seccomp": tuple(layer for layer in ALL if layer != "seccomp"),
    "no Landlock": tuple(layer for layer in ALL if layer != "landlock"),
    "no limits": tuple(layer for layer in ALL if layer != "limits"),
    "all": ALL,
}
"""Layers that are on."""


def load_confined() -> tuple[Any, Any]:
    """The module that confines, loaded as the sandbox itself loads it."""
    for name in ("vpd", "vpd.engine", "vpd.engine.sandbox"):
        package = ModuleType(name)
        package.__path__ = [str(CONFINED.parent)] if name == "vpd.engine.sandbox" else []
        sys.modules[name] = package
    from vpd.engine.sandbox.confined import confine, kernel, landlock, seccomp  # all of them, before the account changes

    return confine, (kernel, landlock, seccomp)


LIBC = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: Any) -> int:
    """A system call by its number."""
    return checked(int(LIBC.syscall(ctypes.c_long(number), *arguments)))


def checked(result: int) -> int:
    """The result, or the error that was left behind."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def functions_of(names: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """The functions among some names."""
    return {name: act for name, act in names.items() if callable(act)}


def on_files(target: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """Files, by name and by descriptor."""
    host = target["host"]

    def read() -> str:
        return Path(target["secret"]).read_text()

    def stat() -> str:
        return f"{Path(target['secret']).stat().st_size} bytes"

    def write() -> str:
        Path(target["folder"], f"owned-{os.getpid()}").write_text("x")
        return "written"

    def change() -> str:
        os.truncate(target["secret"], 0)
        return "emptied"

    def list_root() -> str:
        return f"{len(list(Path('/').iterdir()))} names"

    def environment_of_host() -> str:
        return f"{len(Path(f'/proc/{host}/environ').read_bytes())} bytes"

    def by_handle() -> str:
        return f"descriptor {call(437, -100, target['secret'].encode(), ctypes.create_string_buffer(24), 24)}"

    def anonymous_file() -> str:
        os.memfd_create("x")
        return "made"

    def descriptors() -> str:
        found = []
        for number in range(3, 256):
            try:
                os.fstat(number)
                found.append(number)
            except OSError:
                continue
        if not found:
            raise OSError(0, "only the wire")
        return f"{len(found)} more"

    return functions_of(locals())


def on_processes(target: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """Processes, signals and rights."""
    host = target["host"]
    parent = os.getpid()

    def fork() -> str:
        if os.fork() == 0:
            os._exit(0)
        return "a process"

    def thread() -> str:
        started = threading.Thread(target=lambda: None)
        started.start()
        started.join()
        return "a thread"

    def execute() -> str:
        os.execv("/bin/true", ["true"])
        return "a program"

    def run_program() -> str:
        return subprocess.run(["/bin/echo", "hi"], capture_output=True, text=True, check=True).stdout

    def signal_host() -> str:
        os.kill(host, 0)
        return "may signal"

    def signal_parent() -> str:
        os.kill(parent, 0)
        return "may signal"

    def signal_all() -> str:
        os.kill(-1, 0)
        return "may signal"

    def trace() -> str:
        if LIBC.ptrace(0x4206, parent, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
        return "attached"

    def become_root() -> str:
        os.setresuid(0, 0, 0)
        return "root"

    def namespace() -> str:
        if LIBC.unshare(0x10000000) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        return "a user namespace"

    def raise_limit() -> str:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        return "raised"

    return functions_of(locals())


def on_network(target: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """The network and sockets of other processes."""

    def tcp() -> str:
        with socket.socket() as connection:
            connection.connect(("127.0.0.1", target["tcp"]))
        return "connected"

    def listen() -> str:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
        return "listening"

    def udp() -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", ("127.0.0.1", target["udp"]))
        return "sent"

    def abstract() -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("\0" + target["abstract"])
        return "connected"

    def netlink() -> str:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as connection:
            connection.bind((0, 0))
        return "bound"

    def ring() -> str:
        return f"descriptor {call(425, 1, ctypes.create_string_buffer(120))}"

    return functions_of(locals())


def on_memory(target: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """Memory, one's own and others'."""
    parent = os.getpid()

    def read_memory() -> str:
        class Vector(ctypes.Structure):
            _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))

        buffer = ctypes.create_string_buffer(8)
        here, there = Vector(ctypes.addressof(buffer), 8), Vector(id(LIBC), 8)
        if LIBC.process_vm_readv(parent, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) < 0:
            raise OSError(ctypes.get_errno(), "process_vm_readv")
        return "read"

    def memory() -> str:
        with mmap.mmap(-1, 4 << 30) as reserved:
            return f"{len(reserved) >> 20} MB"

    def code_memory() -> str:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        return "mapped"

    def shared_memory() -> str:
        return f"segment {call(29, 0, 4096, 0o1600)}"

    def key_ring() -> str:
        return f"key {call(250, 0, -3, 0)}"

    return functions_of(locals())


def attempts(target: dict[str, Any]) -> dict[str, Callable[[], str]]:
    """Everything that is tried; each gives a word where it worked, and raises where it did not."""
    return {**on_files(target), **on_processes(target), **on_network(target), **on_memory(target)}


def attempt(act: Callable[[], str], confine: Callable[[], None]) -> str:
    """What came of one attempt in a child of its own."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        os.dup2(write_end, 0)
        if write_end > 2:
            os.close(write_end)
        signal.alarm(10)
        try:
            confine()
        except BaseException as error:  # noqa: BLE001  a forked child must not go on
            os.write(0, f"LAYER FAILED {error!r}".encode())
            os._exit(1)
        try:
            said = f"REACHED {act()}"
        except BaseException as error:  # noqa: BLE001  as above
            said = f"refused: {type(error).__name__} {error}"
        os.write(0, said.encode(errors="replace")[:200])
        os._exit(0)
    os.close(write_end)
    said = os.read(read_end, 4_096).decode()
    os.close(read_end)
    status = os.waitpid(pid, 0)[1]
    if said:
        return said
    return f"refused: killed by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "REACHED exec"


def outcomes(account: str, layers: tuple[str, ...], target: dict[str, Any]) -> dict[str, str]:
    """Every attempt behind these layers."""
    confine, _ = load_confined()
    tried = attempts(target)
    if account == "user" and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER)
        os.setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER)
    made = confine.Layers(layers, 512, 10)
    confine.confine_parent(made)
    return {name: attempt(act, lambda: confine.confine_child(made) if layers else None) for name, act in tried.items()}


def table(account: str, layers: tuple[str, ...]) -> dict[str, str]:
    """`outcomes` in a process of its own, with targets that this one holds."""
    folder = Path(tempfile.mkdtemp(prefix="break-out-"))
    folder.chmod(0o777)
    secret = folder / "secret"
    secret.write_text("SECRET")
    secret.chmod(0o666)
    name = f"vpd-break-out-{os.getpid()}"
    with (
        socket.socket() as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(8)
        udp.bind(("127.0.0.1", 0))
        abstract.bind("\0" + name)
        abstract.listen(8)
        target = {
            "host": os.getpid(), "secret": str(secret), "folder": str(folder), "abstract": name,
            "tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1],
        }  # fmt: skip
        command = [sys.executable, "-I", "-S", __file__, account, json.dumps(layers), json.dumps(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    if done.returncode:
        raise RuntimeError(done.stderr)
    read: dict[str, str] = json.loads(done.stdout)
    return read


def print_tables() -> None:
    """The whole table, for the documentation."""
    for account in ("root", "user"):
        columns = {name: table(account, layers) for name, layers in SETS.items()}
        print(f"\n{account:24}{''.join(f'{name:14}' for name in columns)}")
        for each in columns["all"]:
            print(
                f"{each:24}"
                + "".join(f"{'reached' if said[each].startswith('REACHED') else '-':14}" for said in columns.values())
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        found = outcomes(sys.argv[1], tuple(json.loads(sys.argv[2])), json.loads(sys.argv[3]))
        sys.stdout.write(json.dumps(found))
    else:
        print_tables()
