"""`vpd rivals`: language models that reason without programs, beside a run's traces."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vpd.distill.commands.console import following, results, say

if TYPE_CHECKING:
    from vpd.distill.rivals import Row

__all__ = ["rivals", "show_rows"]


def rivals(
    directory: Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")],
    llm: Annotated[str, typer.Option(help="Language model, as litellm takes it, local/NAME, or replay:FILE.")],
    rival: Annotated[
        list[str] | None,
        typer.Option(help="llava: it writes the question too. reasoning: it answers the run's. Both by default."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Training questions that are compared at most.")] = 200,
    draws: Annotated[int, typer.Option(min=1, help="Replies to each.")] = 1,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Of the language model.")] = 0.5,
    listing: Annotated[
        Path | None,
        typer.Option(help="A scenes.jsonl: tell the true listing of each picture instead of what the run's tools found."),
    ] = None,
    policy: Annotated[list[str] | None, typer.Option(help="Also show the traces that this policy chooses.")] = None,
    teach: Annotated[
        Path | None, typer.Option(metavar="DIRECTORY", help="Write one rival's rationales as a run, for vpd train and vpd mix.")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="Where draws are cached.")] = None,
) -> None:
    """Have a language model reason about the same pictures without programs, and compare: right, founded, words, cost."""
    from vpd.distill.caches import cache_folder  # the records and pydantic load with the first command that needs them
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.errors import RunError
    from vpd.distill.rivals import compare
    from vpd.distill.rivals.stage import ask_all, told_in, what_is_seen
    from vpd.distill.rivals.teaching import write_taught
    from vpd.distill.run_directory import RunDirectory
    from vpd.engine.completers import Sampling, open_completer

    if teach is not None and len(rival or ()) != 1:
        message = "a student is taught from one rival: name it, --rival llava or --rival reasoning"
        raise RunError(message)
    with RunDirectory(directory) as run:
        policies = [read_policy(name) for name in dict.fromkeys((run.settings.policy, "none", *(policy or ())))]
        seen = what_is_seen(run, listing, limit)
        sampling = Sampling(temperature=temperature, max_tokens=run.settings.max_tokens, seed=run.settings.draw_seed)
        with (
            following_downloads() as downloads,
            open_completer(llm, cache=cache_folder("draws", cache), progress=downloads) as completer,
            following("rivals", None) as advance,
        ):
            ask_all(run, rival or (), seen, completer, sampling, advance, draws=draws)
            told = told_in(run, seen, completer.model, sampling)
        asked = [question for _, question in seen.asked]
        show_rows(compare(run, told, policies, asked))
        if teach is not None:
            number = write_taught(run, [one for one in told if one.rival in (rival or ())], asked, teach)
            say(f"{teach} is a run of {number} rationales; go on with: vpd train {teach}")


def show_rows(rows: Sequence["Row"]) -> None:
    """Print the comparison to standard output."""
    from rich.table import Table  # rich loads with the first command that shows something

    table = Table(title="Rationales of the same pictures")
    for name in ("writer", "asked", "told", "right", "founded", "claims unfounded", "words", "tokens", "US dollars"):
        table.add_column(name, justify="left" if name == "writer" else "right")
    for row in rows:
        shares = [
            f"{100 * one.value:.1f} % ({100 * one.low:.0f} to {100 * one.high:.0f})" if one.count else "not known"
            for one in (row.right, row.founded)
        ]
        claims = f"{100 * row.claims_unfounded:.1f} %" if row.told else ""
        size = [f"{row.words:.0f}", f"{row.tokens:.0f}"] if row.told else ["", ""]
        cost = "not known" if row.cost is None else f"{row.cost:.5f}"
        table.add_row(row.name, str(row.asked), str(row.told), *shares, claims, *size, cost)
    results().print(table)
    say("tokens and dollars are for each rationale; programs are drawn once for all pictures that are asked one text")
