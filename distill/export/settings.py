"""What decides how rows are written, whatever the format."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ExportSettings", "Marks", "Pictures"]


class Pictures(StrEnum):
    """Where the pictures of a format that names files are."""

    COPY = "copy"
    """In the export's own folder `images`, each once, named by its digest."""
    LINK = "link"
    """There too, as symbolic links to where they lie."""
    REFER = "refer"
    """Where they lie, named by their path below `image_root`."""


class Marks(StrEnum):
    """What becomes of a row whose text holds a mark that a trainer would take for a picture or for the end of a turn."""

    REFUSE = "refuse"
    ESCAPE = "escape"
    """A blank is set after the mark's first sign, so that no tokenizer knows it."""
    DROP = "drop"


class ExportSettings(BaseModel):
    """The settings of one export. The same settings and rows give the same bytes, with the same releases of the libraries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    splits: tuple[str, ...] = ()
    """Only these; empty for all."""
    pictures: Pictures = Pictures.COPY
    image_root: str | None = None
    """With `refer`: the folder that all pictures lie in."""
    marks: Marks = Marks.REFUSE
    rationale_weight: float = Field(1.0, gt=0, le=100)
    """Weight of a rationale row beside a short answer's 1, for the formats and trainers that know weights."""
    rows_per_file: int = Field(10_000, ge=1)
    """Of parquet files and tar shards."""
