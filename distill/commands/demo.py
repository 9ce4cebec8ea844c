"""`vpd demo` and `vpd experiment`: the whole way on drawn scenes, in one command."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vpd.distill.commands.console import following, following_lessons, results, say

if TYPE_CHECKING:
    from vpd.distill.experiment import Experiment

__all__ = ["demo", "experiment"]


def demo(
    folder: Annotated[Path, typer.Option(help="Where the run is kept; a second call goes on there.")] = Path("runs/demo"),
    quick: Annotated[bool, typer.Option("--quick", help="Smaller: fewer questions, pictures and steps.")] = False,
    recorded: Annotated[bool, typer.Option("--recorded", help="Use draws recorded by this command, not a live model.")] = False,
    llm: Annotated[str | None, typer.Option(help="Another language model, as litellm takes it.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Programs for each distinct question.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs with seeds 0, 1, ...; the report averages over them.")] = 1,
    every_arm: Annotated[
        bool, typer.Option("--every-arm", help="More students: other filters, other texts, and a control for as much CPU time.")
    ] = False,
) -> None:
    """Draw scenes, write programs, run them, keep the right ones, teach two students, compare them."""
    from vpd.distill.demo import FULL, QUICK, demo_arms  # these load pydantic: not with --help
    from vpd.distill.summary import PAIRS

    if recorded and llm is not None:
        raise typer.BadParameter("--recorded and --llm exclude each other")
    size = QUICK if quick else FULL
    size = size.model_copy(update={"draws": draws or size.draws})
    model = f"replay:{files('vpd.distill') / 'recorded' / 'demo.jsonl'}" if recorded else llm or size.llm
    top = folder.with_name(f"{folder.name}-quick") if quick else folder
    if recorded:
        say(f"The programs are recorded draws of {size.llm}; without --recorded they are drawn live.")
    arms = demo_arms(size.training.steps, every=every_arm)
    names = {arm.name for arm in arms}
    compared = tuple(pair for pair in PAIRS if names.issuperset(pair))
    run_all(top, size.model_copy(update={"llm": model, "seeds": tuple(range(seeds)), "arms": arms, "compare": compared}))


def experiment(
    file: Annotated[Path, typer.Argument(help="A TOML file that names data, teacher, arms and seeds.", metavar="FILE")],
    folder: Annotated[Path | None, typer.Option(help="Where the runs are kept; by default runs/ and the file's name.")] = None,
) -> None:
    """Teach the students that a file names, over all its seeds, and compare them."""
    from vpd.distill.experiment import read_experiment  # loads pydantic: not with --help

    run_all(folder or Path("runs") / file.stem, read_experiment(file))


def run_all(top: Path, plan: "Experiment") -> None:
    """Every seed of a plan, and the report over them."""
    from vpd.distill.commands.downloads import following_downloads  # these load pydantic: not with --help
    from vpd.distill.demo import run_seed
    from vpd.distill.plans import write_plan
    from vpd.distill.report import print_summary, render_report, write_page, write_summary
    from vpd.distill.run_files import read_run
    from vpd.distill.summary import summarise

    write_plan(top, plan)
    places = {seed: top / f"seed-{seed}" for seed in plan.seeds}
    for seed, place in places.items():
        say(f"== {place}")
        with following_downloads() as downloads, following_lessons() as tell:
            run_seed(place, plan, seed, follow, tell, downloads=downloads)
    found = summarise([read_run(place) for place in places.values()], plan)
    page = top / "report.html"
    write_page(page, render_report(found))
    write_summary(top / "summary.json", found)
    print_summary(results(), found)
    say(f"The report is in {page}, its figures in summary.json and summary.md beside it")


def follow(title: str, total: int | None, stage: Callable[[Callable[[str], None]], None]) -> None:
    """Run a stage with a progress bar."""
    with following(title, total) as advance:
        stage(advance)
