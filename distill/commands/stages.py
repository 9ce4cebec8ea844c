"""The stages one by one: each reads a run directory's records and adds its own."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpd.distill.commands.console import following, say

if TYPE_CHECKING:
    from vpd.distill.checks.policy import Policy
    from vpd.distill.run_directory import RunDirectory

__all__ = ["build", "check", "explain", "judge", "run", "sample"]

Directory = Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")]
Cache = Annotated[Path | None, typer.Option(help="Where draws and tool results are cached; by default the user's cache folder.")]


def sample(
    directory: Directory,
    questions: Annotated[Path | None, typer.Option(help="A JSON Lines file of questions, to start the run with.")] = None,
    llm: Annotated[str | None, typer.Option(help="Language model, as litellm takes it, local/NAME, or replay:FILE.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Programs for each distinct question.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="Of the language model.")] = None,
    toolset: Annotated[str | None, typer.Option(help="Name or file of the tool set.")] = None,
    draw_seed: Annotated[int | None, typer.Option(min=0, help="Of the draws.")] = None,
    cache: Cache = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Requests at a time; by default what the model can use.")] = None,
) -> None:
    """Draw programs for every distinct question; --questions and the settings start a run, later they must be the same."""
    from vpd.distill.caches import cache_folder  # the records and pydantic load with the first command that needs them
    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.settings import RunSettings
    from vpd.distill.stages import add_questions
    from vpd.distill.stages import sample as draw
    from vpd.engine.completers import open_completer
    from vpd.engine.journal import read_records
    from vpd.engine.records import Program, Question
    from vpd.tools.toolsets import open_toolset

    given = {"llm": llm, "draws": draws, "temperature": temperature, "toolset": toolset, "draw_seed": draw_seed}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    asked = list(read_records(questions, Question)) if questions is not None else []
    wanted = RunSettings(**chosen) if questions is not None or chosen else None
    if wanted is not None:  # what is not there is said before a run is made with it
        open_toolset(wanted.toolset)
        open_completer(wanted.llm, cache=None).close()
    with RunDirectory(directory, wanted) as place:
        if questions is not None:
            add_questions(place, asked)
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


def judge(
    directory: Directory,
    soft_right: Annotated[float, typer.Option(help="Least soft accuracy that is right, above 0 and up to 1.")] = 0.5,
    tolerance: Annotated[float, typer.Option(min=0, help="How far a number may be from its label.")] = 0.0,
    relative: Annotated[float, typer.Option(min=0, help="The same, as a share of the label.")] = 0.0,
    overlap: Annotated[float, typer.Option(help="Least intersection over union of a box with its label.")] = 0.5,
    llm: Annotated[str | None, typer.Option(help="Reads answers that are sentences; any litellm string.")] = None,
    cache: Cache = None,
) -> None:
    """Judge every trace's answer; judging again by other rules runs nothing and replaces the verdicts."""
    from decimal import Decimal

    from vpd.distill.caches import cache_folder
    from vpd.distill.judging import FreeJudge, JudgeSettings
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import judge as judge_all
    from vpd.engine.completers import open_completer

    if not (0 < soft_right <= 1 and 0 < overlap <= 1):
        raise typer.BadParameter("--soft-right and --overlap lie above 0 and up to 1")
    settings = JudgeSettings(soft_right, Decimal(str(tolerance)), Decimal(str(relative)), overlap)
    with (
        RunDirectory(directory) as place,
        open_completer(llm, cache=cache_folder("draws", cache)) if llm else nullcontext() as completer,
        following("judge", None) as advance,
    ):
        judge_all(place, advance, settings, FreeJudge(completer) if completer is not None else None)


def check(
    directory: Directory,
    policy: Annotated[str | None, typer.Option(help="Judge by this policy; by default the run's own.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Also run the programs again on changed pictures.")] = False,
    alter: Annotated[bool, typer.Option("--alter", help="Also replay the programs with tools' results altered.")] = False,
    critic: Annotated[
        str | None,
        typer.Option(metavar="LLM", help="Also ask this language model, any litellm string, whether each step follows."),
    ] = None,
    critic_sees: Annotated[bool, typer.Option("--critic-sees", help="Show the critic the picture too, if it can see.")] = False,
    labels: Annotated[
        Path | None, typer.Option(help="A JSON Lines file of the same questions with labels that the run does not see.")
    ] = None,
    calibrate: Annotated[
        Path | None, typer.Option(help="Write how probably a vote is right, by its share; a policy can name the file.")
    ] = None,
    cache: Cache = None,
    workers: Annotated[int, typer.Option(help="Programs at a time.")] = 2,
) -> None:
    """Check whether right answers have right reasons, and count what the policy refuses and why."""
    from vpd.distill.caches import cache_folder
    from vpd.distill.checks.calibration import fit
    from vpd.distill.checks.coverage import votes_of
    from vpd.distill.checks.hidden_labels import HiddenLabels, read_labels
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.checks.tally import tally
    from vpd.distill.commands.tables import show_coverage, show_stand_ins, show_tally
    from vpd.distill.run_directory import RunDirectory, write_text
    from vpd.distill.run_files import read_run
    from vpd.distill.select import stand_ins
    from vpd.distill.stages import alter as alter_all
    from vpd.distill.stages import look as look_at_all
    from vpd.engine.records import Question

    if critic_sees and critic is None:
        raise typer.BadParameter("--critic-sees goes with --critic LLM")
    with RunDirectory(directory) as place:
        asked = read_policy(policy or place.settings.policy)
        known = read_labels(labels, place.read(Question)) if labels is not None else HiddenLabels()
        if look:
            with following("look", None) as advance:
                look_at_all(place, asked, advance, cache=cache_folder("results", cache), workers=workers)
        if alter:
            with following("alter", None) as advance:
                alter_all(place, asked, advance)
        if critic is not None:
            ask_critic(place, asked, critic, cache, sees=critic_sees)
        records = read_run(place.path)
        show_tally(tally(records, asked), asked)
        show_stand_ins(stand_ins(place, asked), known)
        voted = votes_of(records.asked, known)
        if voted:
            show_coverage(voted)
        if calibrate is not None:
            curve = fit((each.confidence, each.right) for each in voted if each.confidence >= 0)
            write_text(calibrate, curve.model_dump_json(indent=1) + "\n")
            say(f"the calibration of {curve.questions} votes is in {calibrate}")


def ask_critic(place: "RunDirectory", policy: "Policy", llm: str, cache: Path | None, *, sees: bool) -> None:
    """Have a language model read what the policy would still teach."""
    from vpd.distill.caches import cache_folder
    from vpd.distill.checks.critic import Critic, criticise_run
    from vpd.distill.commands.downloads import following_downloads
    from vpd.engine.completers import open_completer

    with (
        following_downloads() as downloads,
        open_completer(llm, cache=cache_folder("draws", cache), progress=downloads) as completer,
        following("critic", None) as advance,
    ):
        criticise_run(place, policy, Critic(completer, sees), advance)


def explain(
    directory: Directory,
    policy: Annotated[
        list[str] | None, typer.Option(help="Also tell what this policy chooses: paper, none, agreed, proven, or a TOML file.")
    ] = None,
    writer: Annotated[
        str, typer.Option(help="template, or a language model that words what the template tells, as litellm takes it.")
    ] = "template",
    grid: Annotated[
        str | None,
        typer.Option(help="How places are written: a student's family (qwen2-vl) or a style (cell-8); else the run's."),
    ] = None,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the questions; a larger share holds the smaller.")] = 1.0,
    attempts: Annotated[int, typer.Option(min=1, help="Drafts of a language model before the template is fallen back on.")] = 3,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Of the language model.")] = 0.5,
    cache: Cache = None,
) -> None:
    """Tell the traces that the run's policy chooses in words, and hold each word against its trace."""
    from contextlib import ExitStack

    from vpd.distill.arms import is_among
    from vpd.distill.caches import cache_folder
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.commands.downloads import following_downloads
    from vpd.distill.grid import open_grid
    from vpd.distill.rationales.rewriting import Rewriter
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import explain as explain_all
    from vpd.engine.completers import Sampling, open_completer

    written_on = open_grid(grid) if grid else None
    with RunDirectory(directory) as place, ExitStack() as opened:
        rewriter = None
        if writer != "template":
            downloads = opened.enter_context(following_downloads())
            completer = opened.enter_context(open_completer(writer, cache=cache_folder("draws", cache), progress=downloads))
            rewriter = Rewriter(completer, Sampling(temperature=temperature, max_tokens=400), attempts)
        advance = opened.enter_context(following("explain", None))
        policies = [read_policy(name) for name in (place.settings.policy, *(policy or ()))]
        explain_all(
            place, advance, policies, grid=written_on, rewriter=rewriter, wanted=lambda question: is_among(question.id, share)
        )


def build(directory: Directory) -> None:
    """Make the training examples."""
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.records import TrainingExample
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.stages import build as build_all
    from vpd.engine.records import Question

    with RunDirectory(directory) as place, following("build", None) as advance:
        build_all(place, advance)
        unlabelled = {question.id for question in place.read(Question) if question.split == "train" and not question.answers}
        answered = unlabelled & {example.question for example in place.read(TrainingExample)}
        policy = read_policy(place.settings.policy)
    if unlabelled:
        others = "; the policies proven and agreed give one" if policy.answer == "right" else ""
        counts = f"{len(answered):,} of {len(unlabelled):,} without a label"
        say(f"taught a program's answer by the policy {policy.name}: {counts}{others}")
    say(f"examples are in {directory / 'examples.jsonl'}")
