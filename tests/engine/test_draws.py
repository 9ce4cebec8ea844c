"""Draws: keyed by everything that can change them, kept on disk, written by many at once, replayed from a file."""

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.engine.completer import Completer, Sampling, seed_of
from vpd.engine.draw_cache import CachedCompleter, draw_key
from vpd.engine.errors import ModelError, NotRecorded
from vpd.engine.prompt import make_prompt
from vpd.engine.recorded_draws import RecordedDraws, export_draws
from vpd.engine.records import Program, Prompt
from vpd.engine.sample import draw_programs
from vpd.engine.scripted import ScriptedCompleter
from vpd.engine.text_cache import TextCache
from vpd.prompts.render import Turn

SAMPLING = Sampling()


def prompt_of(text: str) -> Prompt:
    return make_prompt("program", [Turn("system", "Write a program."), Turn("user", text)])


def questions(*texts: str) -> list[tuple[str, Prompt]]:
    return [(text, prompt_of(text)) for text in texts]


def number_of_draw(prompt: Prompt, draw: int) -> str:
    return f"answer = {draw}"


def draw_all(completer: Completer, *texts: str, k: int = 5) -> list[Program]:
    return sorted(draw_programs(questions(*texts), completer, SAMPLING, k), key=lambda program: (program.question, program.draw))


samplings = st.builds(
    Sampling,
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.integers(1, 9),
    top_p=st.none() | st.floats(0.1, 1),
    seed=st.none() | st.integers(0, 3),
    stop=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)
asked = st.tuples(st.sampled_from(["a/x", "a/y"]), st.sampled_from(["Is it?", "Is it ?"]), samplings, st.integers(0, 5))


@given(asked, asked)
def test_draws_share_a_key_only_where_all_that_was_asked_is_equal(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    keys = [draw_key(model, prompt_of(text), sampling, draw) for model, text, sampling, draw in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_k_draws_of_one_prompt_have_k_keys_and_k_seeds() -> None:
    prompt = prompt_of("Is it?")
    assert len({draw_key("a/x", prompt, SAMPLING, draw) for draw in range(100)}) == 100
    assert len({seed_of(SAMPLING, prompt, draw) for draw in range(100)}) == 100


def test_two_prompts_get_different_seeds_for_the_same_draw() -> None:
    assert seed_of(SAMPLING, prompt_of("Is it?"), 0) != seed_of(SAMPLING, prompt_of("Was it?"), 0)


def test_a_draw_is_asked_for_once_and_marked_when_it_comes_from_the_cache(tmp_path: Path) -> None:
    inner = ScriptedCompleter(number_of_draw)
    with CachedCompleter(inner, TextCache(tmp_path)) as completer:
        first, second = draw_all(completer, "Is it?"), draw_all(completer, "Is it?")
    assert len(inner.requests) == 5
    assert (
        [program.completion for program in first]
        == [program.completion for program in second]
        == [f"answer = {n}" for n in range(5)]
    )
    assert [program.cached for program in first + second] == [False] * 5 + [True] * 5


def test_cached_draws_outlive_the_process_that_drew_them(tmp_path: Path) -> None:
    with CachedCompleter(ScriptedCompleter(number_of_draw), TextCache(tmp_path)) as completer:
        before = draw_all(completer, "Is it?")
    with CachedCompleter(ScriptedCompleter({}), TextCache(tmp_path)) as completer:
        after = draw_all(completer, "Is it?")
    assert [program.digest for program in after] == [program.digest for program in before]


def test_a_damaged_cache_entry_is_drawn_again(tmp_path: Path) -> None:
    with TextCache(tmp_path) as cache:
        cache.set(draw_key("scripted", prompt_of("Is it?"), SAMPLING, 0), '{"completion": {"text": 7, "more": 1}}')
    with CachedCompleter(ScriptedCompleter(number_of_draw), TextCache(tmp_path)) as completer:
        assert completer.complete(prompt_of("Is it?"), SAMPLING, 0).text == "answer = 0"


def test_a_cache_that_is_no_cache_loses_no_draw(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache.db").write_bytes(b"this is no database, and long enough to be taken for one" * 50)
    with CachedCompleter(ScriptedCompleter(number_of_draw), TextCache(tmp_path)) as completer:
        assert len(draw_all(completer, "Is it?", "Was it?")) == 10
    assert len(caplog.records) == 1


def test_every_draw_of_every_question_comes_once() -> None:
    with ScriptedCompleter(number_of_draw, concurrency=4) as completer:
        drawn = draw_all(completer, "Is it?", "Was it?", "Will it?", k=3)
    assert [(program.question, program.draw) for program in drawn] == [
        (text, draw) for text in ("Is it?", "Was it?", "Will it?") for draw in range(3)
    ]


def test_draws_that_are_there_are_not_asked_for_again() -> None:
    with ScriptedCompleter(number_of_draw) as completer:
        there = draw_all(completer, "Is it?", k=2)
        done = {program.id for program in there}
        missing = list(draw_programs(questions("Is it?"), completer, SAMPLING, 5, done=done))
    assert sorted(program.draw for program in missing) == [2, 3, 4]


def test_a_record_holds_the_model_the_sampling_and_the_program() -> None:
    with ScriptedCompleter({"Is it?": ["```python\nanswer = 'yes'  \n```"]}) as completer:
        (program,) = draw_programs(questions("Is it?"), completer, Sampling(temperature=0.2, seed=3), 1)
    assert (program.model, program.source) == ("scripted", "answer = 'yes'\n")
    assert program.sampling == {"temperature": 0.2, "max_tokens": 512, "top_p": None, "seed": 3, "stop": None}
    assert program.completion_tokens > 0
    assert program.cost == 0.0


def test_an_answer_that_ends_in_half_a_character_can_be_written_down() -> None:
    with ScriptedCompleter({"": ["answer = 'x'\n# \ud83d"]}) as completer:
        (program,) = draw_programs(questions("Is it?"), completer, SAMPLING, 1)
    assert Program.from_line(program.to_line()).completion == "answer = 'x'\n# ?"


def test_a_failure_comes_after_the_draws_that_were_under_way() -> None:
    with ScriptedCompleter(number_of_draw, concurrency=3, faults={4: ModelError("the model is gone")}) as completer:
        stream = draw_programs(questions("Is it?", "Was it?", "Will it?"), completer, SAMPLING, 5)
        drawn: list[Program] = []
        with pytest.raises(ModelError, match="the model is gone"):
            drawn.extend(stream)
        asked_for = len(completer.requests)
    assert asked_for < 15
    assert len(drawn) == asked_for - 1


def test_prompts_are_taken_only_as_they_are_needed() -> None:
    taken = []

    def prompts() -> Iterator[tuple[str, Prompt]]:
        for number in range(1000):
            taken.append(number)
            yield f"Is it {number}?", prompt_of(f"Is it {number}?")

    with ScriptedCompleter(number_of_draw) as completer:
        programs = draw_programs(prompts(), completer, SAMPLING, 1)
        for _ in range(3):
            next(programs)
    assert len(taken) < 10


def test_who_stops_listening_does_not_wait_for_a_model_that_hangs() -> None:
    hanging = threading.Event()

    def answer(prompt: Prompt, draw: int) -> str:
        if draw:
            hanging.wait(60)
        return "answer = 1"

    programs = draw_programs(questions("Is it?"), ScriptedCompleter(answer, concurrency=3), SAMPLING, 3)
    assert next(programs).draw == 0
    del programs
    hanging.set()


@pytest.mark.parametrize("name", ["draws.jsonl", "draws.jsonl.gz"])
def test_exported_draws_are_replayed_and_marked(tmp_path: Path, name: str) -> None:
    with ScriptedCompleter(number_of_draw, model="openai/gpt") as completer:
        drawn = draw_all(completer, "Is it?", "Was it?")
    assert export_draws(drawn, tmp_path / name) == 10
    with RecordedDraws(tmp_path / name) as replay:
        again = draw_all(replay, "Is it?", "Was it?")
    assert [program.id for program in again] == [program.id for program in drawn]
    assert [program.source for program in again] == [program.source for program in drawn]
    assert {(program.model, program.replayed) for program in again} == {("openai/gpt", True)}


def test_an_export_of_the_same_draws_has_the_same_bytes(tmp_path: Path) -> None:
    with ScriptedCompleter(number_of_draw) as completer:
        drawn = draw_all(completer, "Is it?")
    for name, order in (("one.gz", drawn), ("other.gz", drawn[::-1])):
        export_draws(order, tmp_path / name)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "other.gz").read_bytes()


def test_a_run_s_own_file_of_programs_can_be_replayed(tmp_path: Path) -> None:
    with ScriptedCompleter(number_of_draw) as completer:
        drawn = draw_all(completer, "Is it?")
    (tmp_path / "programs.jsonl").write_text("".join(f"{program.to_line()}\n" for program in drawn))
    with RecordedDraws(tmp_path / "programs.jsonl") as replay:
        assert replay.complete(prompt_of("Is it?"), SAMPLING, 3).text == "answer = 3"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    with ScriptedCompleter(number_of_draw) as completer:
        export_draws(draw_all(completer, "Is it?"), tmp_path / "draws.jsonl")
    return tmp_path / "draws.jsonl"


def test_a_prompt_that_was_not_recorded_is_named(recording: Path) -> None:
    with (
        RecordedDraws(recording) as replay,
        pytest.raises(NotRecorded, match=r"Was it\?.*the prompt is not there.*5 draws of 1 prompts"),
    ):
        replay.complete(prompt_of("Was it?"), SAMPLING, 0)


def test_another_sampling_of_a_recorded_prompt_is_not_recorded(recording: Path) -> None:
    with RecordedDraws(recording) as replay, pytest.raises(NotRecorded, match="the prompt is there"):
        replay.complete(prompt_of("Is it?"), Sampling(temperature=1), 0)


def test_a_sixth_draw_of_five_is_not_recorded(recording: Path) -> None:
    with RecordedDraws(recording) as replay, pytest.raises(NotRecorded, match="draw 5"):
        replay.complete(prompt_of("Is it?"), SAMPLING, 5)


def test_a_file_of_several_models_asks_which_one(recording: Path) -> None:
    with ScriptedCompleter(number_of_draw, model="other") as completer:
        more = draw_all(completer, "Is it?")
    with recording.open("a") as file:
        file.writelines(f"{program.to_line()}\n" for program in more)
    with pytest.raises(ModelError, match=r"other \(5 draws\), scripted \(5 draws\)"):
        RecordedDraws(recording)
    assert RecordedDraws(recording, "other").model == "other"


def test_two_different_texts_for_one_draw_are_refused(recording: Path) -> None:
    line = json.loads(recording.read_text().splitlines()[0]) | {"completion": "answer = 99"}
    with recording.open("a") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(ModelError, match="two different draws"):
        RecordedDraws(recording)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no draws"),
        (b"not json\n", "line 1: no recorded draw"),
        (b'{"draw": 1}\n', "line 1: no recorded draw"),
        (b"[]\n", "line 1: no recorded draw"),
        (b"\x1f\x8b broken", "cannot be read"),
        (b"\xff\xfe\n", "cannot be read"),
    ],
)
def test_a_file_that_holds_no_draws_is_refused_in_one_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "draws").write_bytes(content)
    with pytest.raises(ModelError, match=complaint) as caught:
        RecordedDraws(tmp_path / "draws")
    assert "\n" not in str(caught.value)


def test_a_half_written_last_line_is_left_out(recording: Path) -> None:
    with recording.open("a") as file:
        file.write('{"model": "scripted", "dra')
    assert RecordedDraws(recording).complete(prompt_of("Is it?"), SAMPLING, 4).text == "answer = 4"


def test_a_cut_gzip_file_is_refused(tmp_path: Path, recording: Path) -> None:
    whole = gzip.compress(recording.read_bytes())
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cannot be read"):
        RecordedDraws(tmp_path / "cut.gz")


def test_the_longest_fitting_key_of_a_script_decides() -> None:
    with ScriptedCompleter({"dog": ["a"], "red dog": ["b", "c"]}) as completer:
        texts = [completer.complete(prompt_of("Is there a red dog?"), SAMPLING, draw).text for draw in range(3)]
    assert texts == ["b", "c", "b"]


def test_a_script_without_an_answer_says_so() -> None:
    with ScriptedCompleter({"cat": ["a"]}) as completer, pytest.raises(ModelError, match=r"Is there a dog\?"):
        completer.complete(prompt_of("Is there a dog?"), SAMPLING, 0)


@pytest.mark.parametrize("wrong", [{"temperature": 3}, {"temperature": -1}, {"max_tokens": 0}, {"top_p": 0}, {"top_p": 2}])
def test_a_sampling_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        Sampling(**wrong)  # type: ignore[arg-type]
