"""A language model that rewrites rationales: scripted, kept, refused, fallen back from."""

from collections import Counter
from collections.abc import Callable

import pytest

from vpd.distill.grid import FAMILIES, Grid
from vpd.distill.judging import judge_trace
from vpd.distill.rationales.rewriting import Rewriter, read_draft
from vpd.distill.rationales.template import WRITER
from vpd.distill.rationales.writing import Telling, write_by_template, write_rationales
from vpd.distill.records import Rationale
from vpd.engine.draw_cache import CachedCompleter
from vpd.engine.records import Prompt, Question, Trace
from vpd.engine.scripted import ScriptedCompleter
from vpd.engine.text_cache import TextCache
from vpd.prompts.rationale import BOX, read_rewrites
from vpd.tools.box import Box

GRID = Grid("cell", 8)
COUNT = """
dogs = find(image, "dog")
bench = find(image, "bench")[0]
left = [dog for dog in dogs if dog.x < bench.x]
return str(len(left))
"""
TRUE = "There are three dogs, and two of them, at x1 y5 and x3 y2, are to the left of the bench. So the answer is 2."
FALSE = "There are three dogs and a cat. So the answer is 2."


@pytest.fixture
def telling(run: Callable[[str], Trace], question: Question) -> Telling:
    trace = run(COUNT)
    asked = question.model_copy(update={"text": "How many dogs are to the left of the bench?"})
    return Telling(asked, trace, judge_trace(asked, trace))


def written(
    telling: Telling, completer: ScriptedCompleter | CachedCompleter, attempts: int = 3
) -> tuple[list[Rationale], Counter[str]]:
    outcomes: Counter[str] = Counter()

    def advance(outcome: str) -> None:
        outcomes[outcome] += 1

    rewriter = Rewriter(completer, attempts=attempts)
    return list(write_rationales([telling], GRID, rewriter, set(), advance)), outcomes


def test_a_founded_draft_is_kept(telling: Telling) -> None:
    (rationale,), outcomes = written(telling, ScriptedCompleter(lambda _prompt, _draw: TRUE))
    assert rationale.text == TRUE
    assert rationale.writer.startswith("scripted ")
    assert rationale.unfounded == ()
    assert outcomes == {"rewritten": 1}


def test_an_unfounded_draft_is_refused_and_the_next_taken(telling: Telling) -> None:
    (rationale,), outcomes = written(telling, ScriptedCompleter(lambda _prompt, draw: TRUE if draw else FALSE))
    assert rationale.text == TRUE
    assert outcomes == {"refused": 1, "rewritten": 1}


def test_the_template_is_fallen_back_on_where_no_draft_is_founded(telling: Telling) -> None:
    (rationale,), outcomes = written(telling, ScriptedCompleter(lambda _prompt, _draw: FALSE))
    assert rationale == write_by_template(telling, GRID)
    assert rationale.writer == WRITER
    assert outcomes == {"refused": 3, "fell back": 1, "told": 1}


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "So the answer is 2.",
        "There are three dogs. So the answer is 3.",
        "There are three dogs. So the answer is 2. And a cat is there.",
        "word " * 2000,
    ],
)
def test_a_draft_without_a_reason_another_answer_or_no_end_is_refused(draft: str, telling: Telling) -> None:
    _, outcomes = written(telling, ScriptedCompleter(lambda _prompt, _draw: draft), attempts=1)
    assert outcomes["refused"] == 1


def test_the_answer_is_never_bent_to_the_label(telling: Telling) -> None:
    labelled = telling._replace(question=telling.question.model_copy(update={"answers": ("3",)}))
    (rationale,), _ = written(labelled, ScriptedCompleter(lambda _prompt, _draw: TRUE.replace("is 2", "is 3")))
    assert rationale.text.endswith("So the answer is 2.")


def test_the_model_is_given_the_findings_and_never_the_label(telling: Telling) -> None:
    seen: list[Prompt] = []

    def script(prompt: Prompt, _draw: int) -> str:
        seen.append(prompt)
        return TRUE

    written(telling._replace(question=telling.question.model_copy(update={"answers": ("4711",)})), ScriptedCompleter(script))
    asked = seen[0].messages[-1].content
    assert "To the left of the bench: dog at x1 y5, dog at x3 y2; 2 in all." in asked
    assert "def execute_command" in asked
    assert all("4711" not in message.content for message in seen[0].messages)


def test_drafts_are_kept_in_the_cache_of_draws(telling: Telling, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("draws")
    inner = ScriptedCompleter(lambda _prompt, draw: TRUE if draw else FALSE)
    for _ in range(2):
        with CachedCompleter(inner, TextCache(folder)) as completer:
            assert written(telling, completer)[0][0].text == TRUE
    assert len(inner.requests) == 2


def test_what_is_written_already_is_not_asked_for(telling: Telling) -> None:
    completer = ScriptedCompleter(lambda _prompt, _draw: TRUE)
    (rationale,), _ = written(telling, completer)
    again = list(write_rationales([telling], GRID, Rewriter(completer), {rationale.id}, lambda _outcome: None))
    assert again == []
    assert len(completer.requests) == 1


def test_several_requests_are_under_way_at_once_where_the_model_takes_them(telling: Telling) -> None:
    asked = telling.question.model_dump()
    others = [telling._replace(question=Question(**{**asked, "key": str(number)})) for number in range(5)]
    completer = ScriptedCompleter(lambda _prompt, _draw: TRUE, concurrency=4)
    found = list(write_rationales(others, GRID, Rewriter(completer), set(), lambda _outcome: None))
    assert [one.question for one in found] == [one.question.id for one in others]


def test_a_model_is_asked_program_by_program(telling: Telling) -> None:
    asked = telling.question.model_dump()
    texts = ["How many dogs?", "Any dogs?", "How many dogs?", "Any dogs?"]
    mixed = [telling._replace(question=Question(**{**asked, "key": str(at), "text": text})) for at, text in enumerate(texts)]
    completer = ScriptedCompleter(lambda _prompt, _draw: TRUE)
    found = list(write_rationales(mixed, GRID, Rewriter(completer), set(), lambda _outcome: None))
    assert [one.question for one in found] == [mixed[at].question.id for at in (1, 3, 0, 2)]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("There are 2 dogs. So the answer is 2.", "There are 2 dogs. So the answer is 2."),
        ("There are 2 dogs.", "There are 2 dogs. So the answer is 2."),
        ("```\nThere are 2 dogs.\nSo the answer is 2\n```", "There are 2 dogs. So the answer is 2."),
        ('"There are 2 dogs."', "There are 2 dogs. So the answer is 2."),
        ("Rationale: There are **2** dogs.", "There are 2 dogs. So the answer is 2."),
        ("", "So the answer is 2."),
    ],
)
def test_what_stands_round_a_draft_is_taken_off(said: str, read: str) -> None:
    assert read_draft(said, "2") == read


@pytest.mark.parametrize("grid", FAMILIES.values(), ids=FAMILIES.keys())
def test_the_examples_say_nothing_that_their_findings_do_not(grid: Grid) -> None:
    def place(left: float, top: float, right: float, bottom: float) -> str:
        return grid.write(Box(left * 100, top * 100, right * 100, bottom * 100), 100, 100)

    examples = read_rewrites(place)
    assert len(examples) >= 6
    for example in examples:
        found = {written.numbers for written in grid.read(example.findings)}
        assert {written.numbers for written in grid.read(example.rationale)} <= found
        assert example.rationale.endswith(f"So the answer is {example.answer}.")
        assert not BOX.search(example.rationale + example.findings)
