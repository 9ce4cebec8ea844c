"""Programs on pictures: one trace for each pair, streamed as they end."""

import logging
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Trace
from vpd.engine.sandbox import Execution, Sandbox
from vpd.tools.image import Image, ImageRef
from vpd.tools.registry import Registry

__all__ = ["ProgramRun", "run_programs", "trace_id"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProgramRun:
    """One program and the pictures it is to be run on."""

    program: str
    """`Program.source_sha256`."""
    source: str
    images: tuple[ImageRef, ...]


def trace_id(program: str, image: ImageRef, tools: Registry) -> str:
    """The id that the trace of a program on a picture has."""
    return Trace.id_for(program=program, image_sha256=image.sha256, tools=tools.pins)


def run_programs(
    runs: Iterable[ProgramRun],
    sandbox: Sandbox,
    tools: Registry,
    dispatcher: Dispatcher,
    *,
    done: Container[str] = frozenset(),
    workers: int = 2,
    share: int = 1,
) -> Iterator[Trace]:
    """Traces of all pairs whose trace id is not in `done`; each program is compiled once, `workers` programs run at a time.

    `share` pictures of one program run in one confined child, one after the other; 1 gives every picture a child of its own.
    """
    ended: SimpleQueue[Trace | BaseException | None] = SimpleQueue()
    stop = Event()

    def work(run: ProgramRun, missing: Sequence[ImageRef]) -> None:
        """Run one program on its pictures, and hand each trace over as it ends."""
        try:
            images = [Image(ref) for ref in missing]
            executions = sandbox.run_many(run.source, images, tools, dispatcher.answer, share=share)
            for ref, execution in zip(missing, executions, strict=True):
                ended.put(trace_of(run, ref, tools, execution))
                if stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  a thread's error is raised where its results are read
            ended.put(error)
        finally:
            ended.put(None)

    with ThreadPoolExecutor(workers, thread_name_prefix="program") as pool:
        under_way = 0
        for run in runs:
            missing = [ref for ref in run.images if trace_id(run.program, ref, tools) not in done]
            if missing:
                pool.submit(work, run, missing)
                under_way += 1
        try:
            while under_way:
                item = ended.get()
                if item is None:
                    under_way -= 1
                elif isinstance(item, BaseException):
                    raise item
                else:
                    yield item
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def trace_of(run: ProgramRun, image: ImageRef, tools: Registry, execution: Execution) -> Trace:
    """An execution as a record."""
    return Trace(
        program=run.program,
        source=run.source,
        image=image,
        image_sha256=image.sha256,
        tools=tools.pins,
        isolation=execution.isolation,
        calls=execution.calls,
        steps=execution.steps,
        printed=execution.printed,
        answer=execution.answer,
        failure=execution.failure,
        seconds=execution.seconds,
    )
