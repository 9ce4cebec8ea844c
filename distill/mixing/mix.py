"""Mix: from the examples of several runs to one set with its card and its manifest."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vpd.distill.errors import RunError
from vpd.distill.manifest import described, versions
from vpd.distill.mixing.card import write_card
from vpd.distill.mixing.choose import choose, in_order
from vpd.distill.mixing.rows import Source
from vpd.distill.mixing.screen import Dropped, judging, screen
from vpd.distill.mixing.settings import MixSettings
from vpd.distill.mixing.summary import SourceSummary, summarise
from vpd.distill.mixing.tally import Mixed, Tally
from vpd.distill.mixing.training_set import CARD, EXAMPLES, MANIFEST, SETTINGS, digests_in, is_set, open_examples
from vpd.distill.mixing.writing import noted_settings, write_examples
from vpd.distill.records import Prediction
from vpd.distill.run_directory import FILES, write_text
from vpd.distill.run_files import read_object
from vpd.distill.whole_folder import whole_folder
from vpd.engine.record import sha256_of

__all__ = ["mix"]

STUDENTS = "students"


def mix(
    out: Path,
    settings: MixSettings,
    *,
    excluded: Iterable[Path] = (),
    licences: Mapping[str, str] | None = None,
    replace: bool = False,
) -> Mixed:
    """Write a set to `out`, whole or not at all: examples, card, settings, manifest.

    A set that is there, of the same settings and of sources that hold the same, is left as it is. Raises `RunError` where a
    source is none, nothing is left, or `out` is taken; `JournalError` for a broken file of records.
    """
    sources = [
        Source(number, Path(one.path), one.name, unlabelled=settings.unlabelled) for number, one in enumerate(settings.sources)
    ]
    kept_out = {path.name: digests_in(path) for path in excluded}
    refused = set[str]().union(*kept_out.values())
    inputs = {source.name: held_in(source) for source in sources}
    asked = sha256_of([noted_settings(settings, out), inputs, sorted(refused), dict(licences or {})])
    if is_set(out) and not replace and read_object(out / MANIFEST).get("asked") == asked:
        return made_before(out)
    if (out / STUDENTS).exists():
        message = f"{out} holds students, which would be lost with it; move them away, or mix to another place"
        raise RunError(message)
    with whole_folder(out, SETTINGS, replace=replace) as folder:
        rows = [row for source in sources for row in source.rows()]
        held_out = set[str]().union(judging(rows), *(source.held_out() for source in sources))
        screened = screen(rows, held_out, refused)
        chosen, left_out = choose(screened.askings, settings)
        dropped = {source.name: screened.dropped.get(source.number, Counter()) + left_out[source.number] for source in sources}
        if not chosen:
            raise nothing_left(dropped)
        tally = write_examples(folder / EXAMPLES, out, sources, in_order(chosen, settings.seed), settings)
        summaries = [summarise(source.path, source.name, choice.weight) for source, choice in zip(sources, settings.sources)]
        mixed = Mixed(out, tally, dropped, screened.contradictions)
        sizes = {name: len(digests) for name, digests in kept_out.items()}
        write_text(folder / CARD, write_card(out.name, settings, mixed, summaries, sizes, licences or {}))
        write_text(folder / SETTINGS, noted_settings(settings, out) + "\n")
        more = {"asked": asked, "sources": inputs, "refused pictures": sha256_of(sorted(held_out | refused))}
        write_manifest(folder, mixed, summaries, more)
    return mixed


def held_in(source: Source) -> dict[str, Any]:
    """The files of a source that a set and its card are made from, with their digests."""
    names = [name for kind, name in FILES.items() if kind is not Prediction]
    return {name: described(source.path / name) for name in (*names, "settings.json") if (source.path / name).exists()}


def made_before(out: Path) -> Mixed:
    """What an earlier mixing came to. Raises `RunError` where the set is not as it was written."""
    opened, tally = open_examples(out), Tally()
    for example in opened.examples():
        tally.add(example)
    dropped = {
        name: Counter({Dropped(reason): count for reason, count in reasons.items()})
        for name, reasons in opened.manifest["dropped"].items()
    }
    return Mixed(out, tally, dropped, opened.manifest["contradicting answers"], made=False)


def nothing_left(dropped: Mapping[str, Counter[Dropped]]) -> RunError:
    """What is said of a set without rows."""
    reasons = sum(dropped.values(), Counter[Dropped]())
    why = ", ".join(f"{count} {reason.value}" for reason, count in reasons.most_common()) or "the sources hold no examples"
    return RunError(f"no row is left to learn from: {why}; nothing was written")


def write_manifest(folder: Path, mixed: Mixed, summaries: list[SourceSummary], more: Mapping[str, Any]) -> None:
    """Counts, costs, what the sources' files were, what the set's files are; written last."""
    manifest: dict[str, Any] = {
        "counts": mixed.tally.as_counts(),
        "dropped": {name: {reason.value: count for reason, count in why.items() if count} for name, why in mixed.dropped.items()},
        "contradicting answers": mixed.contradictions,
        "language model": {one.name: one.spent for one in summaries},
        "versions": versions(),
        **more,
        "files": {name: described(folder / name) for name in (EXAMPLES, CARD, SETTINGS)},
    }
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
