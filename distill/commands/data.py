"""Data sets on the command line: `vpd data list|check|import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpd.distill.commands.console import following, say

if TYPE_CHECKING:
    from vpd.distill.datasets.survey import Survey
    from vpd.distill.settings import RunSettings

__all__ = ["data_app"]

data_app = typer.Typer(help="Data sets in their official files.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The data set's name; `vpd data list` lists them.")]
Place = Annotated[
    str, typer.Argument(help="The folder of its files; for own and hf also a file, for hf also hub:OWNER/NAME.", metavar="FOLDER")
]
Split = Annotated[str | None, typer.Option(help="By default all that are there.")]
Kind = Annotated[list[str] | None, typer.Option(help="Only questions of this kind; can be given several times.")]
Images = Annotated[
    list[Path] | None, typer.Option(help="A folder or archive with pictures, besides FOLDER; can be given several times.")
]
Layout = Annotated[Path | None, typer.Option(help="A TOML file that says which column is what, for own and hf.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Most questions; the first ones, or drawn where --seed is given.")]
Cache = Annotated[Path | None, typer.Option(help="Where lists of questions are unpacked to; by default the user's cache folder.")]


@data_app.command("list")
def list_data() -> None:
    """List the data sets that are known by name, their files and their licences."""
    from vpd.distill.datasets import DATASETS  # pydantic loads with the command
    from vpd.distill.datasets.reading import GENERAL

    for each in DATASETS.values():
        print(f"{each.name}: {each.title} ({each.release})")
        print(f"    licence: {each.licence}")
        print(f"    from: {each.home}")
        print(f"    pictures: {each.pictures}")
        for split, files in each.splits.items():
            print(f"    {split}: {', '.join(files)}")
    for name, about in GENERAL.items():
        print(f"{name}: {about}")


@data_app.command()
def check(
    name: Name,
    folder: Place,
    *,
    split: Split = None,
    kind: Kind = None,
    images: Images = None,
    columns: Layout = None,
    limit: Limit = None,
    seed: Annotated[int | None, typer.Option(help="Draw the questions with this seed.")] = None,
    sheet: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a contact sheet of samples.")] = None,
    cache: Cache = None,
) -> None:
    """Read every question and look at every picture; tell what is there and what is wrong."""
    from tempfile import TemporaryDirectory

    from vpd.distill.caches import cache_folder
    from vpd.distill.datasets import Columns, Pictures, open_source, read_columns
    from vpd.distill.datasets.reading import choose
    from vpd.distill.datasets.sheet import render_sheet
    from vpd.distill.datasets.survey import take_survey
    from vpd.distill.report import write_page

    store = cache_folder("data-sets", cache)
    layout = Columns() if columns is None else read_columns(columns)
    source = open_source(name, folder, store, split=split, kinds=kind or (), columns=layout)
    places = (*source.places, *(images or ()))
    with Pictures(places, store) as pictures, following("check", limit) as advance:
        survey = take_survey(choose(source.entries, limit, seed), pictures, advance)
    show(survey)
    if sheet is not None:
        with TemporaryDirectory() as scratch, Pictures(places, store, keep=Path(scratch)) as pictures:
            write_page(sheet, render_sheet(f"{source.title}: samples", survey, pictures))
        say(f"The contact sheet is in {sheet}")
    if not survey.is_whole:
        raise typer.Exit(1)


def show(survey: "Survey") -> None:
    """The counts on standard output."""
    answered = {f"{number} answers" if number != 1 else "1 answer": count for number, count in sorted(survey.answers.items())}
    print(f"questions: {survey.questions:,} of {len(survey.texts):,} distinct texts")
    for title, counts in (
        ("splits", survey.splits),
        ("kinds", survey.kinds),
        ("answer kinds", survey.answer_kinds),
        ("answered", answered),
    ):
        print(f"{title}: {', '.join(f'{name} {count:,}' for name, count in counts.items())}")
    print(f"pictures: {survey.pictures:,}; {survey.renamed:,} more have the content of another one")
    for title, faults in (
        ("pictures missing", survey.missing),
        ("pictures broken", survey.broken),
        ("ids repeated", survey.repeated),
    ):
        print(f"{title}: {len(faults):,}")
        for fault in faults[:5]:
            print(f"    {fault}")
    print(f"pictures in several splits: {len(survey.straddlers):,}")
    for straddler in survey.straddlers[:5]:
        pairs = zip(straddler.splits, straddler.keys, strict=True)
        print(f"    {straddler.sha256[:12]}: {', '.join(f'{key} in {split}' for split, key in pairs)}")


@data_app.command("import")
def import_data(
    name: Name,
    folder: Place,
    directory: Annotated[Path, typer.Argument(help="The run directory; made where it is not there.", metavar="RUN")],
    *,
    split: Split = None,
    kind: Kind = None,
    images: Images = None,
    columns: Layout = None,
    limit: Limit = None,
    seed: Annotated[int | None, typer.Option(help="Draw the questions with this seed.")] = None,
    choices: Annotated[bool, typer.Option(help="Write hint and choices into the question's text.")] = True,
    straddling: Annotated[str, typer.Option(help="Of pictures in two splits: refuse, drop or keep.")] = "refuse",
    llm: Annotated[str | None, typer.Option(help="Of a new run: language model, as litellm takes it, or local/NAME.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, max=1000, help="Of a new run: programs for each distinct question.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="Of a new run: the language model's.")] = None,
    toolset: Annotated[
        str | None, typer.Option(help="Of a new run: name or file of the tool set; lite if none is named.")
    ] = None,
    draw_seed: Annotated[int | None, typer.Option(min=0, help="Of a new run: seed of the draws.")] = None,
    policy: Annotated[
        str | None, typer.Option(help="Of a new run: what is taught; without labels agreed, with some proven.")
    ] = None,
    labels: Annotated[bool, typer.Option(help="Keep the labels, or make a run in which nobody knows the answers.")] = True,
    cache: Cache = None,
) -> None:
    """Put a data set's questions at the start of a run; `vpd sample RUN` goes on from there."""
    from vpd.distill.caches import cache_folder
    from vpd.distill.datasets import DATASETS, Columns, Pictures, open_source, read_columns, read_questions
    from vpd.distill.datasets.errors import DatasetError
    from vpd.distill.datasets.importing import Straddling, add_to_run, with_choices
    from vpd.distill.run_directory import RunDirectory

    if straddling not in set(Straddling):
        message = f"--straddling is one of {', '.join(Straddling)}, not {straddling!r}"
        raise DatasetError(message)
    layout = Columns() if columns is None else read_columns(columns)
    store = cache_folder("data-sets", cache)
    source = open_source(name, folder, store, split=split, kinds=kind or (), columns=layout)
    settings = {"llm": llm, "draws": draws, "temperature": temperature, "draw_seed": draw_seed}
    given = {**settings, "toolset": toolset, "policy": policy}
    chosen: dict[str, Any] = {each: value for each, value in given.items() if value is not None}
    origin: dict[str, Any] = {
        "data_set": name,
        "title": source.title,
        "licence": DATASETS[name].licence if name in DATASETS else None,
        "place": folder,
        "split": split,
        "kinds": kind or [],
    }
    origin |= {"limit": limit, "seed": seed, "choices_in_text": choices, "labels": labels}
    with (
        RunDirectory(directory, settings_for(directory, chosen)) as run,
        Pictures((*source.places, *(images or ())), store, keep=directory / "pictures") as pictures,
        following("import", limit) as advance,
    ):
        questions = read_questions(source, pictures, limit=limit, seed=seed)
        worded = map(with_choices, questions) if choices else questions
        asked = worded if labels else (question.model_copy(update={"answers": ()}) for question in worded)
        total = add_to_run(run, asked, origin, straddling=Straddling(straddling), advance=advance)
    say(f"{directory / 'questions.jsonl'} holds {total:,} questions; go on with: vpd sample {directory}")


def settings_for(directory: Path, chosen: dict[str, Any]) -> "RunSettings":
    """The run's own settings, or those of a new run, with what was chosen; its tool set and its policy are there."""
    from vpd.distill.checks.policy import read_policy
    from vpd.distill.run_directory import RunDirectory
    from vpd.distill.settings import RunSettings
    from vpd.tools.toolsets import open_toolset

    is_new = not (directory / "settings.json").exists()
    held = {"toolset": "lite"} if is_new else RunDirectory(directory).settings.model_dump()
    settings = RunSettings(**{**held, **chosen})
    open_toolset(settings.toolset)
    read_policy(settings.policy)
    return settings
