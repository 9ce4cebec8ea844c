"""Asking a run's questions, of a student, a served model, the programs or a tool; and whether a student keeps to its reasons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vpd.distill.commands.console import following, say

if TYPE_CHECKING:
    from vpd.distill.metrics import Scores

__all__ = ["evaluate", "faithful", "lmms_tasks"]

Directory = Annotated[Path, typer.Argument(help="The run directory.", metavar="RUN")]
Splits = Annotated[
    list[str] | None, typer.Option("--split", help="Only this split's questions; may be repeated. By default all but train.")
]


def evaluate(
    directory: Directory,
    name: Annotated[
        str | None, typer.Option(help="The student in RUN/students/NAME; beside another option, what the arm is called.")
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(help="A student's folder, or any image-text-to-text model's name on the hub.", metavar="PATH_OR_NAME"),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A served vision model, as litellm takes it, such as hosted_vllm/NAME.", metavar="MODEL")
    ] = None,
    taught: Annotated[
        bool,
        typer.Option("--taught", help="The served model is a student that was taught here: ask it in the words it was taught."),
    ] = False,
    teacher: Annotated[bool, typer.Option("--teacher", help="What most of the run's programs answered.")] = False,
    tool: Annotated[str | None, typer.Option(help="One tool of the run's tool set alone.", metavar="NAME")] = None,
    mode: Annotated[
        Literal["answer", "explain", "answer_first", "voted"],
        typer.Option(
            help="A short answer; the rationale first; the answer, then why; or what most of several drawn rationales end in."
        ),
    ] = "answer",
    samples: Annotated[int, typer.Option(min=1, max=1000, help="Rationales of a vote.")] = 5,
    temperature: Annotated[float, typer.Option(min=0.01, max=2.0, help="Of a vote's draws.")] = 0.7,
    seed: Annotated[int, typer.Option(min=0, help="Of a vote's draws.")] = 0,
    split: Splits = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most questions: the first ones.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Questions at a time; in a vote, samples.")] = 64,
    longest: Annotated[int | None, typer.Option(min=1, help="Most tokens that are said.")] = None,
    device: Annotated[str | None, typer.Option(help="As torch names it; a GPU where there is one.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of torch, on a CPU.")] = 1,
    benchmark: Annotated[str | None, typer.Option(help="Only this benchmark's questions, scored by its official metric.")] = None,
) -> None:
    """Ask a student, a served model, the programs or a tool the run's questions; what was asked before is left as it is."""
    from vpd.distill.evaluation.scoring import questions_of, score_arm
    from vpd.distill.evaluation.whom import Asking, ask, choose, held_out, missing
    from vpd.distill.records import Prediction
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.student.predict import Mode
    from vpd.distill.student.voting import Voting
    from vpd.engine.completers import open_completer
    from vpd.engine.records import Question

    asking = Asking(Mode(mode), Voting(samples=samples, temperature=temperature, seed=seed), batch, longest, device, threads)
    whom = choose(directory, student=student, model=model, tool=tool, teacher=teacher, taught=taught, name=name)
    with RunDirectory(directory) as place, place.journal(Prediction) as journal:
        every = place.read(Question)
        asked = (questions_of(benchmark, every, split or ()) if benchmark else held_out(every, split or ()))[:limit]
        left = missing(asked, whom, asking, journal)
        with following(f"{whom.arm}, {asking.mode_name}", len(left)) as advance:
            for prediction in ask(place, whom, left, asking, lambda name: open_completer(name, cache=None)) if left else ():
                journal.append(prediction)
                advance(prediction.outcome)
        if benchmark is not None:
            show(score_arm(benchmark, asked, journal.records.values(), whom.arm, asking.mode_name))


def faithful(
    directory: Directory,
    student: Annotated[
        str, typer.Option(help="A student in RUN/students, its folder, or a model's name on the hub.")
    ] = "distilled",
    split: Splits = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most questions: the first ones.")] = 500,
    detector: Annotated[str, typer.Option(help="The tool of the run's set that finds things by their name.")] = "find",
    seed: Annotated[int, typer.Option(min=0, help="Of the changes to rationales.")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="Questions at a time.")] = 64,
    device: Annotated[str | None, typer.Option(help="As torch names it; a GPU where there is one.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of torch, on a CPU.")] = 1,
) -> None:
    """How faithfully a student explains: its places, what a changed rationale does to the answer, agreement with itself."""
    from vpd.distill.evaluation.faithful import Looking, look_at
    from vpd.distill.run_directory import RunDirectory

    looking = Looking(student, tuple(split or ()), limit, detector, seed, batch, device, threads)
    with RunDirectory(directory) as place, following("faithful", None) as advance:
        found = look_at(place, looking, advance)
    for each in found.measures:
        p = "" if each.p is None else f", McNemar p {each.p:.3g} ({each.only_first} : {each.only_second})"
        print(f"{each.name}: {100 * each.value:.1f} % ({100 * each.low:.1f} to {100 * each.high:.1f}; n = {each.count:,}{p})")
    say(f"These numbers are in {found.place}")


def lmms_tasks(
    directory: Directory,
    out: Annotated[Path, typer.Argument(help="The folder to write; whole or not at all.", metavar="OUT")],
    benchmark: Annotated[
        list[str] | None, typer.Option(help="Only this benchmark; may be repeated. By default all there are.")
    ] = None,
    split: Splits = None,
    force: Annotated[bool, typer.Option(help="Replace the tasks that are at OUT.")] = False,
) -> None:
    """Write a run's A-OKVQA, TallyQA and Hateful Memes as tasks of lmms-eval, with their official metrics; prints the folder."""
    from vpd.distill.evaluation.lmms_tasks import write_tasks
    from vpd.distill.run_directory import RunDirectory

    done = write_tasks(RunDirectory(directory), out, benchmark or (), split or (), replace=force)
    for task, count in done.questions.items():
        say(f"{task}: {count} questions")
    if done.unanswered:
        say(f"left out, since nobody knows the answer: {done.unanswered}")
    print(out.resolve())


def show(scores: "Scores") -> None:
    """The headline on standard output; `vpd score` tells the rest."""
    value = scores.values[scores.headline]
    told = "not to be had from these questions" if value is None else f"{value:.4f} ({scores.unit})"
    print(f"{scores.benchmark}, {scores.asked} questions, by {scores.variant}: {scores.headline} {told}")
