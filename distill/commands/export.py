"""`vpd export`: a training set or a run in the format of a trainer, read back, and pushed to a hub."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vpd.distill.commands.console import say

if TYPE_CHECKING:
    from vpd.distill.export import ExportSettings

__all__ = ["export"]

NAMES = "hf-messages, hf-prompt, hf-parts, llava, llamafactory, swift, axolotl, openai, webdataset"
PAIRS = "hf-pairs, llamafactory-pairs, swift-pairs"


def export(
    source: Annotated[
        Path, typer.Argument(help="A mixed set, or a run after build; for pairs a run after pairs.", metavar="SET_OR_RUN")
    ],
    form: Annotated[str, typer.Argument(help=f"One of {NAMES}; of pairs: {PAIRS}.", metavar="FORMAT")],
    out: Annotated[Path, typer.Argument(help="The folder to write; whole or not at all.", metavar="OUT")],
    split: Annotated[list[str] | None, typer.Option(help="Only this split; may be repeated.")] = None,
    link: Annotated[
        bool,
        typer.Option("--link/--copy-images", help="Formats that name files: pictures linked in OUT, or copied there once each."),
    ] = False,
    image_root: Annotated[
        Path | None,
        typer.Option(help="Formats that name files: neither, but named where they lie, by their path below this folder."),
    ] = None,
    marks: Annotated[
        Literal["refuse", "escape", "drop"], typer.Option(help="What becomes of texts that hold a picture's or a chat's mark.")
    ] = "refuse",
    rationale_weight: Annotated[float, typer.Option(help="Of a rationale row, beside a short answer's 1.")] = 1.0,
    rows_per_file: Annotated[int, typer.Option(help="Of parquet files and tar shards.")] = 10_000,
    check: Annotated[bool, typer.Option(help="Write nothing: read OUT back and compare it with the source.")] = False,
    force: Annotated[bool, typer.Option(help="Replace the export that is at OUT.")] = False,
    push: Annotated[str | None, typer.Option(metavar="REPO_ID", help="Also upload OUT to the hub as a data set.")] = None,
    public: Annotated[bool, typer.Option(help="Make a data set that --push creates visible to all.")] = False,
) -> None:
    """Write training data for another trainer; every row, picture and mark is checked before a byte is written."""
    from vpd.distill.export import ExportError, format_named  # the formats and pydantic load with the command
    from vpd.distill.export import check as check_export
    from vpd.distill.export import export as write_export
    from vpd.distill.export.push import check_hub
    from vpd.distill.export.push import push as push_folder

    if link and image_root is not None:
        message = "--link puts pictures into OUT and --image-root leaves them where they are; give one of the two"
        raise ExportError(message)
    settings = settings_of(
        splits=tuple(split or ()),
        pictures="refer" if image_root is not None else "link" if link else "copy",
        image_root=None if image_root is None else str(image_root),
        marks=marks,
        rationale_weight=rationale_weight,
        rows_per_file=rows_per_file,
    )
    chosen = format_named(form)
    if push is not None:
        check_hub(push)
    done = check_export(source, chosen, out, settings) if check else write_export(source, chosen, out, settings, replace=force)
    rows = ", ".join(f"{count} rows of {name}" for name, count in done.rows.items())
    notes = [
        f"{done.redrawn} pictures written anew as upright RGB" if done.redrawn else "",
        f"{done.dropped} rows with marks left out" if done.dropped else "",
    ]
    what = "read back, as in the source" if check else chosen.name
    say(f"{out}: {rows}, {done.pictures} pictures ({'; '.join(note for note in (what, *notes) if note)})")
    if push is not None:
        say(f"pushed: {push_folder(out, push, public=public)}")


def settings_of(**given: object) -> "ExportSettings":
    """What the options say. Raises `ExportError` that names the option out of range."""
    from pydantic import ValidationError  # pydantic loads with the command

    from vpd.distill.export import ExportError, ExportSettings

    try:
        return ExportSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        message = f"--{str(first['loc'][0]).replace('_', '-')}: {first['msg']}"
        raise ExportError(message) from error
