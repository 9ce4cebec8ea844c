"""Any words, in any format; any weights."""

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from vpd.distill.export import FORMATS, ExportSettings, Marks, check, export
from vpd.distill.export.marks import escaped, marks_in
from vpd.distill.mixing import MixSettings
from vpd.distill.mixing.choose import weighted_counts
from vpd.distill.mixing.training_set import EXAMPLES
from vpd.distill.records import TrainingExample
from vpd.engine.journal import read_records

WORDS = some.text(min_size=1, max_size=60).filter(str.strip)
SIGNS = ("<", ">", "|", "[", "]", "/", "image", "im_end", "IMG", "INST", " ", "\n", "x")
PIECES = some.lists(some.sampled_from(SIGNS), max_size=12)


@given(PIECES.map("".join))
def test_no_mark_is_left_after_escaping(text: str) -> None:
    assert marks_in(escaped(text)) == []
    assert escaped(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.pairs])
@settings(max_examples=12, deadline=None)
@given(asked=WORDS, told=WORDS)
def test_any_words_come_back(name: str, run: Path, asked: str, told: str) -> None:
    wanted = ExportSettings(marks=Marks.ESCAPE)
    with TemporaryDirectory() as place:
        source = Path(place) / "run"
        source.mkdir()
        (source / "images").symlink_to(run / "images")
        example = next(read_records(run / EXAMPLES, TrainingExample))
        user, assistant = example.messages
        turns = (user.model_copy(update={"content": asked}), assistant.model_copy(update={"content": told}))
        (source / EXAMPLES).write_text(example.model_copy(update={"messages": turns}).to_line() + "\n", "utf-8")
        export(source, FORMATS[name], Path(place) / "out", wanted)
        check(source, FORMATS[name], Path(place) / "out", wanted)


@given(
    there=some.lists(some.integers(1, 500), min_size=1, max_size=6),
    weights=some.lists(some.floats(0.01, 100), min_size=6, max_size=6),
    most=some.none() | some.integers(1, 300),
)
def test_weights_never_ask_for_more_than_there_is(there: list[int], weights: list[float], most: int | None) -> None:
    sources = [{"path": f"run{number}", "weight": weight} for number, weight in zip(range(len(there)), weights)]
    counts = weighted_counts(there, MixSettings.checked(sources=sources, most=most))
    assert all(0 <= counts[number] <= count for number, count in enumerate(there))
    total, whole = sum(counts.values()), sum(Fraction(str(source["weight"])) for source in sources)
    assert most is None or total <= most
    assert all(abs(counts[n] - total * Fraction(str(source["weight"])) / whole) < 1 for n, source in enumerate(sources))
