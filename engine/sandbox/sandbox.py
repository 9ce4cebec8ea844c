"""The sandbox: programs in, executions out, at a level of isolation that was checked and not assumed."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Self

from vpd.engine.characters import clean
from vpd.engine.errors import IsolationError
from vpd.engine.records import Failure, FailureStage, Isolation
from vpd.engine.sandbox.children import ForkedChildren, Gone, Late
from vpd.engine.sandbox.codes import Code, Codes
from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.execution import Answer, Execution
from vpd.engine.sandbox.ledger import Ledger, callable_names
from vpd.engine.sandbox.limits import Limits
from vpd.engine.sandbox.session import Child, Children, Session, budget_of, failure_of_status, limit
from vpd.engine.sandbox.spawning import SpawnedChildren
from vpd.engine.sandbox.workers import Workers
from vpd.tools.image import Image
from vpd.tools.tool import Tool

__all__ = ["LAYERS", "Sandbox"]

LAYERS = ("uid", "namespaces", "privileges", "landlock", "seccomp", "limits")
"""All that can lie around a child, outermost first."""
DEFAULT = Limits()
WORKED = "it worked"
KILLED_BY_FILTER = 31
"""SIGSYS, by which seccomp kills."""
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
        self._codes = Codes()
        processor = int(limits.program_seconds) + 3
        kind = ForkedChildren if fork else SpawnedChildren
        self._children: Children = kind(tuple(layers), limits.memory_mib, processor, ready)
        self.why = {probe: self._probe(probe) for probe in PROBES}
        """What a confined child tried at the start, and how it was refused; `it worked` where it was not."""
        filtered = self.layers.get("seccomp") == "on"  # without it, limits alone could make all three fail and hold little else
        held = all(said != WORKED for said in self.why.values())
        self.isolation = Isolation.KERNEL if filtered and held else Isolation.PROCESS
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
        """Run a program on one picture. Raises nothing for what the program does.

        A program that is run for the second time is compiled for all later times, in a child that runs nothing.
        """
        text = clean(source)
        code, seen = self._codes.find(text)
        if code is None and seen:
            code = self._compile(text)
        return self._run(text, code, image, tools, answer)

    def run_many(
        self, source: str, images: Iterable[Image], tools: Mapping[str, Tool], answer: Answer, *, share: int = 1
    ) -> Iterator[Execution]:
        """Run one program on many pictures; compiled once, in a child that runs nothing, and streamed.

        `share` pictures in a row have one child, with fresh names each. With 1, the default, every picture has a child of its
        own; with more, a program that breaks the policy could carry something from one of its pictures to the next, not further.
        """
        text = clean(source)
        code = self._codes.find(text)[0] or self._compile(text)
        kept: Child | None = None
        used = 0
        try:
            for image in images:
                used = used + 1 if kept is not None else 1
                execution, kept = self._run_in(kept, text, code, image, tools, answer, keep=used < share)
                yield execution
        finally:
            if kept is not None:
                kept.finish()

    def check(self, source: str) -> Failure | None:
        """Why a program would not be run; None where it would. It is compiled in a child and not run."""
        text = clean(source)
        return (self._codes.find(text)[0] or self._compile(text)).failure

    def _run(self, text: str, code: Code | None, image: Image, tools: Mapping[str, Tool], answer: Answer) -> Execution:
        return self._run_in(None, text, code, image, tools, answer)[0]

    def _run_in(
        self,
        kept: Child | None,
        text: str,
        code: Code | None,
        image: Image,
        tools: Mapping[str, Tool],
        answer: Answer,
        *,
        keep: bool = False,
    ) -> tuple[Execution, Child | None]:
        """Run in a child that was kept from the picture before, or in a fresh one; the child too, where it is to be kept.

        Where a kept child died, or the parent of a fresh one, the run is begun again, once.
        """
        started = monotonic()
        failure = self._too_long(text) if code is None else code.failure
        if failure is not None:
            return Execution((), (), "", None, failure, monotonic() - started, self.isolation), kept
        names = callable_names(tools)
        for last_try in (False, True):
            ledger = Ledger(image, names, answer)
            session = Session(ledger, self.limits, self.isolation, started, keep=keep)
            whole, height = ledger.table.whole(), image.ref.height
            if kept is not None:
                self._workers.start(partial(session.work, partial(same, kept), wire.Next(whole, height)))
            else:
                data = None if code is None else code.data
                specs = [wire.ToolSpec(name, method=tool.takes_image) for name, tool in names.items()]
                budget = budget_of(self.limits)
                start = wire.Run(text if data is None else "", data, whole, height, specs, budget, again=keep)
                self._workers.start(partial(session.work, self._children.get, start))
            execution = session.wait()
            if last_try or not (session.orphaned or (kept is not None and session.gone)):
                break
            kept = None
        return execution, session.kept

    def _too_long(self, text: str) -> Failure | None:
        most = self.limits.source_characters
        if len(text) <= most:
            return None
        message = f"the program has {len(text)} characters, at most {most} are allowed: write it shorter"
        return Failure(stage=FailureStage.REFUSED, kind="source", message=message)

    def _compile(self, text: str) -> Code:
        """Compile in a fresh child, and keep what it says unless it could not say anything."""
        failure = self._too_long(text)
        if failure is not None:
            return Code(None, failure)
        try:
            seconds = min(self.limits.program_seconds, self.limits.wall_seconds)
            said = self._ask(wire.Compile(text, budget_of(self.limits)), seconds)
        except Late:
            return Code(None, limit("program_time", "the program could not be compiled in time"))
        except Gone as gone:
            return Code(None, failure_of_status(*gone.args))
        except wire.WireError as error:
            return Code(None, limit("wire", str(error)))
        if not isinstance(said, wire.Compiled) or (said.code is None) == (said.failure is None):
            return Code(None, limit("wire", "the child sent what it must not"))
        note = said.failure
        if note is not None:
            failure = Failure(stage=FailureStage(note.stage), kind=note.kind, message=note.message, line=note.line)
        code = Code(said.code, failure)
        self._codes.keep(text, code)
        return code

    def _ask(self, message: wire.Compile | wire.Probe, seconds: float) -> wire.FromChild:
        """One question to a fresh child, a second time where its parent died under it.

        Raises `Late`, `Gone` with how the child ended, `wire.WireError`.
        """
        try:
            return self._ask_once(message, seconds)
        except Gone as gone:
            if gone.args != (None,):
                raise
            return self._ask_once(message, seconds)

    def _ask_once(self, message: wire.Compile | wire.Probe, seconds: float) -> wire.FromChild:
        """One question to one child."""
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
        """How a confined child was kept from doing something. Raises `IsolationError` where no child can do its work at all."""
        try:
            said = self._ask(wire.Probe(act), 10.0)
        except Gone as gone:
            status = gone.args[0]
            if status is not None and status & 0x7F == KILLED_BY_FILTER:
                return f"refused: {failure_of_status(status).message}"
            message = f"a confined child that was to try to {act} did not work: {failure_of_status(status).message}"
        except (Late, wire.WireError) as error:
            message = f"a confined child that was to try to {act} did not answer ({type(error).__name__} {error})"
        else:
            return f"refused: {said.said}" if isinstance(said, wire.Probed) and said.refused else WORKED
        self.close()
        raise IsolationError(message)


def same(child: Child) -> Child:
    """The child itself."""
    return child
