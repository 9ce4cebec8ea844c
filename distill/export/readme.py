"""The page that goes with an export: what a hub shows, how a trainer loads it, and the set's data card."""

from vpd.distill.export.job import Format
from vpd.distill.export.rows import Survey
from vpd.distill.export.source import Source
from vpd.distill.mixing.card import plain
from vpd.distill.mixing.training_set import CARD

__all__ = ["write_readme"]

BEHIND_ROWS = (
    "Each row has the `id` that it has in its set; `vpd trace-back ID --set SET` shows the picture, prompt, draw, program, "
    "calls, verdict and rationale behind it."
)
BEHIND_PAIRS = (
    "Of each pair the words that are chosen tell a trace that answered rightly, the rejected ones a trace that answered wrongly. "
    "Each has the `id` that it has in its run's `preferences.jsonl`, which names the question and both traces."
)


def write_readme(source: Source, form: Format, found: Survey) -> str:
    """The page as Markdown; of a data set for a hub its head says which files are which split."""
    what = "preference pairs" if form.pairs else "rows"
    rows = ", ".join(f"{count} {what} of the split {plain(split)}" for split, count in found.rows.items())
    text = (
        f"{rows}; {len(found.shapes)} pictures. Format `{form.name}`: {form.says}.\n\n"
        f"To load: {form.loads}\n\n"
        f"{BEHIND_PAIRS if form.pairs else BEHIND_ROWS}\n"
    )
    path = source.folder / CARD
    card = path.read_text("utf-8") if source.mixed and path.exists() else ""
    return f"{head(form, found)}# {plain(source.name)}\n\n{text}" + (f"\n{card}" if card else "")


def head(form: Format, found: Survey) -> str:
    """The lines in front of the page that a hub reads; none for other formats."""
    if not form.name.startswith("hf-"):
        return ""
    files = "".join(f"      - split: {split}\n        path: data/{split}-*\n" for split in found.rows)
    lists = f"task_categories:\n  - visual-question-answering\nconfigs:\n  - config_name: default\n    data_files:\n{files}"
    return f"---\n{lists}---\n\n"
