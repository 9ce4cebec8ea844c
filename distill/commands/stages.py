"""The stages one by one: each reads a run directory's records and adds its own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vpd.distill.commands.console import following, say

__all__ = ["build", "check", "explain", "judge", "run", "sample"]

Directory = Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")]
Cache = Annotated[Path | None, typer.Option(help="Where draws and tool results are cached; by default the user's cache folder.")]


def sample(
    directory: Directory,
    questions: Annotated[Path | None, typer.Option(help="A JSON Lines file of questions, to start the run with.")] = None,
    llm: Annotated[str | None, typer.Option(help="Language model, as litellm takes it, local/NAME, or replay:FILE.")] = None,
    draws: Annotated[int | None, typer.Option(help="Programs for each distinct question.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Of the language model.")] = None,
    toolset: Annotated[str | None, typer.Option(help="Name or file of the tool set.")] = None,
    draw_seed: Annotated[int | None, typer.Option(help="Of the draws.")] = None,
    cache: Cache = None,
    workers: Annotated[int | None, typer.Option(help="Requests at a time; by default what the model can use.")] = None,
) -> None:
    """Draw programs for every distinct question; --questions and the settings start a run, later they must be the same."""
    from vpd.distill.caches import cache_folder  # the records and pydantic load with the first command that needs them
    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.scenes.files import placed
    from vpd.distill.settings import RunSettings
    from vpd.distill.stages import add_questions
    from vpd.distill.stages import sample as draw
    from vpd.engine.completers import open_completer
    from vpd.engine.journal import read_records
    from vpd.engine.records import Program, Question

    given = {"llm": llm, "draws": draws, "temperature": temperature, "toolset": toolset, "draw_seed": draw_seed}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    starts = questions is not None or bool(chosen)
    with RunDirectory(directory, RunSettings(**chosen) if starts else None) as place:
        if questions is not None:
            asked = read_records(questions, Question)
            add_questions(place, (one.model_copy(update={"image": placed(one.image, questions.parent)}) for one in asked))
        texts = {question.text for question in place.read(Question)}
        held = len(place.read(Program)) if place.file(Program).exists() else 0
        with (
            following_downloads() as downloads,
            open_completer(place.settings.llm, cache=cache_folder("draws", cache), progress=downloads) as completer,
            following("sample", len(texts) * place.settings.draws - held) as advance,
        ):
            draw(place, completer, advance, workers=workers)


def run(
    directory: Directory,
    cache: Cache = None,
    workers: Annotated[int, typer.Option(help="Programs at a time.")] = 2,
    share: Annotated[int, typer.Option(min=1, help="Pictures of one program that share a confined child.")] = 1,
) -> None:
    """Run the programs, confined, on every picture their question is asked of."""
    from vpd.distill.caches import cache_folder
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import run_draws

    with RunDirectory(directory) as place, following("run", None) as advance:
        run_draws(place, advance, cache=cache_folder("results", cache), workers=workers, share=share)


def judge(directory: Directory) -> None:
    """Judge every trace's answer."""
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import judge as judge_all

    with RunDirectory(directory) as place, following("judge", None) as advance:
        judge_all(place, advance)


def check(
    directory: Directory,
    policy: Annotated[str | None, typer.Option(help="Judge by this policy; by default the run's own.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Also run the programs again on changed pictures.")] = False,
    alter: Annotated[bool, typer.Option("--alter", help="Also replay the programs with tools' results altered.")] = False,
    cache: Cache = None,
    workers: Annotated[int, typer.Option(help="Programs at a time.")] = 2,
) -> None:
    """Check whether right answers have right reasons, and count what the policy refuses and why."""
    from vpd.distill.caches import cache_folder
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.checks.tally import tally
    from vpd.distill.commands.tables import show_tally
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.run_files import read_run
    from vpd.distill.stages import alter as alter_all
    from vpd.distill.stages import look as look_at_all

    with RunDirectory(directory) as place:
        asked = read_policy(policy or place.settings.policy)
        if look:
            with following("look", None) as advance:
                look_at_all(place, asked, advance, cache=cache_folder("results", cache), workers=workers)
        if alter:
            with following("alter", None) as advance:
                alter_all(place, asked, advance)
        show_tally(tally(read_run(place.path), asked), asked)


def explain(
    directory: Directory,
    policy: Annotated[
        list[str] | None, typer.Option(help="Also tell what this policy chooses: paper, none, agreed, or a TOML file.")
    ] = None,
) -> None:
    """Tell the traces that the run's policy chooses in words."""
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import explain as explain_all

    with RunDirectory(directory) as place, following("explain", None) as advance:
        explain_all(place, advance, [read_policy(name) for name in (place.settings.policy, *(policy or ()))])


def build(directory: Directory) -> None:
    """Make the training examples."""
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import build as build_all

    with RunDirectory(directory) as place, following("build", None) as advance:
        build_all(place, advance)
    say(f"examples are in {directory / 'examples.jsonl'}")
