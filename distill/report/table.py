"""A table as data, and as HTML, Markdown and terminal text: what the three say is the same."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vpd.distill.report.markup import Html, element
from vpd.engine.characters import plain_text

if TYPE_CHECKING:
    from rich.table import Table as RichTable

__all__ = ["MISSING", "Cell", "Row", "Table", "html_table", "markdown_table", "markdown_text", "rich_table"]

SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
"""What Markdown would read as more than text; a blank line cannot come up, since unseen signs are written out."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at one place."""

    text: str
    small: str = ""
    """In small print below; in brackets where there is no small print."""


MISSING = Cell("not measured")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    cells: tuple[Cell, ...]
    sort: Literal["", "winner", "total", "group"] = ""
    """What the page sets off: the row that the whole is about, a sum, the first of several that belong together."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads."""

    title: str
    heads: tuple[Cell, ...]
    rows: tuple[Row, ...]
    note: str = ""
    names: int = 1
    """How many columns at the left hold words; all others hold figures."""


def html_table(table: Table, *, titled: bool = True) -> Html:
    """The table for the page, with its title above and its note below."""
    head = element("tr", *(show(cell, "th", is_figure=place >= table.names) for place, cell in enumerate(table.heads)))
    rows = [
        element(
            "tr",
            *(show(cell, "td", is_figure=place >= table.names) for place, cell in enumerate(row.cells)),
            class_=row.sort or None,
        )
        for row in table.rows
    ]
    grouped = "pairs" if any(row.sort == "group" for row in table.rows) else None
    return element(
        "div",
        element("h3", table.title) if titled else None,
        element("table", head, *rows, class_=grouped),
        element("p", table.note, class_="quiet") if table.note else None,
        class_="scroll",
    )


def show(cell: Cell, tag: str, *, is_figure: bool) -> Html:
    """One place of an HTML table."""
    text = element("span", cell.text, class_="quiet") if cell is MISSING else cell.text
    return element(tag, text, element("small", cell.small) if cell.small else None, class_="num" if is_figure else None)


def markdown_text(text: str) -> str:
    """The text as Markdown that shows it to the letter, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(plain_text(text).split()))


def markdown_table(table: Table) -> str:
    """The table as Markdown, its title in bold above and its note below."""
    lines = [
        line(table.heads),
        "| " + " | ".join("---" if place < table.names else "---:" for place in range(len(table.heads))) + " |",
        *(line(row.cells) for row in table.rows),
    ]
    note = f"\n\n{markdown_text(table.note)}" if table.note else ""
    return f"**{markdown_text(table.title)}**\n\n" + "\n".join(lines) + note + "\n"


def line(cells: tuple[Cell, ...]) -> str:
    """One line of Markdown."""
    return "| " + " | ".join(markdown_text(inline(cell)) for cell in cells) + " |"


def inline(cell: Cell) -> str:
    """Text and small print on one line."""
    return f"{cell.text} ({cell.small})" if cell.small else cell.text


def rich_table(table: Table, *, brief: bool = False) -> "RichTable":
    """The table for a terminal; `brief` leaves out the small print, for tables that would be too wide."""
    from rich.markup import escape  # rich loads with the first command that shows something
    from rich.table import Table as RichTable

    shown = RichTable(title=escape(plain_text(table.title)), title_justify="left")
    for place, cell in enumerate(table.heads):
        shown.add_column(escape(plain_text(cell.text)), justify="left" if place < table.names else "right")
    for row in table.rows:
        cells = (escape(plain_text(cell.text if brief else inline(cell))) for cell in row.cells)
        shown.add_row(*cells, style="bold" if row.sort in ("winner", "total") else None)
    return shown
