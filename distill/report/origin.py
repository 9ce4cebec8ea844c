"""The part of a report that lets another person make it again, or doubt it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vpd.distill.records import Rationale
from vpd.distill.report.markup import Html, Part, element
from vpd.distill.run_files import RunRecords
from vpd.engine.characters import shorten

__all__ = ["NOT_COVERED", "show_origin"]

NOT_COVERED = (
    "An answer that is right by chance counts as right: verdicts look at answers, not at the way to them.",
    "Wilson's intervals take questions of one picture as independent; where they are not, these intervals are too narrow.",
    "The intervals of one run speak of other questions of the same make, not of other seeds of the training.",
    "Pictures that are drawn say little about photographs.",
    "Times are of this machine and of its load at the time.",
)
MOST_ENTRIES = 120


def show_origin(runs: Sequence[RunRecords]) -> list[Part]:
    """Settings and surroundings of every run, what its files hold, and what none of this covers."""
    parts: list[Part] = []
    for place, run in enumerate(runs):
        body: list[Part] = [show_counts(run), show_entries({"settings": run.settings, **run.manifest})]
        if not run.manifest:
            body.append(
                element("p", "This run has written no manifest; versions, machine and command are not known.", class_="quiet")
            )
        if len(runs) == 1:
            parts += body
        else:
            parts.append(
                element(
                    "details",
                    element("summary", f"{run.name}, seed {run.seed}"),
                    *body,
                    open=place == 0,
                )
            )
    remarks = [*NOT_COVERED, *own_remarks(runs)]
    parts += [element("h3", "What is not covered"), element("ul", *(element("li", remark) for remark in remarks))]
    return parts


def own_remarks(runs: Sequence[RunRecords]) -> list[str]:
    """What the runs themselves say that they do not cover, under the manifest's `not_covered`."""
    found: dict[str, None] = {}
    for run in runs:
        said = run.manifest.get("not_covered")
        for remark in said if isinstance(said, list) else []:
            found.setdefault(shorten(str(remark), 400))
    return list(found)


def show_counts(run: RunRecords) -> Html:
    """How many records each stage wrote, and the isolation that programs ran at."""
    pairs = [
        ("questions", listed(question.split for question in run.questions)),
        ("programs, traces, verdicts", f"{len(run.programs)}, {len(run.traces)}, {len(run.verdicts)}"),
        (
            "rationales",
            say_rationales(run.rationales),
        ),
        ("training examples", listed(str(example.teaches) for example in run.examples)),
        ("predictions", f"{len(run.predictions)}"),
        ("isolation of programs", listed(str(trace.isolation) for trace in run.traces)),
        ("tools", ", ".join(run.traces[-1].tools) if run.traces else "none"),
    ]
    return element("dl", *([element("dt", name), element("dd", shorten(value, 600))] for name, value in pairs))


def listed(names: Iterable[str]) -> str:
    """How often each name comes, in one line."""
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in Counter(names).items()) or "none"


def say_rationales(rationales: Sequence[Rationale]) -> str:
    """How many there are, and what is known of their grounding."""
    checked = [each.unfounded for each in rationales if each.unfounded is not None]
    if not checked:
        return f"{len(rationales)}, not checked for grounding"
    return f"{len(rationales)}, of {len(checked)} checked {sum(map(bool, checked))} say something unfounded"


def show_entries(manifest: Mapping[str, Any]) -> Html | None:
    """The manifest's entries, one line each; the first `MOST_ENTRIES`."""
    entries = list(flat(manifest))
    if not entries:
        return None
    rows: list[Part] = [
        [element("dt", shorten(name, 80)), element("dd", shorten(value, 400))] for name, value in entries[:MOST_ENTRIES]
    ]
    if len(entries) > MOST_ENTRIES:
        rows.append([element("dt", "…"), element("dd", f"{len(entries) - MOST_ENTRIES} more entries in manifest.json")])
    return element("dl", *rows)


def flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Name and value of every entry, names of nested ones joined by a blank; `not_covered` has a place of its own."""
    if isinstance(value, Mapping) and depth < 4:
        for key, inner in value.items():
            if not (depth == 0 and key == "not_covered"):
                yield from flat(inner, f"{name} {str(key).replace('_', ' ')}".strip(), depth + 1)
    elif isinstance(value, list):
        yield name, ", ".join(str(item) for item in value[:40]) + (f" … {len(value) - 40} more" if len(value) > 40 else "")
    else:
        yield name, "not known" if value is None else str(value)
