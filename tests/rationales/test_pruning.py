"""What feeds nothing of the answer is not told."""

from collections.abc import Callable

import pytest

from vpd.distill.grid import Grid
from vpd.distill.rationales.pruning import slice_of
from vpd.distill.rationales.template import tell
from vpd.engine.records import Trace

Run = Callable[[str], Trace]


def live(trace: Trace) -> list[int]:
    """Numbers of the calls that feed the answer."""
    found = slice_of(trace)
    return [call.number for call in trace.calls if found.has(call)]


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ('cats = find(image, "cat")\nreturn str(len(find(image, "dog")))', [1]),
        ('cats, dogs = find(image, "cat"), find(image, "dog")\nreturn str(len(dogs))', [0, 1]),
        ('find(image, "cat")\nreturn str(len(find(image, "dog")))', [1]),
        ('dogs = find(image, "dog")\nprint(color_of(dogs[0]))\nreturn str(len(dogs))', [0]),
        ('if find(image, "cat"):\n    return "yes"\nreturn "no"', [0]),
        ('if find(image, "unicorn"):\n    return "yes"\nif find(image, "cat"):\n    return "cat"\nreturn "no"', [0, 1]),
        ('word = "no"\nif find(image, "cat"):\n    word = "yes"\nreturn word', [0]),
        ('if find(image, "cat"):\n    x = 1\nreturn str(len(find(image, "dog")))', [1]),
        ('names = []\nfor dog in find(image, "dog"):\n    names.append(color_of(dog))\nreturn names[0]', [0, 1, 2, 3]),
        ('n = 0\nfor dog in find(image, "dog"):\n    if color_of(dog) == "pink":\n        n += 1\nreturn str(n)', [0, 1, 2, 3]),
        ('n = 0\nfor dog in find(image, "dog"):\n    color_of(dog)\n    n += 1\nreturn str(n)', [0]),
        ('for dog in find(image, "dog"):\n    if color_of(dog) == "brown":\n        break\nreturn color_of(dog)', [0, 1, 2]),
        ('if (cats := find(image, "cat")):\n    return str(len(cats))\nreturn "0"', [0]),
        ('counts = {}\ncounts["dog"] = len(find(image, "dog"))\nreturn str(counts["dog"])', [0]),
        ('def many(name):\n    return len(find(image, name))\ncats = many("cat")\nreturn str(many("dog"))', [0, 1]),
        ('try:\n    n = len(find(image, "cat"))\nexcept Exception:\n    n = 0\nreturn str(n)', [0]),
    ],
)  # fmt: skip
def test_calls_that_feed_the_answer(body: str, calls: list[int], run: Run) -> None:
    trace = run(body)
    assert trace.failure is None
    assert live(trace) == calls


def test_a_dead_call_is_not_told(run: Run) -> None:
    trace = run(
        'cats = find(image, "cat")\nbench = find(image, "bench")[0]\nif len(cats) > 5:\n    print("many")\nreturn color_of(bench)'
    )
    assert tell(trace, Grid("cell", 8)) == ["Benches: bench at x5 y6; 1 in all.", "The color of the bench at x5 y6 is pink."]


def test_a_program_that_leaves_its_answer_in_a_name_is_sliced_too(run: Run) -> None:
    trace = run('return str(len(find(image, "dog")))')
    source = 'cats = find(image, "cat")\nanswer = str(len(find(image, "dog")))\n'
    two = trace.calls[0].model_copy(update={"line": 1}), trace.calls[0].model_copy(update={"number": 1, "line": 2})
    assert live(trace.model_copy(update={"source": source, "calls": two, "steps": ()})) == [1]


@pytest.mark.parametrize("source", ["def execute_command(", "", "(" * 5000, "\0"])
def test_a_source_that_cannot_be_read_keeps_every_call(source: str, run: Run) -> None:
    trace = run('return str(len(find(image, "dog")))').model_copy(update={"source": source})
    assert live(trace) in ([0], [])
    assert tell(trace, Grid("cell", 8)) is not None
