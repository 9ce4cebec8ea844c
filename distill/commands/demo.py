"""`vpd demo`: the whole way on drawn scenes, in one command."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from vpd.distill.commands.console import following, following_lessons, say

__all__ = ["demo"]


def demo(
    folder: Annotated[Path, typer.Option(help="Where the run is kept; a second call goes on there.")] = Path("runs/demo"),
    quick: Annotated[bool, typer.Option("--quick", help="Smaller: fewer questions, pictures and steps.")] = False,
    recorded: Annotated[bool, typer.Option("--recorded", help="Use draws recorded by this command, not a live model.")] = False,
    llm: Annotated[str | None, typer.Option(help="Another language model, as litellm takes it.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs with seeds 0, 1, ...; the report averages over them.")] = 1,
    every_arm: Annotated[
        bool, typer.Option("--every-arm", help="More students: other filters, and a control of as many steps.")
    ] = False,
) -> None:
    """Draw scenes, write programs, run them, keep the right ones, teach two students, compare them."""
    from rich.console import Console  # these load pydantic and rich: not with --help

    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.demo import FULL, QUICK, run_demo
    from vpd.distill.report import print_summary, render_report, write_page
    from vpd.distill.run_files import read_run

    if recorded and llm is not None:
        raise typer.BadParameter("--recorded and --llm exclude each other")
    size = QUICK if quick else FULL
    model = f"replay:{files('vpd.distill') / 'recorded' / 'demo.jsonl'}" if recorded else llm or "local/qwen2.5-coder-0.5b"
    top = folder.with_name(f"{folder.name}-quick") if quick else folder
    if recorded:
        say("The programs are recorded draws of local/qwen2.5-coder-0.5b; without --recorded they are drawn live.")
    runs = [top / f"seed-{seed}" for seed in range(seeds)]
    for seed, place in enumerate(runs):
        say(f"== {place}")
        with following_downloads() as downloads, following_lessons() as tell:
            run_demo(place, size, seed, model, follow, tell, every_arm=every_arm, downloads=downloads)
    records = [read_run(place) for place in runs]
    page = top / "report.html"
    write_page(page, render_report(records))
    print_summary(Console(), records)
    say(f"The report is in {page}")


def follow(title: str, total: int | None, stage: Callable[[Callable[[str], None]], None]) -> None:
    """Run a stage with a progress bar."""
    with following(title, total) as advance:
        stage(advance)
