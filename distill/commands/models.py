"""Pretrained weights on the command line: `vpd models list|pull|path|remove`."""

from typing import Annotated

import typer

from vpd.distill.commands.console import say

__all__ = ["models_app"]

Name = Annotated[str, typer.Argument(help="As `vpd models list` has it.")]

models_app = typer.Typer(help="Pretrained weights: what there is, where it is kept.", no_args_is_help=True)


@models_app.command("list")
def list_models() -> None:
    """List the catalogue, and what of it is here."""
    from vpd.tools.weights import Catalogue, default_store, is_in_place

    store = default_store()
    entries = Catalogue.read().values()
    widths = [max(len(text) for text in column) for column in zip(*((entry.name, entry.kind) for entry in entries))]
    for entry in entries:
        paths = entry.paths(store)
        here = "here" if all(is_in_place(file, paths[file.name]) for file in entry.files) else "not here"
        print(f"{entry.name:<{widths[0]}}  {entry.kind:<{widths[1]}}  {entry.size / 1e6:>5,.0f} MB  {here}")
        print(f"    {entry.about.rstrip('.')}. {entry.licence}")
    say(f"Kept in {store}; VPD_CACHE names another folder.")


@models_app.command()
def pull(names: Annotated[list[str], typer.Argument(help="As `vpd models list` has them.")]) -> None:
    """Fetch weights and check their sums; a cut download goes on where it stopped."""
    from vpd.distill.commands.downloads import following_downloads
    from vpd.tools.fetch import weights
    from vpd.tools.weights import Catalogue

    catalogue = Catalogue.read()
    for entry in [catalogue[name] for name in names]:
        say(f"{entry.name}: {entry.unverified.strip()}")
        with following_downloads() as progress:
            paths = weights(entry.name, progress=progress)
        for path in paths.values():
            print(path)


@models_app.command()
def path(name: Name) -> None:
    """Print where a model's files are; fail where they are not."""
    from vpd.tools.errors import WeightsError
    from vpd.tools.weights import Catalogue, default_store, is_in_place

    entry = Catalogue.read()[name]
    paths = entry.paths(default_store())
    for file in entry.files:
        if not is_in_place(file, paths[file.name]):
            message = f"{entry.name} is not here; fetch it with: vpd models pull {entry.name}"
            raise WeightsError(message)
    for place in paths.values():
        print(place)


@models_app.command()
def remove(name: Name) -> None:
    """Delete a model's files."""
    from vpd.tools.weights import Catalogue, default_store, remove_weights

    freed = remove_weights(Catalogue.read()[name], default_store())
    say(f"{freed:,} bytes freed" if freed else f"{name} was not here")
