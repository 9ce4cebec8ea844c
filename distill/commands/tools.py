"""Tools on the command line: `vpd tools list|show|run|check|measure|docs|new`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpd.distill.commands.console import say

if TYPE_CHECKING:
    from vpd.tools.registry import Registry

__all__ = ["tools_app"]

tools_app = typer.Typer(help="The functions that programs may call.", no_args_is_help=True)

Set = Annotated[str, typer.Option("--set", help="A tool set by name, or a TOML file: mine.toml or mine.toml:name.")]
Name = Annotated[str, typer.Argument(help="The tool's name, or one of its other names.")]


def opened(name: str, *, plugins: bool = True) -> "Registry":
    """The tools of a set; those that ask a language model are listed, and answer nothing here."""
    from vpd.tools.errors import ToolFailed  # the registry and pluggy load with the command
    from vpd.tools.knowledge import Knowledge
    from vpd.tools.toolsets import open_toolset

    def refuse(_question: str) -> str:
        raise ToolFailed("language model", "none is at hand here; `vpd ask` and `vpd run` bring one")

    return open_toolset(name, knowledge=Knowledge("model", refuse), plugins=plugins)


@tools_app.command("list")
def list_tools(toolset: Set = "lite") -> None:
    """List a set's tools: what a prompt shows, what can be called besides, their models and the weights of these."""
    from vpd.tools.memory import models_of
    from vpd.tools.toolsets import read_toolsets, weights_of
    from vpd.tools.weights import Catalogue, default_store, is_in_place

    tools = opened(toolset)
    for title, chosen in (("shown in a prompt", True), ("can be called besides", False)):
        print(f"{title}:")
        for tool in (tool for tool in tools.values() if tool.shown is chosen):
            other = f"  (also {', '.join(tool.aliases)})" if tool.aliases else ""
            print(f"    {tool.signature}{other}")
    models = models_of(tools.values())
    if models:
        print("models, loaded on first use, with the tools that use them:")
    for model in models:
        print(f"    {model}")
    names, catalogue, store = weights_of(tools.values()), Catalogue.read(), default_store()
    if names:
        print("weights, loaded on first use:")
    for name in names:
        entry = catalogue[name]
        here = "here" if all(is_in_place(file, entry.paths(store)[file.name]) for file in entry.files) else "not here"
        print(f"    {name}  {entry.size / 1e6:,.0f} MB, {here}, {entry.licence}")
    say(f"Tool sets: {', '.join(f'{each.name} ({each.about})' for each in read_toolsets().values())}")


@tools_app.command()
def show(name: Name, toolset: Set = "lite") -> None:
    """Print all that is known of a tool."""
    from vpd.tools.memory import models_of
    from vpd.tools.weights import Catalogue

    tool = opened(toolset)[name]
    print(f"{tool.signature}\n\n{tool.doc}\n")
    facts = {
        "version": tool.version,
        "other names": ", ".join(tool.aliases),
        "in prompts": "shown" if tool.shown else "not shown",
        "results": "cached" if tool.cacheable else "not cached",
        "batch": f"at most {tool.batch} requests at a time" if tool.batch else "one request at a time",
        "given up after": f"{tool.timeout:g} s",
        "tried again": f"{', '.join(error.__name__ for error in tool.retry)}: {tool.attempts} attempts" if tool.retry else "",
        "from": tool.source,
    }
    for label, fact in facts.items():
        if fact:
            print(f"{label + ':':<16}{fact}")
    for model in models_of([tool]):
        print(f"{'model:':<16}{model}")
    catalogue = Catalogue.read()
    for entry in (catalogue[weights] for weights in tool.weights):
        print(f"\nweights {entry.name}: {entry.about}. {entry.licence}\n{entry.unverified.strip()}")


@tools_app.command()
def run(
    name: Name,
    image: Annotated[Path, typer.Argument(help="A picture.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="name=value, value as JSON or plain text.")] = None,
    *,
    toolset: Set = "lite",
    region: Annotated[str | None, typer.Option(help="left,top,right,bottom in pixels; by default the whole picture.")] = None,
) -> None:
    """Call one tool on a picture and print what it gives, boxes in pixels of the whole picture."""
    import json

    from vpd.distill.commands.calling import call_on
    from vpd.distill.commands.downloads import following_downloads
    from vpd.tools.fetch import weights

    tool = opened(toolset)[name]
    with following_downloads() as progress:
        for needed in tool.weights:
            weights(needed, progress=progress)
    result: Any = call_on(tool, image, arguments or [], region)
    print(json.dumps(result, ensure_ascii=False, indent=1))


@tools_app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Tools of the set; all of them if none is named.")] = None,
    *,
    toolset: Set = "lite",
    examples: Annotated[int, typer.Option(help="Calls of each tool.", min=1)] = 50,
) -> None:
    """Try tools with generated arguments: wrong results, changed arguments, chance, errors that say nothing to a program."""
    from tempfile import TemporaryDirectory

    from vpd.tools.checking import check_tool, draw_pictures

    tools, faults = opened(toolset), 0
    with TemporaryDirectory() as folder:
        images = draw_pictures(Path(folder))
        for name in names or list(tools):
            found = check_tool(tools[name], images, examples=examples)
            told = "no fault found" if found.fault is None else f"FAULT: {found.fault}"
            print(f"{found.tool}: {found.calls} tries, {found.refused} refused by the tool; {told}")
            faults += found.fault is not None
    if faults:
        raise typer.Exit(1)


@tools_app.command()
def measure(
    toolset: Annotated[str, typer.Argument(metavar="SET", help="A tool set by name, or a TOML file.")],
    on: Annotated[Path, typer.Option("--on", help="A JSON Lines file of calls with known results; docs/tools.md has the form.")],
    out: Annotated[Path | None, typer.Option(help="Write the cards to this file, as JSON.")] = None,
) -> None:
    """Call each tool by itself on pictures where the result is known: accuracy, time, batches, memory."""
    import json

    from vpd.distill.commands.downloads import following_downloads
    from vpd.tools.card import measure_tool
    from vpd.tools.cases import read_cases
    from vpd.tools.fetch import weights
    from vpd.tools.placement import shared_placement

    tools, cases, cards = opened(toolset), read_cases(on), []
    print(f"{'tool':<20}{'right':>7}{'wrong':>7}{'refused':>9}{'first call':>12}{'later':>9}  a request in a batch of")
    for name in dict.fromkeys(case.tool for case in cases):
        tool = tools[name]
        with following_downloads() as progress:
            for needed in tool.weights:
                weights(needed, progress=progress)
        card = measure_tool(tool, [case for case in cases if case.tool == name])
        cards.append(card)
        batches = ", ".join(f"{size}: {seconds:.3f} s" for size, seconds in card.seconds_by_batch.items())
        times = f"{card.first_seconds:>10.2f} s{card.seconds:>7.3f} s"
        print(f"{name:<20}{card.right:>7}{card.wrong:>7}{card.refused:>9}{times}  {batches}")
        for mistake in card.mistakes:
            print(f"    {mistake}")
    held = shared_placement().held()
    for model in held:
        print(f"in memory: {model.name} on {model.device}, {model.size / 1e6:,.0f} MB")
    if out is not None:
        models = [model._asdict() for model in held]
        out.write_text(json.dumps({"cards": [card.as_json() for card in cards], "models": models}, indent=1) + "\n", "utf-8")
        say(f"The cards are in {out}")


@tools_app.command()
def docs(
    folder: Annotated[Path, typer.Argument(help="Where the pages go; pages made earlier are brought up to date.")],
    toolsets: Annotated[
        list[str] | None, typer.Option("--set", help="A tool set; again for more. By default those that ship, without plug-ins.")
    ] = None,
) -> None:
    """Write a page for each tool from its signature, docstring, settings and source."""
    from vpd.tools.pages import tool_pages, write_pages
    from vpd.tools.toolsets import read_toolsets
    from vpd.tools.weights import Catalogue

    sets = {name: opened(name, plugins=toolsets is not None) for name in toolsets or read_toolsets()}
    pages = tool_pages(sets, Catalogue.read())
    changed = write_pages(pages, folder)
    say(f"{len(pages)} pages in {folder}, {len(changed)} changed" + (f": {', '.join(changed)}" if changed else ""))


@tools_app.command()
def new(
    name: Annotated[str, typer.Argument(help="The tool's name, such as count_faces.")],
    folder: Annotated[Path, typer.Argument(help="Where the package's folder is made.")] = Path(),
) -> None:
    """Write a plug-in package with one tool and a test that passes."""
    from vpd.tools.scaffold import write_plugin

    made = write_plugin(name, folder)
    print(made)
    say(f"Next: pip install -e {made}, then pytest {made}")
