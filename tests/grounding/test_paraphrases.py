"""Rationales in free words, right and wrong, held against traces."""

import json
from pathlib import Path

import pytest

from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.engine.records import Question, Trace

ROWS = [json.loads(line) for line in (Path(__file__).parent / "paraphrases.jsonl").read_text().splitlines()]
"""Written by hand: what each is about (a program of `conftest.py`), and the kind of claim that is wrong in it, if any."""
Stories = dict[str, tuple[Question, Trace]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['about']}-{row['wrong']}")
def test_free_words_are_held_against_the_trace(row: dict[str, str | None], stories: Stories, grid: Grid) -> None:
    question, trace = stories[str(row["about"])]
    grounding = ground(str(row["text"]), trace, question, grid)
    if row["wrong"] is None:
        assert grounding.lines == ()
    else:
        assert row["wrong"] in {str(claim.kind) for claim in grounding.unfounded}
