"""The sandbox starts and holds in odd places, at both levels, with many threads, and lives through the death of its parts."""

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from vpd.engine.errors import IsolationError
from vpd.engine.records import Isolation
from vpd.engine.sandbox import Limits, Sandbox

linux = pytest.mark.skipif(sys.platform != "linux", reason="the process table is read as Linux shows it")
PROGRAM = "def execute_command(image):\n    return len(find(image, 'dog'))\n"
ENGINE = Path(__file__).resolve().parents[2] / "engine"


def processes_below(parent: int) -> dict[int, str]:
    """Every process that descends from one, with its state."""
    table = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            table[int(folder.name)] = (int(fields[1]), fields[0])
    found: dict[int, str] = {}
    todo = [parent]
    while todo:
        above = todo.pop()
        for pid, (its_parent, state) in table.items():
            if its_parent == above:
                found[pid] = state
                todo.append(pid)
    return found


def count_of(folder: str) -> int:
    """How many entries a folder has."""
    return sum(1 for _ in Path(folder).iterdir())


def settled(condition: Callable[[], bool]) -> bool:
    """Whether something comes to be within some seconds."""
    for _ in range(500):
        if condition():
            return True
        threading.Event().wait(0.01)
    return False


def test_the_level_here_was_checked(sandbox: Sandbox) -> None:
    assert sandbox.isolation in (Isolation.KERNEL, Isolation.PROCESS)
    assert set(sandbox.why) == {"open a file", "make a socket", "fork"}
    assert set(sandbox.layers) == {"uid", "namespaces", "privileges", "landlock", "seccomp", "limits"}


@linux
def test_without_kernel_layers_the_level_is_process_and_says_why() -> None:
    with Sandbox(layers=("limits",), ready=0) as weak:
        assert weak.isolation is Isolation.PROCESS
        assert weak.layers["seccomp"] == "switched off"
        assert "switched off" in weak.describe()


@linux
def test_a_level_that_is_not_there_cannot_be_required() -> None:
    with pytest.raises(IsolationError, match="isolation kernel is required and process is what there is"):
        Sandbox(layers=("limits",), require=Isolation.KERNEL)


@linux
def test_limits_alone_are_no_kernel_level_even_where_they_stop_the_self_check() -> None:
    with Sandbox(layers=("uid", "limits"), ready=0) as weak:
        assert weak.isolation is Isolation.PROCESS


@linux
def test_a_fork_of_the_host_gets_children_of_its_own(scene: dict[str, Any]) -> None:
    with Sandbox(ready=1) as made:
        pid = os.fork()
        if pid == 0:
            try:
                right = made.run(PROGRAM, **scene).answer == 2
                made.close()
            finally:
                os._exit(0 if right else 1)
        assert os.waitpid(pid, 0)[1] == 0
        assert made.run(PROGRAM, **scene).answer == 2
        assert made._children.generation == 1  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def spawning() -> Iterator[Sandbox]:
    limits = Limits(program_seconds=0.5, wall_seconds=20, memory_mib=192, calls=10)
    with Sandbox(limits, fork=False, layers=("limits",), ready=1) as made:
        yield made


def test_children_that_are_started_one_by_one_reach_the_level_process(spawning: Sandbox) -> None:
    assert spawning.isolation is Isolation.PROCESS


def test_a_started_child_runs_a_program(spawning: Sandbox, scene: dict[str, Any]) -> None:
    done = spawning.run(PROGRAM, **scene)
    assert (done.answer, done.failure, done.isolation) == (2, None, Isolation.PROCESS)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("while True: pass\nanswer = 1", "program_time"),
        ("answer = [0] * 10 ** 9", "memory"),
        ("while True: exists(image, 'dog')\nanswer = 1", "calls"),
        ("while True: print('x' * 1000)\nanswer = 1", "printed"),
        ("answer = open('x')", "name"),
    ],
)
def test_a_started_child_keeps_the_limits(spawning: Sandbox, scene: dict[str, Any], source: str, kind: str) -> None:
    failure = spawning.run(source, **scene).failure
    assert failure is not None
    assert failure.kind == kind


def test_a_started_child_runs_many(spawning: Sandbox, scene: dict[str, Any]) -> None:
    done = list(spawning.run_many(PROGRAM, [scene["image"]] * 3, scene["tools"], scene["answer"]))
    assert [each.answer for each in done] == [2, 2, 2]


@linux
def test_a_started_child_can_have_all_layers_too(scene: dict[str, Any]) -> None:
    with Sandbox(fork=False, ready=0) as made, Sandbox(ready=0) as forking:
        assert made.isolation is forking.isolation
        assert made.run(PROGRAM, **scene).answer == 2


@linux
def test_closing_leaves_no_process(scene: dict[str, Any]) -> None:
    before = set(processes_below(os.getpid()))
    for fork in (True, False):
        with Sandbox(fork=fork) as made:
            made.run(PROGRAM, **scene)
        assert settled(lambda: set(processes_below(os.getpid())) <= before)


@linux
def test_no_descriptor_thread_or_zombie_is_left_behind(scene: dict[str, Any]) -> None:
    hostile = ["while True: pass\nanswer = 1", "answer = [0] * 10 ** 10", "answer = open('x')", "answer = 1 / 0", PROGRAM]
    with Sandbox(Limits(program_seconds=0.05)) as made:

        def all_of_them() -> None:
            for source in hostile:
                made.run(source, **scene)

        all_of_them()
        gc.collect()
        descriptors, threads = count_of("/proc/self/fd"), threading.active_count()
        for _ in range(6):
            all_of_them()
        gc.collect()
        assert settled(lambda: count_of("/proc/self/fd") <= descriptors)
        assert threading.active_count() <= threads
        assert settled(lambda: "Z" not in processes_below(os.getpid()).values())
        assert settled(lambda: len(processes_below(os.getpid())) <= 10)


@linux
def test_the_process_that_forks_is_replaced_when_it_dies(scene: dict[str, Any]) -> None:
    with Sandbox(ready=1) as made:
        for _ in range(3):
            for pid in processes_below(os.getpid()):
                with suppress(ProcessLookupError):  # its end takes its children along, perhaps before their turn
                    os.kill(pid, signal.SIGKILL)
            assert made.run(PROGRAM, **scene).answer == 2


@linux
def test_a_run_whose_parents_die_under_it_is_run_again(scene: dict[str, Any]) -> None:
    with Sandbox(ready=1) as made:
        mine = made._children.process.pid  # type: ignore[attr-defined]
        killed: list[int] = []

        def kill_once(tool: Any, arguments: dict[str, Any]) -> Any:
            if not killed:
                killed.append(mine)
                os.kill(mine, signal.SIGKILL)
            return scene["answer"](tool, arguments)

        done = made.run(PROGRAM, scene["image"], scene["tools"], kill_once)
        assert (done.answer, done.failure, len(done.calls)) == (2, None, 1)


@linux
def test_a_child_that_is_killed_is_a_failure(scene: dict[str, Any]) -> None:
    with Sandbox(Limits(program_seconds=20), ready=0) as made:

        def kill_child(tool: Any, arguments: dict[str, Any]) -> Any:
            forker = made._children.process.pid  # type: ignore[attr-defined]
            for pid in processes_below(forker):
                os.kill(pid, signal.SIGKILL)
            return scene["answer"](tool, arguments)

        failure = made.run(PROGRAM, scene["image"], scene["tools"], kill_child).failure
        assert failure is not None
        assert failure.kind == "died"
        assert made.run(PROGRAM, **scene).answer == 2


@linux
def test_children_die_with_their_host(tmp_path: Path) -> None:
    code = """
    import os, sys
    from vpd.engine.sandbox import Sandbox
    made = Sandbox(ready=2)
    print(made._children.process.pid, flush=True)
    sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    host = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    assert host.stdin is not None
    forker = int(host.stdout.readline())
    children = processes_below(host.pid)
    assert forker in children
    host.kill()
    host.wait()
    host.stdin.close()
    host.stdout.close()
    assert settled(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_a_shared_child_that_is_killed_costs_no_picture(scene: dict[str, Any]) -> None:
    with Sandbox(ready=0) as made:
        running = made.run_many(PROGRAM, [scene["image"]] * 4, scene["tools"], scene["answer"], share=4)
        answers = [next(running).answer]
        for pid in processes_below(made._children.process.pid):  # type: ignore[attr-defined]
            os.kill(pid, signal.SIGKILL)
        answers += [each.answer for each in running]
    assert answers == [2, 2, 2, 2]


@linux
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_it_starts_with_standard_streams_closed(tmp_path: Path, closed: str) -> None:
    code = """
    from pathlib import Path
    from vpd.engine.sandbox import Answered, Sandbox
    from vpd.tools.image import Image, ImageRef
    with Sandbox(ready=1) as made:
        done = made.run("answer = 7", Image(ImageRef("0" * 64, "x", 10, 10)), {}, lambda tool, given: Answered(1))
    Path("said").write_text(f"{done.answer} {done.failure}")
    """
    (tmp_path / "code.py").write_text(textwrap.dedent(code))
    subprocess.run(["/bin/sh", "-c", f'"{sys.executable}" code.py {closed}'], cwd=tmp_path, check=True)
    assert (tmp_path / "said").read_text() == "7 None"


@linux
def test_it_works_for_a_host_that_ignores_and_blocks_signals(tmp_path: Path) -> None:
    code = """
    import signal
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    from vpd.engine.sandbox import Answered, Sandbox
    from vpd.tools.image import Image, ImageRef
    with Sandbox(ready=1) as made:
        for _ in range(5):
            done = made.run("answer = 7", Image(ImageRef("0" * 64, "x", 10, 10)), {}, lambda tool, given: Answered(1))
    print(done.answer, done.failure)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.stdout == "7 None\n", said.stderr


@linux
@pytest.mark.parametrize("name", ["with blanks and 'quotes'", "ünïcode", "private"])
def test_it_starts_from_any_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    package = folder / "vpd"
    package.mkdir(parents=True)
    shutil.copytree(ENGINE, package / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ENGINE.parent / "tools", package / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    if name == "private":
        folder.chmod(0o700)
    code = f"""
    import sys
    sys.path.insert(0, {str(folder)!r})
    import vpd.engine.sandbox
    assert vpd.engine.sandbox.__file__.startswith({str(folder)!r}), vpd.engine.sandbox.__file__
    from vpd.engine.sandbox import Answered, Sandbox
    from vpd.tools.image import Image, ImageRef
    with Sandbox(ready=1) as made:
        done = made.run("answer = 7", Image(ImageRef("0" * 64, "x", 10, 10)), {{}}, lambda tool, given: Answered(1))
    print(done.answer, done.failure, made.isolation)
    """
    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said.stdout.startswith("7 None"), said.stderr


@linux
def test_the_confined_process_inherits_no_environment_and_no_descriptor(
    scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    read_end, write_end = os.pipe()
    os.set_inheritable(read_end, True)
    ours = Path(f"/proc/self/fd/{read_end}").readlink()
    with Sandbox(ready=1) as made:
        made.run(PROGRAM, **scene)
        for pid in processes_below(os.getpid()):
            with contextlib.suppress(OSError):  # it may have ended, and an ordinary user cannot look into it
                assert b"SECRET_KEY" not in Path(f"/proc/{pid}/environ").read_bytes()
                assert ours not in {held.readlink() for held in Path(f"/proc/{pid}/fd").iterdir()}
    os.close(read_end)
    os.close(write_end)


def test_the_confined_side_imports_nothing_of_the_rest(tmp_path: Path) -> None:
    boot = ENGINE / "sandbox" / "confined" / "boot.py"
    code = f"""
    import runpy, sys
    module = runpy.run_path({str(boot)!r})
    from pathlib import Path
    module["make_importable"](Path({str(boot)!r}).parent)
    from vpd.engine.sandbox.confined import forks
    heavy = {{"numpy", "torch", "pydantic", "PIL", "vpd.tools", "vpd.engine.records", "litellm"}} & set(sys.modules)
    sys.exit(str(heavy) if heavy else 0)
    """
    site = [str(Path(__import__(name).__file__ or "").parent.parent) for name in ("msgspec", "RestrictedPython")]
    text = f"import sys\nsys.path += {site!r}\n" + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@linux
def test_ten_thousand_programs_leave_everything_flat(scene: dict[str, Any]) -> None:
    def measure() -> tuple[int, int, int]:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return count_of("/proc/self/fd"), len(processes_below(os.getpid())), pages * 4 // 1024

    with Sandbox(Limits(program_seconds=1)) as made:

        def some(count: int) -> None:
            for number in range(count):
                source = f"answer = {number} / 0" if number % 7 == 0 else f"answer = {number} + len(find(image, 'dog'))"
                made.run(source, **scene)

        some(1_000)
        before = measure()
        some(9_000)
        after = measure()
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + 3
    assert after[2] <= before[2] + 30
