"""An interpreter that is fully owned reaches nothing: raw Python behind the kernel's layers, as root and as an ordinary user."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")

Table = Callable[[str, tuple[str, ...]], dict[str, str]]
ALL = ("uid", "namespaces", "privileges", "landlock", "seccomp", "limits")
ACCOUNTS = ("root", "user") if hasattr(os, "getuid") and os.getuid() == 0 else ("user",)
HARMLESS_WITHOUT_SECCOMP = {"stat", "signal_all", "code_memory", "namespace", "shared_memory", "key_ring"}
"""What only seccomp keeps away; none of it reads a file's content, reaches the network, a process or foreign memory."""


@pytest.fixture(scope="session")
def table() -> Table:
    spec = importlib.util.spec_from_file_location("break_out", Path(__file__).parent / "break_out.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Table = module.table
    return made


def reached(said: dict[str, str]) -> set[str]:
    assert not [each for each in said.values() if each.startswith("LAYER FAILED")]
    return {name for name, each in said.items() if each.startswith("REACHED")}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_without_layers_the_attempts_succeed(table: Table, account: str) -> None:
    assert {"read", "write", "fork", "thread", "execute", "tcp", "udp", "abstract", "memory"} <= reached(table(account, ()))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_with_all_layers_nothing_is_reached(table: Table, account: str) -> None:
    assert reached(table(account, ALL)) == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_without_landlock_seccomp_alone_holds(table: Table, account: str) -> None:
    assert reached(table(account, tuple(layer for layer in ALL if layer != "landlock"))) == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_without_seccomp_no_file_network_process_or_memory_is_reached(table: Table, account: str) -> None:
    assert reached(table(account, tuple(layer for layer in ALL if layer != "seccomp"))) <= HARMLESS_WITHOUT_SECCOMP


@pytest.mark.parametrize("account", ACCOUNTS)
def test_without_limits_only_memory_is_unbounded(table: Table, account: str) -> None:
    assert reached(table(account, tuple(layer for layer in ALL if layer != "limits"))) <= {"memory"}
