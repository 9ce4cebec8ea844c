"""One child's work: reads what the host wants, compiles, runs, asks the host for tools, reports; then it ends."""

import os
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

import msgspec

from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.confined.compiling import Compiled, compile_program, load_compiled
from vpd.engine.sandbox.confined.names import make_names
from vpd.engine.sandbox.confined.plain import Flattener, TooLarge
from vpd.engine.sandbox.confined.probing import try_to
from vpd.engine.sandbox.confined.recorder import Breach, Printer, Recorder
from vpd.engine.sandbox.confined.source import Refused
from vpd.engine.sandbox.confined.values import Record, Region, ToolError

__all__ = ["Channel", "serve_child"]

LONGEST_MESSAGE = 2_000


class Channel:
    """The child's end of the wire: two descriptors, which may be one."""

    def __init__(self, read_from: int, write_to: int) -> None:
        self.read_from, self.write_to = read_from, write_to

    def send(self, message: Any) -> None:
        """Raises `wire.WireError` where the frame is too long."""
        data = memoryview(wire.encode(message))
        while data:
            data = data[os.write(self.write_to, data) :]

    def send_noted(self, message: wire.Call | wire.Done) -> None:
        """Send, without the steps where they would not fit. Raises `wire.WireError` where the rest is too long as well."""
        try:
            self.send(message)
        except wire.WireError:
            self.send(msgspec.structs.replace(message, steps=[]))

    def receive(self) -> Any:
        """The next frame; `EOFError` where the host has gone."""
        data = wire.read_frame(lambda size: os.read(self.read_from, size))
        if data is None:
            raise EOFError
        return wire.decode_from_host(data)


def serve_child(channel: Channel) -> None:
    """Do what the host wants of this child."""
    job = channel.receive()
    if isinstance(job, wire.Probe):
        channel.send(try_to(job.act))
    elif isinstance(job, wire.Compile):
        channel.send(compile_only(job))
    elif isinstance(job, wire.Run):
        run_job(channel, job)


def compile_only(job: wire.Compile) -> wire.Compiled:
    """Byte code, or why there is none; the program is not run."""
    try:
        return wire.Compiled(compile_program(job.source, job.budget.source).to_bytes(), None)
    except Refused as refusal:
        return wire.Compiled(None, failure_of(refusal))


def failure_of(refusal: Refused) -> wire.FailureNote:
    """A refusal as it travels."""
    return wire.FailureNote(refusal.stage, refusal.kind, cut(refusal.message), refusal.line)  # type: ignore[arg-type]  # one of the stages


def run_job(channel: Channel, job: wire.Run) -> None:
    """Run a program on one picture, or on one after the other with fresh names."""
    try:
        program = load_compiled(job.code) if job.code is not None else compile_program(job.source, job.budget.source)
    except Refused as refusal:
        channel.send(wire.Done(None, failure_of(refusal), [], ""))
        return
    picture: wire.Run | wire.Next = job
    while True:
        Running(channel, program, job, picture).run()
        if not job.again:
            return
        picture = channel.receive()


class Running:
    """One program on one picture."""

    def __init__(self, channel: Channel, program: Compiled, job: wire.Run, picture: wire.Run | wire.Next) -> None:
        self.channel, self.program, self.budget = channel, program, job.budget
        self.height = picture.height
        self.recorder = Recorder(program.sites, job.budget.steps)
        self.printer = Printer(job.budget.printed)
        self.regions: dict[int, Region] = {}
        self.records: dict[int, Record] = {}
        self.image = self.add_region(picture.picture)
        tools = {tool.name: self.ask for tool in job.tools}
        methods = {tool.name: self.ask for tool in job.tools if tool.method}
        self.names = make_names(self.image, tools, methods, self.recorder, self.printer)

    def add_region(self, spec: wire.RegionSpec) -> Region:
        """What the program holds for a region of the host's table."""
        region = Region(spec, self.height)
        self.regions[spec.number] = region
        return region

    def ask(self, tool: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The host's answer to a call. Raises `ToolError` where there is none."""
        flattener = Flattener(10_000, 12, wire.FRAME_LIMIT // 2, strict=True)
        try:
            given = [flattener.flat(value) for value in arguments]
            named = {name.strip(): flattener.flat(value) for name, value in keywords.items()}
        except TooLarge as error:
            message = f"{tool}: the arguments are too large ({error})"
            raise ValueError(message) from None
        except TypeError as error:
            message = f"{tool}: {error}"
            raise TypeError(message) from None
        try:
            self.channel.send_noted(wire.Call(tool, given, named, line_of_call(), self.recorder.take(), self.printer.take()))
        except wire.WireError as error:
            message = f"{tool}: the arguments are too large ({error})"
            raise ValueError(message) from None
        reply = self.channel.receive()
        if isinstance(reply, wire.Stop):
            error_of_tool = ToolError(reply.message)
            error_of_tool.call = reply.call
            raise error_of_tool
        for region in reply.regions:
            self.add_region(region)
        for record in reply.records:
            fields = {name: self.live(value) for name, value in record.fields.items()}
            self.records[record.number] = Record(record.number, record.name, fields)
        return self.live(reply.value)

    def live(self, value: Any) -> Any:
        """A value as a program holds it."""
        kind = type(value)
        if kind is list:
            return [self.live(item) for item in value]
        if kind is dict:
            return {key: self.live(item) for key, item in value.items()}
        if kind is wire.RegionId:
            return self.regions[value.number]
        return self.records[value.number] if kind is wire.RecordId else value

    def run(self) -> None:
        """Run to the end, whatever it is, and report it."""
        answer, failure = None, None
        try:
            answer = self.result()
        except Breach as breach:
            failure = wire.FailureNote("limit", breach.kind, breach.message, None)
        except ToolError as error:
            failure = wire.FailureNote("tool", "ToolError", cut(str(error)), line_of_error(error), error.call)
        except MemoryError:
            failure = wire.FailureNote("limit", "memory", "the program needs more memory than is allowed", None)
        except BaseException as error:  # noqa: BLE001  where the program ends: whatever it raised is its failure
            failure = wire.FailureNote("run", kind_of(error), cut(self.explain(error)), line_of_error(error))
        if self.printer.breach is not None:
            failure = wire.FailureNote("limit", self.printer.breach.kind, self.printer.breach.message, None)
        if failure is None:
            answer, failure = self.flatten(answer)
        self.report(None if failure else answer, failure)

    def result(self) -> Any:
        """Run the program; its answer as it holds it."""
        exec(self.program.code, self.names)  # noqa: S102  this is what the confinement is for
        if not self.program.entry:
            return self.names.get("answer")
        if self.recorder.called:
            return self.recorder.returned
        entry = self.names[self.program.entry]
        return entry(*self.parameters_of(entry)) if type(entry) is type(serve_child) else entry

    def parameters_of(self, entry: Any) -> list[Any]:
        """The image first, then what ViperGPT hands in after it: tools by their names, no choices, no question."""
        code: CodeType = entry.__code__
        names = code.co_varnames[: code.co_argcount]
        wanted = names[: code.co_argcount - len(entry.__defaults__ or ())] or names[:1]
        given: list[Any] = []
        for place, name in enumerate(wanted):
            if place == 0:
                given.append(self.image)
            elif name in ("query", "question"):
                given.append("")
            elif name in ("possible_answers", "choices", "options"):
                given.append([])
            else:
                given.append(self.names.get(name))
        return given

    def flatten(self, answer: Any) -> tuple[Any, wire.FailureNote | None]:
        """The answer as it travels, or which budget it breaks."""
        budget = self.budget
        try:
            return Flattener(budget.answer_nodes, budget.answer_depth, budget.answer_bytes).flat(answer), None
        except TooLarge as error:
            return None, wire.FailureNote(
                "limit", "answer", f"the answer is too large ({error}): return a short text or a number", None
            )
        except RecursionError:
            return None, wire.FailureNote(
                "limit", "answer", "the answer is nested too deeply: return a short text or a number", None
            )
        except MemoryError:
            return None, wire.FailureNote("limit", "memory", "the program needs more memory than is allowed", None)
        except BaseException as error:  # noqa: BLE001  an answer that is a generator runs the program still
            return None, wire.FailureNote("run", kind_of(error), cut(str(error)), line_of_error(error))

    def report(self, answer: Any, failure: wire.FailureNote | None) -> None:
        """The last frame."""
        self.channel.send_noted(wire.Done(answer, failure, self.recorder.take(), self.printer.take()))

    def explain(self, error: BaseException) -> str:
        """An exception's words; of a name that is not there, with what is there."""
        try:
            words = str(error)
        except Exception:  # noqa: BLE001  a program may raise what cannot say what it is
            return "an error that cannot be shown"
        if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
            words = words.replace("' _", "'_")
            tools = sorted(name for name, value in self.names.items() if type(value).__name__ == "ToolFunction")
            words += f"; the tools are: {', '.join(tools) or 'none'}"
        return words


def cut(text: str) -> str:
    """At most so many characters, none of them half."""
    return text[:LONGEST_MESSAGE].encode(errors="replace").decode()


def kind_of(error: BaseException) -> str:
    """The name of an exception's type."""
    return type(error).__name__[:100]


def line_of_call() -> int:
    """The program's line that is being run."""
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename != "<program>":
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def line_of_error(error: BaseException) -> int | None:
    """The program's innermost line that an error passed through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<program>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def guarded(serve: Callable[[], None]) -> int:
    """The exit status of a child: 0, 71 where memory ran out at last, 70 where something else of ours went wrong."""
    try:
        serve()
    except EOFError:
        return 0
    except MemoryError:
        return 71
    except BaseException:  # noqa: BLE001  nothing may leave a forked child
        return 70
    return 0
