"""A whole page in one file: no script, and nothing that is fetched from elsewhere."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from string import Template

from vpd.distill.report.markup import Part, element, join

__all__ = ["page"]


@cache
def shipped(name: str) -> str:
    """A text file that lies beside this one."""
    return files("vpd.distill.report").joinpath(name).read_text(encoding="utf-8")


def page(title: str, parts: Iterable[Part]) -> str:
    """The parts as a page; a policy in its head keeps a browser from running or fetching anything."""
    return Template(shipped("page.html")).substitute(title=element("title", title), style=shipped("page.css"), body=join(parts))
