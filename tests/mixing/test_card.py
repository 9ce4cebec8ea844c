"""The data card says what is in a set, where it is from, what it cost and what it lacks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vpd.distill.mixing import MixSettings, mix
from vpd.distill.mixing.card import plain
from vpd.distill.mixing.licences import UNKNOWN, licence_of
from vpd.distill.records import Finding, Rationale, State
from vpd.engine.journal import read_records

MakeRun = Callable[..., Path]


def card(out: Path, *runs: Path, licences: dict[str, str] | None = None, **more: object) -> str:
    mix(out, MixSettings.checked(sources=[{"path": str(run)} for run in runs], **more), licences=licences)
    return (out / "card.md").read_text()


def test_the_card_counts_rows_yields_and_costs(make_run: MakeRun, tmp_path: Path) -> None:
    text = card(tmp_path / "set", make_run("run", wrong=[1, 2]))
    assert "28 rows that teach a vision-language model to answer 16 questions about 8 pictures, 12 of them by a rationale" in text
    assert "4 questions have a short answer only" in text
    assert "| run | existence | 8 | 8 | 6 | 75.0 % |" in text
    assert "| counting | train | answer | 8 |" in text
    assert "| existence | 1 | 8 | yes 8 |" in text
    assert "| run | 2 | 200 | 20 | 3.0 | 0.5000 | 0 |" in text


def test_the_card_names_models_tools_and_rules(make_run: MakeRun, tmp_path: Path) -> None:
    text = card(tmp_path / "set", make_run("run"))
    assert "draws by model local/drawn: 2" in text
    assert "tools look==1" in text
    assert "judging rules text-1: 16" in text
    assert "Programs behind the rationale rows were judged: right: 16." in text


def test_the_card_says_what_was_left_out(make_run: MakeRun, tmp_path: Path) -> None:
    runs = make_run("first"), make_run("second", range(20, 24), held_out=[3], source="other-1")
    text = card(tmp_path / "set", *runs, most=6)
    assert "| first | picture of a held-out split | 4 |" in text
    assert "left out for the limit" in text
    assert "At most 6 questions." in text


def test_the_card_names_the_licences_it_was_told_and_those_it_lacks(make_run: MakeRun, tmp_path: Path) -> None:
    runs = make_run("first"), make_run("second", range(20, 24), source="other-1")
    text = card(tmp_path / "set", *runs, licences={"colours-1": "CC0-1.0"})
    assert "| colours-1 | 32 | CC0-1.0 |" in text
    assert "Licences that are not known: other-1." in text


def test_the_card_counts_what_checks_said_of_the_taught_programs(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    told = list(read_records(run / "rationales.jsonl", Rationale))
    states = [State.PASSED, *[State.UNKNOWN] * (len(told) - 1)]
    findings = [
        Finding(
            question=one.question,
            trace=one.trace,
            trace_digest=one.trace_digest,
            battery="constancy-1",
            states={"constancy": state},
            scores={},
        )
        for one, state in zip(told, states)
    ]
    (run / "findings.jsonl").write_text("".join(f"{one.to_line()}\n" for one in findings))
    text = card(tmp_path / "set", run)
    (line,) = [line for line in text.splitlines() if "The check constancy of these programs" in line]
    assert "passed: 1" in line
    assert "unknown: 15" in line


def test_the_card_sends_on_to_the_card_of_an_earlier_set(make_run: MakeRun, tmp_path: Path) -> None:
    card(tmp_path / "first", make_run("run"))
    assert "first is an earlier set" in card(tmp_path / "second", tmp_path / "first")


def test_the_card_warns_of_kinds_with_one_answer(make_run: MakeRun, tmp_path: Path) -> None:
    text = card(tmp_path / "set", make_run("run"))
    assert "Kinds with one answer only, which teach that answer whatever is asked: counting, existence." in text


def test_the_card_names_files_without_their_folders(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    (run / "settings.json").write_text('{"llm": "replay:/home/someone/secret/draws.jsonl", "toolset": "~/own/tools.toml"}')
    text = card(tmp_path / "set", run)
    assert "replay:draws.jsonl" in text
    assert "toolset=tools.toml" in text
    assert "secret" not in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize("name", ["https://host/v1/model", "local/qwen2.5", "openai/gpt", "a / b", "../runs/one"])
def test_what_is_no_whole_path_stays(name: str) -> None:
    assert plain(name).replace("\\", "") == name


def test_hostile_names_do_not_become_markup(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run", asked=[("Is it?", "<script>|`x`", "[a](b)")])
    text = card(tmp_path / "set", run)
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert r"\<script\>\|\`x\`" in text


@pytest.mark.parametrize(
    ("data_set", "licence"),
    [("scenes-1", "Apache-2.0"), ("GQA 1.2", "CC BY 4.0"), ("A-OKVQA v1p0 (direct answer)", "Apache-2.0"), ("GQAish", UNKNOWN)],
)
def test_known_data_sets_have_their_licence(data_set: str, licence: str) -> None:
    assert licence_of(data_set, {}).startswith(licence)
