"""The sandbox: programs in, executions out, at a level of isolation that was checked and not assumed."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from time import monotonic
from types import TracebackType
from typing import Self

from vpd.engine.errors import IsolationError
from vpd.engine.records import Failure, FailureStage, Isolation
from vpd.engine.sandbox.children import ForkedChildren, Gone, Late
from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.execution import Answer, Execution
from vpd.engine.sandbox.ledger import Ledger, callable_names
from vpd.engine.sandbox.limits import Limits
from vpd.engine.sandbox.session import Children, Session, budget_of, failure_of_status, limit
from vpd.engine.sandbox.spawning import SpawnedChildren
from vpd.engine.sandbox.workers import Workers
from vpd.tools.image import Image
from vpd.tools.tool import Tool

__all__ = ["LAYERS", "Sandbox"]

LAYERS = ("uid", "namespaces", "privileges", "landlock", "seccomp", "limits")
"""All that can lie around a child, outermost first."""
DEFAULT = Limits()
PROBES = ("open a file", "make a socket", "fork")


class Sandbox:
    """Runs programs in confined processes, one for each run; several threads may run programs at the same time.

    Raises `IsolationError` where the level that is reached is below `require`.
    """

    def __init__(
        self,
        limits: Limits = DEFAULT,
        *,
        require: Isolation = Isolation.PROCESS,
        ready: int = 2,
        layers: Iterable[str] = LAYERS,
        fork: bool = sys.platform == "linux",
    ) -> None:
        self.limits = limits
        self._workers = Workers()
        processor = int(limits.program_seconds) + 3
        kind = ForkedChildren if fork else SpawnedChildren
        self._children: Children = kind(tuple(layers), limits.memory_mib, processor, ready)
        self.why = {probe: self._probe(probe) for probe in PROBES}
        """What a confined child tried at the start, and how it was refused; `it worked` where it was not."""
        held = all(said != "it worked" for said in self.why.values())
        self.isolation = Isolation.KERNEL if held else Isolation.PROCESS
        if require is Isolation.KERNEL and self.isolation is not Isolation.KERNEL:
            self.close()
            message = f"isolation {require} is required and {self.isolation} is what there is: {self.describe()}"
            raise IsolationError(message)

    @property
    def layers(self) -> dict[str, str]:
        """Each layer and how it stands: `on`, or why it is not."""
        return dict(self._children.said)

    def describe(self) -> str:
        """Layers and self-check in words."""
        parts = [f"{name}: {said}" for name, said in self.layers.items()]
        parts += [f"to {probe}: {said}" for probe, said in self.why.items()]
        return "; ".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every child and the process that forks them."""
        self._children.close()
        self._workers.close()

    def run(self, source: str, image: Image, tools: Mapping[str, Tool], answer: Answer) -> Execution:
        """Run a program on one picture. Raises nothing for what the program does."""
        return self._run(source, None, image, tools, answer)

    def run_many(self, source: str, images: Iterable[Image], tools: Mapping[str, Tool], answer: Answer) -> Iterator[Execution]:
        """Run one program on many pictures, each in a child of its own; compiled once, in a child that runs nothing."""
        code, failure, seconds = self._compile(source)
        for image in images:
            if failure is not None:
                yield Execution((), (), "", None, failure, seconds, self.isolation)
            else:
                yield self._run(source, code, image, tools, answer)

    def check(self, source: str) -> Failure | None:
        """Why a program would not be run; None where it would. It is compiled in a child and not run."""
        return self._compile(source)[1]

    def _run(self, source: str, code: bytes | None, image: Image, tools: Mapping[str, Tool], answer: Answer) -> Execution:
        started = monotonic()
        if len(source) > self.limits.source_characters:
            return Execution((), (), "", None, self._too_long(source), 0.0, self.isolation)
        names = callable_names(tools)
        specs = [wire.ToolSpec(name, method=tool.takes_image) for name, tool in names.items()]
        for last_try in (False, True):
            ledger = Ledger(image, names, answer)
            session = Session(ledger, self.limits, self.isolation, started)
            text = source.encode(errors="replace").decode() if code is None else ""
            start = wire.Run(text, code, ledger.table.whole(), image.ref.height, specs, budget_of(self.limits))
            self._workers.start(lambda session=session, start=start: session.work(self._children.get, start))  # type: ignore[misc]
            execution = session.wait()
            if last_try or not session.orphaned:
                break
        return execution

    def _too_long(self, source: str) -> Failure:
        message = (
            f"the program has {len(source)} characters, at most {self.limits.source_characters} are allowed: write it shorter"
        )
        return Failure(stage=FailureStage.REFUSED, kind="source", message=message)

    def _compile(self, source: str) -> tuple[bytes | None, Failure | None, float]:
        started = monotonic()
        if len(source) > self.limits.source_characters:
            return None, self._too_long(source), 0.0
        text = source.encode(errors="replace").decode()
        try:
            said = self._ask(
                wire.Compile(text, budget_of(self.limits)), min(self.limits.program_seconds, self.limits.wall_seconds)
            )
        except Late:
            return None, limit("program_time", "the program could not be compiled in time"), monotonic() - started
        except Gone as gone:
            return None, failure_of_status(*gone.args), monotonic() - started
        except wire.WireError as error:
            return None, limit("wire", str(error)), monotonic() - started
        seconds = monotonic() - started
        if not isinstance(said, wire.Compiled):
            return None, limit("wire", "the child sent what it must not"), seconds
        if said.failure is not None:
            note = said.failure
            return None, Failure(stage=FailureStage(note.stage), kind=note.kind, message=note.message, line=note.line), seconds
        return said.code, None, seconds

    def _ask(self, message: wire.Compile | wire.Probe, seconds: float) -> wire.FromChild:
        """One question to a fresh child. Raises `Late`, `Gone` with how the child ended, `wire.WireError`."""
        child = self._children.get()
        deadline = monotonic() + seconds
        try:
            child.send(wire.encode(message), deadline)
            said = child.receive(deadline)
        except Gone:
            raise Gone(child.end()) from None
        except (Late, wire.WireError):
            child.end()
            raise
        child.finish()
        return said

    def _probe(self, act: str) -> str:
        """How a confined child was kept from doing something."""
        try:
            said = self._ask(wire.Probe(act), 10.0)
        except Gone as gone:
            return f"refused: {failure_of_status(*gone.args).message}"
        except (Late, wire.WireError) as error:
            return f"it worked, or nobody knows ({type(error).__name__})"
        return f"refused: {said.said}" if isinstance(said, wire.Probed) and said.refused else "it worked"
