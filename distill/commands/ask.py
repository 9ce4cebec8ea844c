"""`vpd ask`: one question of one photograph."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpd.distill.commands.console import following, say
from vpd.engine.characters import plain_text, shorten

if TYPE_CHECKING:
    from vpd.distill.ask import Answer

__all__ = ["ask"]

SHOWN, LONGEST = 160, 2_000
"""Characters of an argument or a result on the terminal, and of an answer."""


def ask(
    question: Annotated[str, typer.Argument(help="What to ask.")],
    picture: Annotated[Path, typer.Argument(help="A picture's file.")],
    llm: Annotated[str, typer.Option(help="Language model, as litellm takes it, or local/NAME.")] = "local/qwen2.5-coder-1.5b",
    toolset: Annotated[str, typer.Option(help="Name or file of the tool set.")] = "lite",
    draws: Annotated[int, typer.Option(min=1, max=100, help="Programs drawn; the answer that most give is taken.")] = 5,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Of the language model.")] = 0.5,
    isolation: Annotated[str, typer.Option(help="Weakest confinement to run at: kernel or process.")] = "process",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the trace as a page.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where draws and tool results are cached.")] = None,
) -> None:
    """Answer a question about a photograph by a program, and show the program and its calls."""
    from vpd.distill.ask import AskError, answer_question, knowledge_of  # these load pydantic: not with --help
    from vpd.distill.caches import cache_folder
    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.report import render_trace, write_page
    from vpd.distill.report.trace_view import TraceStory
    from vpd.engine.completers import Sampling, open_completer
    from vpd.engine.records import Isolation
    from vpd.tools.toolsets import open_toolset

    if isolation not in set(Isolation):
        message = f"no level of isolation is called {isolation!r}; there is: {', '.join(Isolation)}"
        raise AskError(message)
    with (
        following_downloads() as downloads,
        open_completer(llm, cache=cache_folder("draws", cache), progress=downloads) as completer,
    ):
        tools = open_toolset(toolset, knowledge=knowledge_of(completer))
        with following("programs", draws) as advance:
            answer = answer_question(
                question,
                picture,
                tools,
                completer,
                Sampling(temperature=temperature, max_tokens=320),
                draws=draws,
                isolation=Isolation(isolation),
                results=cache_folder("results", cache),
                advance=advance,
                downloads=downloads,
            )
    show(answer)
    if html is not None:
        write_page(html, render_trace(TraceStory(question, answer.trace, program=answer.program)))
        say(f"The trace is in {html}")
    if answer.text is None:
        raise typer.Exit(3)


def show(answer: "Answer") -> None:
    """Answer, votes, program and calls on standard output: cut, and without signs that a terminal would obey."""
    trace = answer.trace
    votes = f"{answer.votes} of {len(answer.draws)} programs say so. The first of them:"
    if answer.text is None:
        failure = trace.failure
        why = f"{failure.stage}: {failure.message}" if failure else "it gave no answer"
        print(f"no answer: none of {len(answer.draws)} programs gave one; the first: {shorten(plain_text(why), LONGEST)}")
    else:
        print(f"{shorten(plain_text(answer.text), LONGEST)}\n\n{votes}")
    print()
    print("\n".join(f"    {line}" for line in plain_text(trace.source).splitlines()))
    print()
    for call in trace.calls:
        given = ", ".join(in_a_line(value) for value in call.arguments.values())
        came = call.failure.message if call.failure else in_a_line(call.result)
        print(plain_text(f"    {call.tool}({shorten(given, LONGEST)}) = {came}{'  (cached)' if call.cached else ''}"))
    print(f"\n    {trace.seconds:.2f} s at isolation level {trace.isolation}; {answer.program.model}")


def in_a_line(value: Any) -> str:
    """A value as a line shows it: a region by its label and whole pixels."""
    from vpd.distill.rationales.regions import is_region  # loads pydantic: not with --help

    if is_region(value):
        left, top, right, bottom = (round(edge) for edge in value["region"])
        return f"{value.get('label') or 'image'}[{left} {top} {right} {bottom}]"
    if isinstance(value, list):
        text = f"[{', '.join(map(in_a_line, value[:20]))}{', ...' if len(value) > 20 else ''}]"
    else:
        text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
