"""`vpd replay`: run stored traces again from their own record, and show what differs."""

from pathlib import Path
from typing import Annotated

import typer

from vpd.engine.characters import plain_text, shorten

__all__ = ["replay"]

LONGEST = 20_000
"""Characters of a difference on the terminal."""


def replay(
    traces: Annotated[Path, typer.Argument(help="A run directory, or a file of traces.", metavar="RUN")],
    trace: Annotated[list[str] | None, typer.Option(help="Id of a trace, or its first digits; all of them if left out.")] = None,
    toolset: Annotated[str, typer.Option("--set", help="The tool set of a file; a run directory names its own.")] = "scenes",
    most: Annotated[int, typer.Option(help="Differences that are shown.")] = 5,
) -> None:
    """Run traces again with every tool call answered from the record; exit code 1 where one differs outside of timings."""
    from vpd.distill.run_directory import FILES, RunDirectory  # the records and pydantic load with the command
    from vpd.engine.journal import read_records
    from vpd.engine.records import Trace
    from vpd.engine.replay_trace import replay_trace
    from vpd.engine.sandbox import Sandbox
    from vpd.tools.toolsets import open_toolset

    if traces.is_dir():
        toolset = RunDirectory(traces).settings.toolset
        traces /= FILES[Trace]
    tools = open_toolset(toolset)
    same = different = 0
    with Sandbox() as sandbox:
        for stored in read_records(traces, Trace):
            if trace and not any(stored.id.startswith(wanted) for wanted in trace):
                continue
            again = replay_trace(stored, sandbox, tools)
            if not again.difference:
                same += 1
                continue
            different += 1
            if different <= most:
                print(f"trace {stored.id} differs:\n{shorten(plain_text(again.difference), LONGEST)}")
    print(f"{same} traces gave the same again, {different} did not")
    if different:
        raise typer.Exit(1)
