"""Scenes on the command line: `vpd scenes make`."""

from pathlib import Path
from typing import Annotated

import typer

from vpd.distill.commands.console import following, say

__all__ = ["scenes_app"]

scenes_app = typer.Typer(help="Drawn pictures with questions and known truth.", no_args_is_help=True)


@scenes_app.callback()
def scenes() -> None:
    """Drawn pictures with questions and known truth."""


@scenes_app.command()
def make(
    folder: Annotated[Path, typer.Argument(help="Where to make them; a cut run goes on.")],
    *,
    train_images: Annotated[int, typer.Option(help="Pictures to learn from.", min=0)] = 4000,
    test_images: Annotated[int, typer.Option(help="Pictures of each held-out split.", min=0)] = 125,
    questions_per_image: Annotated[int, typer.Option(help="At most.", min=1, max=12)] = 4,
    train_questions: Annotated[int, typer.Option(help="Distinct texts of training.", min=12, max=300)] = 96,
    unseen_pairs_questions: Annotated[int, typer.Option(help="Distinct texts of that split.", min=8, max=120)] = 32,
    deeper_questions: Annotated[int, typer.Option(help="Distinct texts of that split.", min=6, max=200)] = 24,
    seed: Annotated[int, typer.Option(help="Of the pictures.", min=0)] = 0,
    text_seed: Annotated[int, typer.Option(help="Of the texts.", min=0)] = 0,
    side: Annotated[int, typer.Option(help="Pixels, width and height.", min=64, max=2048)] = 192,
    clutter: Annotated[int, typer.Option(help="Most specks and lines that are no objects.", min=0, max=60)] = 3,
    overlap: Annotated[float, typer.Option(help="Largest share of an object that another covers.", min=0, max=0.6)] = 0.0,
    smallest: Annotated[float, typer.Option(help="Smallest radius, as a share of the side.", min=0.02, max=0.085)] = 1 / 16,
    largest: Annotated[float, typer.Option(help="Largest radius, as a share of the side.", min=0.02, max=0.085)] = 1 / 12,
) -> None:
    """Make pictures, questions and, in a file of its own, the truth."""
    from vpd.distill.scenes.dataset import DatasetSettings, majority_rates, make_scenes  # pydantic loads with the command
    from vpd.distill.scenes.files import read_questions
    from vpd.distill.scenes.layout import SceneSettings
    from vpd.distill.scenes.scene import SceneError

    if smallest > largest:
        message = f"--smallest {smallest:g} is larger than --largest {largest:g}"
        raise SceneError(message)
    settings = DatasetSettings(
        train_images=train_images,
        test_images=test_images,
        questions_per_image=questions_per_image,
        train_questions=train_questions,
        unseen_pairs_questions=unseen_pairs_questions,
        deeper_questions=deeper_questions,
        seed=seed,
        text_seed=text_seed,
        scene=SceneSettings(side=side, clutter=clutter, overlap=overlap, radius=(smallest, largest)),
    )
    with following("scenes", sum(settings.sizes().values())) as advance:
        files = make_scenes(folder, settings, lambda _done, _total: advance(""))
    questions = read_questions(folder)
    for split in dict.fromkeys(question.split for question in questions):
        asked = [question for question in questions if question.split == split]
        rates = ", ".join(f"{kind} {rate:.2f}" for kind, rate in majority_rates(asked).items())
        say(f"{split}: {len(asked)} questions, {len({one.text for one in asked})} texts; guessing the commonest answer: {rates}")
    print(files.questions)


@scenes_app.command()
def measure(
    pictures: Annotated[int, typer.Option(help="To draw for each setting.", min=1)] = 500,
    seed: Annotated[int, typer.Option(help="Of the pictures.", min=0)] = 1,
) -> None:
    """Measure the tools for scenes against the truth, at several settings."""
    from vpd.distill.scenes.accuracy import LOOKS, measure_tools  # pydantic loads with the command

    print("| pictures | found | misnamed | missed | invented a picture | right answers |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, look in LOOKS.items():
        one = measure_tools(look, pictures, seed)
        missed = one.objects - one.found - one.misnamed
        shares = (f"{100 * count / one.objects:.1f} %" for count in (one.found, one.misnamed, missed))
        print(f"| {name} | {' | '.join(shares)} | {one.invented / pictures:.2f} | {100 * one.answered / one.questions:.1f} % |")
