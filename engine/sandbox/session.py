"""One run of one program: frames in, calls answered, clocks kept, one execution out."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from vpd.engine.records import Failure, FailureStage, Isolation, Step
from vpd.engine.sandbox.children import Gone, Late
from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.execution import Execution
from vpd.engine.sandbox.ledger import Ledger, Opened
from vpd.engine.sandbox.limits import Limits
from vpd.engine.sandbox.sizes import fits, size_of

__all__ = ["Child", "Children", "Clock", "Session", "budget_of", "failure_of_status", "limit"]

KILLED_BY = {
    31: ("died", "the child made a system call that is not allowed, and was killed"),
    24: ("program_time", "the program used more processor time than is allowed"),
    9: ("died", "the child was killed from outside, or by the kernel for lack of memory"),
    11: ("died", "the interpreter crashed"),
    6: ("died", "the interpreter gave up"),
    7: ("died", "the interpreter crashed"),
}
"""Signals that end a child, as a limit's name and in words."""
OUT_OF_MEMORY = 71
"""The exit status by which a child says so."""
WRITTEN_OUT = 10
"""Parts that a region is written out as, at most."""
STEP_BYTES = 262_144
"""Of all steps of a run as JSON; those beyond are left out, which is no failure."""


def limit(kind: str, message: str, line: int | None = None) -> Failure:
    """A limit that was reached."""
    return Failure(stage=FailureStage.LIMIT, kind=kind, message=message, line=line)


def failure_of_status(status: int | None) -> Failure:
    """Why a child is gone, by how it ended."""
    if status is None:
        return limit("died", "the process that forks children died, and its children with it")
    signal, code = status & 0x7F, status >> 8
    if signal:
        return limit(*KILLED_BY.get(signal, ("died", f"the child was ended by signal {signal}")))
    if code == OUT_OF_MEMORY:
        return limit("memory", "the program needs more memory than is allowed")
    return limit("died", f"the child ended without a word (exit status {code})")


def budget_of(limits: Limits) -> wire.Budget:
    """What the child counts itself."""
    return wire.Budget(
        limits.printed_bytes,
        limits.answer_bytes,
        limits.answer_nodes,
        limits.answer_depth,
        limits.steps,
        limits.source_characters,
    )


class Child(Protocol):
    """A confined process, however it was started."""

    def send(self, data: bytes, deadline: float) -> None:
        """Raises `Gone`, and `Late` where the child does not read."""

    def receive(self, deadline: float) -> wire.FromChild:
        """The next frame. Raises `Late`, `Gone`, and `wire.WireError` for what is none."""

    def finish(self) -> None:
        """The child has done its work."""

    def end(self) -> int | None:
        """Kill it; how it ended, None where its parent has gone too."""


class Children(Protocol):
    """Where children come from."""

    said: dict[str, str]

    def get(self) -> Child:
        """A child that is ready. Raises `IsolationError` where none can be had."""

    def close(self) -> None:
        """Kill all that is there."""


@dataclass
class Clock:
    """When a run must end, by the wall clock and by what the program and the tools have taken."""

    limits: Limits
    started: float
    program: float = 0.0
    """Seconds that the program has run."""
    tools: float = 0.0
    """Seconds that tools have taken."""
    tool_since: float | None = None
    """When the tool began that works now."""

    def child_deadline(self) -> float:
        """Until when the child must have said something."""
        wall = self.started + self.limits.wall_seconds
        return min(wall, monotonic() + self.limits.program_seconds - self.program)

    def overdue(self) -> Failure | None:
        """Which limit of time is over."""
        now, limits = monotonic(), self.limits
        if now - self.started >= limits.wall_seconds:
            return limit("wall_clock", f"the run took longer than {limits.wall_seconds:g} s")
        if self.program >= limits.program_seconds:
            return limit("program_time", f"the program itself ran longer than {limits.program_seconds:g} s")
        if self.tools + (now - self.tool_since if self.tool_since is not None else 0.0) >= limits.tool_seconds:
            return limit("tool_time", f"the tools took longer than {limits.tool_seconds:g} s")
        return None

    def next_look(self) -> float:
        """Seconds until whoever waits for the run should look at `overdue` again."""
        now = monotonic()
        times = [self.started + self.limits.wall_seconds]
        if self.tool_since is not None:
            times.append(self.tool_since + self.limits.tool_seconds - self.tools)
        else:
            times.append(now + self.limits.tool_seconds - self.tools)
        return max(0.0, min(times) - now)


class Session:
    """One run. `work` is done in a thread of the sandbox; `wait` in the caller's, which leaves at the deadline."""

    def __init__(
        self, ledger: Ledger, limits: Limits, isolation: Isolation, started: float | None = None, *, keep: bool = False
    ) -> None:
        self.keep = keep
        """Whether a child that has answered is left alive, in `kept`, for the same program on another picture."""
        self.kept: Child | None = None
        self.ledger, self.limits, self.isolation = ledger, limits, isolation
        self.clock = Clock(limits, monotonic() if started is None else started)
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.steps: list[Step] = []
        self.printed: list[str] = []
        self.printed_bytes = self.step_bytes = self.step_count = 0
        self.open_call: Opened | None = None
        self.child: Child | None = None
        self.execution: Execution | None = None
        self.orphaned = False
        """The process that forks died under the run: it can be run again."""
        self.gone = False
        """The child ended without a word."""
        self.error: BaseException | None = None

    def work(self, get: Callable[[], Child], start: wire.Run | wire.Next) -> None:
        """Run to the end and set `execution`; nothing is raised but into `error`."""
        try:
            child = get()
            with self.lock:
                if self.execution is not None:
                    child.finish()
                    return
                self.child = child
            child.send(wire.encode(start), self.clock.child_deadline())
            while not self.step(child):
                pass
        except Late:
            failure = self.clock.overdue() or limit(
                "program_time", f"the program itself ran longer than {self.limits.program_seconds:g} s"
            )
            self.finish(None, failure, kill=True)
        except Gone:
            self.finish(None, None, kill=True, gone=True)
        except wire.WireError as error:
            self.finish(None, limit("wire", f"the child sent what it must not: {error}"), kill=True)
        except BaseException as error:  # noqa: BLE001  raised again where the run is waited for
            self.error = error
            self.finish(None, limit("died", "the run was given up"), kill=True)
        finally:
            self.done.set()

    def step(self, child: Child) -> bool:
        """One frame of the child; whether it was the last."""
        began = monotonic()
        try:
            message = child.receive(self.clock.child_deadline())
        finally:
            self.clock.program += monotonic() - began
        if isinstance(message, wire.Done):
            self.note(message.steps, message.printed)
            self.check_answer(message.answer)
            answer = self.ledger.table.plain(message.answer)
            failure = self.too_large(answer) if message.failure is None else self.believe(message.failure)
            self.finish(None if failure else answer, failure)
            return True
        if not isinstance(message, wire.Call):
            text = "a frame of a kind that was not asked for"
            raise wire.WireError(text)
        return self.answer(child, message)

    def answer(self, child: Child, call: wire.Call) -> bool:
        """Answer one call; whether the run is over."""
        self.note(call.steps, call.printed)
        opened = self.ledger.open(call)
        if len(self.ledger.calls) >= self.limits.calls:
            self.finish(
                None, limit("calls", f"the program made more than {self.limits.calls} tool calls", call.line or None), kill=True
            )
            return True
        if self.over_recorded(call):
            return True
        with self.lock:
            self.open_call, self.clock.tool_since = opened, monotonic()
        finished, data = self.ledger.work_out(opened)
        with self.lock:
            if self.execution is not None:
                return True
            if self.clock.tool_since is not None:
                self.clock.tools += monotonic() - self.clock.tool_since
            self.open_call = self.clock.tool_since = None
            self.ledger.calls.append(finished)
        if self.over_recorded(call):
            return True
        overdue = self.clock.overdue()
        if overdue is not None:
            self.finish(None, overdue, kill=True)
            return True
        child.send(data, self.clock.child_deadline())
        return False

    def over_recorded(self, call: wire.Call) -> bool:
        """Whether the run is over because its calls take more of the record than they may."""
        most = self.limits.recorded_bytes
        if self.ledger.recorded > most:
            message = f"what the tools were given and gave takes more than {most} bytes: give them less, or call them less often"
            self.finish(None, limit("recorded", message, call.line or None), kill=True)
        return self.ledger.recorded > most

    def note(self, steps: list[wire.StepNote], printed: str) -> None:
        """Keep what the child says of itself, as far as it may say anything."""
        self.printed_bytes += len(printed.encode())
        self.step_count += len(steps)
        if self.printed_bytes > self.limits.printed_bytes or self.step_count > self.limits.steps:
            text = "more steps or printed text than a child keeps"
            raise wire.WireError(text)
        self.printed.append(printed)
        made = len(self.ledger.calls)
        for step in steps:
            names = self.ledger.table.plain(step.names)
            self.step_bytes += size_of(names)
            if self.step_bytes <= STEP_BYTES:
                self.steps.append(Step(line=step.line, kind=step.kind, after_call=made, names=names, source=step.source))

    def believe(self, note: wire.FailureNote) -> Failure:
        """A failure in the child's words; of a tool, in the host's own where it wrote one."""
        if note.stage == "tool" and note.call is not None and note.call < len(self.ledger.calls):
            own = self.ledger.calls[note.call].failure
            if own is not None:
                return own
        return Failure(stage=FailureStage(note.stage), kind=note.kind, message=note.message, line=note.line)

    def check_answer(self, answer: Any) -> None:
        """Raises `wire.WireError` for an answer as it came that an honest child would have refused itself."""
        limits = self.limits
        if not fits(answer, limits.answer_nodes, limits.answer_bytes, limits.answer_depth):
            text = "an answer that is larger than a child may send"
            raise wire.WireError(text)

    def too_large(self, answer: Any) -> Failure | None:
        """The failure of an answer whose regions and records, written out, are too large; a child cannot know."""
        limits = self.limits
        if fits(answer, limits.answer_nodes * WRITTEN_OUT, limits.answer_bytes):
            return None
        return limit("answer", "the answer is too large once it is written out: return a short text or a number")

    def finish(self, answer: Any, failure: Failure | None, *, kill: bool = False, gone: bool = False) -> None:
        """The run is over, unless it was before."""
        with self.lock:
            if self.execution is not None:
                return
            child, self.child = self.child, None
            if gone and child is not None:
                status = child.end()
                self.orphaned, self.gone = status is None, True
                failure = failure_of_status(status)
            calls = list(self.ledger.calls)
            if self.open_call is not None and failure is not None:
                calls.append(self.open_call.record(failure=failure))
            self.execution = Execution(
                calls=tuple(calls),
                steps=tuple(self.steps),
                printed="".join(self.printed),
                answer=answer,
                failure=failure,
                seconds=monotonic() - self.clock.started,
                isolation=self.isolation,
            )
        if child is not None and not gone:
            if kill:
                child.end()
            elif self.keep and failure is None:
                self.kept = child
            else:
                child.finish()

    def wait(self) -> Execution:
        """The execution, at the latest shortly after a deadline, also while a tool still works."""
        try:
            while not self.done.wait(self.clock.next_look() + 0.02):
                overdue = self.clock.overdue()
                if overdue is not None:
                    self.finish(None, overdue, kill=True)
                    break
        except BaseException:
            self.finish(None, limit("died", "the run was given up"), kill=True)
            raise
        if self.error is not None:
            raise self.error
        if self.execution is None:
            message = "a run ended without a result"
            raise RuntimeError(message)
        return self.execution
