"""The sheet that a rater fills, as a table or as a page that makes the table; and the key, which stays in the run."""

import base64
import csv
import hashlib
import io
import json
import logging
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from vpd.distill.rating.criteria import CRITERIA
from vpd.distill.rating.sampling import Item
from vpd.distill.report.markup import Html, element, join
from vpd.distill.report.picture_view import data_uri
from vpd.distill.run_directory import write_text
from vpd.tools.errors import ImageError

__all__ = ["COLUMNS", "KEYS", "keep_key", "sheet_csv", "sheet_html"]

log = logging.getLogger(__name__)

KEYS = "ratings"
"""A run's folder of keys."""
COLUMNS = ("item", "group", "question", "picture", "text", *(criterion.name for criterion in CRITERIA), "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets."""

Groups = Sequence[Sequence[Item]]


def keep_key(run: Path, groups: Groups, seed: int) -> Path:
    """Write who wrote each item into the run, where no rater looks; gives the file."""
    key = {item.name(seed): {"source": item.source, "question": item.question.id} for group in groups for item in group}
    digest = hashlib.sha256("".join(sorted(key)).encode()).hexdigest()[:12]
    path = run / KEYS / f"{digest}.json"
    write_text(path, json.dumps(key, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return path


def sheet_csv(groups: Groups, seed: int) -> str:
    """A line for each item, the criteria to be filled with yes or no; pictures by their path."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="")
    table.writeheader()
    for number, group in enumerate(groups, 1):
        for item in group:
            row = {"item": item.name(seed), "group": str(number), "question": item.question.text, "text": item.text}
            row["picture"] = item.question.image.path
            table.writerow({name: harmless(value) for name, value in row.items()})
    return out.getvalue()


def harmless(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def sheet_html(groups: Groups, seed: int, folder: Path) -> str:
    """A page with pictures that is filled in a browser and saves the filled table; nothing is sent anywhere.

    Only the page's own script runs: its digest is in the page's policy. Relative picture paths are looked for here, then in
    `folder`.
    """
    script = shipped("sheet.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    body = join([show_group(number, group, seed, folder) for number, group in enumerate(groups, 1)])
    return Template(shipped("sheet.html")).substitute(
        digest=digest, script=script, body=body, columns=element("meta", name="columns", content=",".join(COLUMNS))
    )


def shipped(name: str) -> str:
    """A text file that lies beside this one."""
    return files("vpd.distill.rating").joinpath(name).read_text("utf-8")


def show_group(number: int, group: Sequence[Item], seed: int, folder: Path) -> Html:
    """One question with its picture and all texts on it."""
    question = group[0].question
    try:
        picture = element("img", src=data_uri(question.image, folder), alt="the picture")
    except ImageError as error:
        log.warning("a picture is left out: %s", error)
        picture = element("p", f"The picture cannot be shown: it {error.why}.")
    heading = element("h2", f"{number}. {question.text}")
    return element("section", heading, picture, *(show_item(number, item, seed) for item in group))


def show_item(number: int, item: Item, seed: int) -> Html:
    """One text with a choice for each criterion."""
    name = item.name(seed)
    asked = [
        element(
            "p",
            element("span", criterion.asked),
            *(
                element("label", element("input", type="radio", name=f"{name}-{criterion.name}", value=said), said)
                for said in ("yes", "no")
            ),
        )
        for criterion in CRITERIA
    ]
    note = element("p", element("label", "Note ", element("input", type="text", name=f"{name}-note")))
    text = element("blockquote", item.text)
    return element("article", text, *asked, note, data_item=name, data_group=number)
