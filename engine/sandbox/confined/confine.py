"""The layers around a child: which there are, and how they are entered, some once where children are forked, some in each."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

try:  # not on Windows; and not to be found any more once the account has changed
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

__all__ = ["Layers", "confine_child", "confine_parent", "enter_what_works", "keep_what_works"]

NOBODY = 65_534
FIRST_UID, LAST_UID = 1_879_048_192, 1_946_157_055
"""Ids that no account, container or systemd unit is given."""
ALL = ("uid", "namespaces", "privileges", "landlock", "seccomp", "limits")


@dataclass
class Layers:
    """What could be had, and what is kept ready for the children."""

    wanted: tuple[str, ...] = ALL
    memory: int = 512
    """MiB of address space for a child."""
    processor: int = 30
    """Seconds of processor time for a child; a backstop behind the host's clocks."""
    forks: bool = True
    """Whether the process forks children; else it is the only child itself."""
    said: dict[str, str] = field(default_factory=dict)
    """Each layer and how it stands: `on`, or why it is not."""
    enter: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    """What each child still has to do, in order, with the layer that it belongs to."""

    def add(self, name: str, act: Callable[[], object]) -> bool:
        """Do one thing for a layer and note how it went."""
        if name not in self.wanted:
            self.said[name] = "switched off"
            return False
        try:
            act()
        except (OSError, ImportError, AttributeError, ValueError) as error:
            self.said[name] = f"not to be had ({error})"
            return False
        self.said[name] = "on"
        return True


def confine_parent(layers: Layers) -> None:
    """Enter what does not hinder forking, and make ready what a child enters; call it when all imports are done."""
    if sys.platform != "linux":
        for name in ("namespaces", "privileges", "landlock", "seccomp"):
            layers.said[name] = "only on Linux"
        layers.add("limits", lambda: prepare_limits(layers))
        return
    from vpd.engine.sandbox.confined import kernel, landlock, seccomp  # they look for Linux's own calls when they load

    parent = os.getpid()
    if os.getuid() == 0:
        layers.add("namespaces", lambda: kernel.unshare(kernel.NEW_NET | kernel.NEW_IPC | kernel.NEW_UTS))
        layers.add("uid", drop_root)
    else:
        layers.said["uid"] = f"on (an ordinary user, {os.getuid()})"
        layers.said["namespaces"] = "only as root"
    if layers.forks:  # the signal comes when the parent's thread ends, which of a host's threads says nothing
        layers.enter.append(("privileges", lambda: kernel.die_with_parent(parent)))

    def privileges() -> None:
        kernel.forbid_new_privileges()
        kernel.hide_memory()

    layers.add("privileges", privileges)

    def prepare_landlock() -> None:
        ruleset = landlock.make_ruleset()
        layers.enter.append(("landlock", lambda: landlock.restrict_self(ruleset)))

    layers.add("landlock", prepare_landlock)
    layers.enter.append(("limits", lambda: os.closerange(3, 1_024)))
    layers.add("limits", lambda: prepare_limits(layers))
    layers.add("seccomp", lambda: layers.enter.append(("seccomp", seccomp.Filter().enter)))


def drop_root() -> None:
    """Become an account that nobody uses, with no groups and no rights."""
    os.setgroups([])
    for uid in (FIRST_UID + os.getpid() % (LAST_UID - FIRST_UID), NOBODY):
        try:
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        except OSError:
            if uid == NOBODY:
                raise
        else:
            return


def prepare_limits(layers: Layers) -> None:
    """Set what a fork hands on, and leave to the children what would bind their parent."""
    if resource is None:
        message = "the platform has none"
        raise OSError(message)
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, getattr(resource, "RLIMIT_MEMLOCK", None)):
        if kind is not None:
            resource.setrlimit(kind, (0, 0))
    memory, processor = layers.memory << 20, layers.processor

    def enter() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))

    layers.enter.append(("limits", enter))


def confine_child(layers: Layers) -> None:
    """Enter all that was made ready. Raises `OSError` where the kernel refuses what it promised."""
    for _, step in layers.enter:
        step()


def keep_what_works(layers: Layers) -> None:
    """Try each step in a child of its own, behind those before it; a layer that the kernel refuses is left out and named."""
    working: list[tuple[str, Callable[[], None]]] = []
    for name, step in layers.enter:
        pid = os.fork()
        if pid == 0:
            try:
                for _, earlier in working:
                    earlier()
                step()
            except (OSError, ValueError):
                os._exit(1)
            os._exit(0)
        if os.waitpid(pid, 0)[1] == 0:
            working.append((name, step))
        else:
            layers.said[name] = "not to be had (the kernel refuses it)"
    layers.enter[:] = working


def enter_what_works(layers: Layers) -> None:
    """Enter step by step where there is one child only; a layer that is refused is left out and named."""
    for name, step in layers.enter:
        try:
            step()
        except (OSError, ValueError) as error:
            layers.said[name] = f"not to be had ({error})"
