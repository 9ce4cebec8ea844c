"""Checks that read records alone: luck, blindness, agreement, the vote, and what a policy makes of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.distill.checks import Policy, check_statically, read_policy, shipped_policies
from vpd.distill.checks.calibration import Calibration
from vpd.distill.checks.candidates import suspects
from vpd.distill.checks.coverage import rightness, votes_of
from vpd.distill.checks.dependence import answer_hangs_on_calls
from vpd.distill.checks.hidden_labels import HiddenLabels, read_labels
from vpd.distill.checks.policy import Limits
from vpd.distill.checks.structure import structure_of
from vpd.distill.checks.track_record import luck
from vpd.distill.checks.voting import vote
from vpd.distill.errors import RunError
from vpd.distill.judging import judge_trace
from vpd.distill.records import Outcome, State
from vpd.distill.run_files import Asked, JudgedDraw
from vpd.engine.records import AnswerKind, Isolation, Program, Question, ToolCall, Trace
from vpd.tools.image import ImageRef

COUNTS = 'def execute_command(image):\n    return str(len(find(image, "dog")) > 0)'
RENAMED = 'def execute_command(picture):\n    """Look."""\n    return str(len(find(picture, "dog")) > 0)  # done'
EXISTS = 'def execute_command(image):\n    return bool_to_yesno(exists(image, "dog"))'
ALWAYS = 'def execute_command(image):\n    find(image, "dog")\n    return "yes"'


def picture(number: int) -> ImageRef:
    return ImageRef(f"{number:064x}", f"{number}.png", 10, 10)


def asked(number: int, label: str, answers: dict[str, str | None], split: str = "train") -> Asked:
    """A question about one picture, with the answer that each program gave on it."""
    image = picture(number)
    labels = (label,) if label else ()
    question = Question(
        key=str(number), text="Is there a dog?", image=image, kind="exist", answer_kind=AnswerKind.YES_NO, answers=labels,
        source="test", split=split,
    )  # fmt: skip
    draws = []
    for draw, (source, answer) in enumerate(answers.items()):
        program = Program(
            question=question.text, prompt_sha256="0" * 64, model="m", sampling={}, draw=draw, completion=source, source=source
        )
        call = ToolCall(number=0, line=1, tool="find", arguments={"name": "dog"}, result=[])
        trace = Trace(
            program=program.source_sha256, source=source, image=image, image_sha256=image.sha256, tools=(),
            isolation=Isolation.PROCESS, calls=(call,), answer=answer,
        )  # fmt: skip
        draws.append(JudgedDraw(program, trace, judge_trace(question, trace)))
    return Asked(question, tuple(draws))


def states(found: list[Asked], check: str) -> dict[tuple[int, str], State]:
    """What one check says of every program on every picture."""
    sources = {draw.verdict.trace: draw.program.source for each in found for draw in each.draws if draw.verdict}
    numbers = {each.question.id: int(each.question.key) for each in found}
    return {
        (numbers[finding.question], sources[finding.trace]): finding.states[check]
        for finding in check_statically(found, Limits())
    }


def test_a_program_that_is_always_right_is_not_lucky() -> None:
    found = [asked(number, label, {COUNTS: label}) for number, label in enumerate(["yes", "no"] * 10)]
    assert set(states(found, "chance").values()) == {State.PASSED}


def test_a_program_that_is_right_half_the_time_is_lucky_where_it_is_right() -> None:
    found = [asked(number, label, {EXISTS: "yes"}) for number, label in enumerate(["yes", "no"] * 10)]
    assert set(states(found, "chance").values()) == {State.FAILED}


def test_held_out_pictures_do_not_count_for_a_program() -> None:
    found = [asked(number, "yes", {COUNTS: "yes"}, split="plain") for number in range(20)]
    assert set(states(found, "chance").values()) == {State.UNKNOWN}


def test_with_one_picture_two_yes_programs_prove_nothing() -> None:
    assert set(states([asked(0, "yes", {COUNTS: "yes", EXISTS: "yes"})], "chance").values()) == {State.UNKNOWN}


def test_a_program_that_is_clearly_beaten_is_found() -> None:
    labels = ["yes", "no"] * 10
    found = [asked(number, label, {COUNTS: label, EXISTS: "yes" if number < 7 else label}) for number, label in enumerate(labels)]
    said = states(found, "unbeaten")
    assert said[0, COUNTS] is State.PASSED
    assert said[0, EXISTS] is State.FAILED


@pytest.mark.parametrize(("labelled", "state"), [(16, State.PASSED), (15, State.FAILED), (0, State.UNKNOWN)])
def test_a_program_that_labels_of_other_pictures_have_proven_stands_in_for_a_label(labelled: int, state: State) -> None:
    found = [asked(number, ("yes", "no")[number % 2], {COUNTS: ("yes", "no")[number % 2]}) for number in range(labelled)]
    assert states([*found, asked(99, "", {COUNTS: "no"})], "proven")[99, COUNTS] is state


def test_a_program_that_labels_speak_against_proves_nothing() -> None:
    found = [asked(number, "yes", {COUNTS: "no" if number % 3 == 0 else "yes"}) for number in range(60)]
    assert states([*found, asked(99, "", {COUNTS: "no"})], "proven")[99, COUNTS] is State.FAILED


def test_where_there_is_a_label_no_record_stands_against_it() -> None:
    found = [asked(number, "yes", {COUNTS: "yes", EXISTS: "no"}) for number in range(20)]
    said = states([*found, asked(20, "no", {COUNTS: "yes", EXISTS: "no"})], "proven")
    assert (said[20, COUNTS], said[20, EXISTS]) == (State.FAILED, State.PASSED)


def test_a_constant_answer_is_caught_though_the_program_calls_a_tool() -> None:
    found = [asked(number, label, {ALWAYS: "yes"}) for number, label in enumerate(["yes", "no"] * 10)]
    assert set(states(found, "looks").values()) == {State.FAILED}
    assert set(states(found, "varies").values()) == {State.FAILED}


def test_one_program_under_two_names_is_one_voice() -> None:
    assert structure_of(COUNTS) == structure_of(RENAMED)
    assert structure_of(COUNTS) != structure_of(EXISTS)
    assert states([asked(0, "yes", {COUNTS: "yes", RENAMED: "yes"})], "agreement")[0, COUNTS] is State.UNKNOWN


def test_another_way_to_the_same_answer_is_agreement() -> None:
    said = states([asked(0, "yes", {COUNTS: "yes", EXISTS: "yes", ALWAYS: "no"})], "agreement")
    assert said == {(0, COUNTS): State.PASSED, (0, EXISTS): State.PASSED, (0, ALWAYS): State.FAILED}


def test_programs_vote_where_nobody_knows_the_answer() -> None:
    each = asked(0, "", {COUNTS: "yes", EXISTS: "yes", ALWAYS: "no"})
    won = vote(each)
    assert won is not None
    assert (won.answer, round(won.share, 2), won.structures) == ("yes", 0.67, 2)
    assert states([each], "agreed")[0, ALWAYS] is State.FAILED


def test_a_split_vote_abstains() -> None:
    each = asked(0, "", {COUNTS: "yes", EXISTS: "no"})
    assert states([each], "agreed") == {(0, COUNTS): State.UNKNOWN, (0, EXISTS): State.FAILED}


def test_programs_that_fail_count_against_every_answer() -> None:
    won = vote(asked(0, "", {COUNTS: "yes", EXISTS: None, ALWAYS: None}))
    assert won is not None
    assert round(won.share, 2) == 0.33


@pytest.mark.parametrize(
    ("source", "hangs"),
    [
        (COUNTS, True),
        (ALWAYS, False),
        ("answer = len(image.find('dog'))", True),
        ("answer = image.width > image.height", False),
        ("def execute_command(image):\n    if image.exists('dog'):\n        return 'yes'\n    return 'no'", True),
        ("def execute_command(image):\n    n = 0\n    for d in find(image, 'dog'):\n        n += 1\n    return n", True),
        ("def execute_command(image):\n    seen = []\n    seen.append(caption(image))\n    return seen[0]", True),
        ("def look(i):\n    return find(i, 'dog')\ndef execute_command(image):\n    return len(look(image))", True),
        ("import math\ndef execute_command(image):\n    find(image, 'dog')\n    return math.sqrt(4)", False),
        ("def f(image):\n    try:\n        find(image, 'x')\n    except Exception:\n        return 'no'\n    return 'yes'", True),
        ("def execute_command(image):\n    if (n := count(image)) > 2:\n        pass\n    return n", True),
        ("def execute_command(image):\n    x = query(image)\n    x = 3\n    return 4", False),
        ("not a program (", False),
    ],
)  # fmt: skip
def test_whether_an_answer_can_hang_on_a_call_is_read_from_the_text(source: str, hangs: bool) -> None:
    assert answer_hangs_on_calls(source) is hangs


@given(st.text(max_size=300))
def test_any_text_has_a_structure_and_a_dependence(text: str) -> None:
    assert len(structure_of(text)) == 64
    assert answer_hangs_on_calls(text) in (True, False)


@pytest.mark.parametrize(("right", "of", "chance", "expected"), [(5, 5, 0.5, 0.03125), (0, 5, 0.5, 1.0), (1, 2, 0.5, 0.75)])
def test_luck_is_the_tail_of_the_binomial(right: int, of: int, chance: float, expected: float) -> None:
    assert luck(right, of, chance) == pytest.approx(expected)


def test_every_policy_that_comes_along_is_found_by_its_name() -> None:
    assert {"agreed", "none", "paper", "proven", "reasons", "wrong"} == set(shipped_policies())
    assert read_policy("paper").require == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\nrequire = ["luk"]', "asks for luk"),
        ('name = "x"\nanswer = "maybe"', "answer"),
        ("name = ", "not TOML"),
        ('require = ["looks"]', "name"),
    ],
)
def test_a_policy_file_that_asks_for_what_is_not_there_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(RunError, match=said):
        read_policy(str(tmp_path / "own.toml"))


def test_what_a_check_cannot_tell_counts_as_the_policy_says() -> None:
    each = asked(0, "yes", {COUNTS: "yes"})
    verdict = each.draws[0].verdict
    assert verdict is not None
    assert verdict.outcome is Outcome.RIGHT
    lenient = Policy(name="l", require=("chance",))
    assert lenient.accepts(verdict, {"chance": State.UNKNOWN})
    assert not lenient.model_copy(update={"unknown": "fail"}).accepts(verdict, {"chance": State.UNKNOWN})
    assert Policy(name="g", one_of=(("chance", "agreement"),)).refusals({}) == ("chance or agreement",)


def test_an_answer_that_is_as_long_as_a_page_is_never_taught() -> None:
    policy = Policy(name="a", answer="any")
    for length, is_taught in ((1_000, True), (1_001, False)):
        verdict = asked(0, "", {COUNTS: "x" * length}).draws[0].verdict
        assert verdict is not None
        assert policy.accepts(verdict, {}) is is_taught


def test_a_check_that_is_yet_to_be_done_keeps_nothing_from_being_looked_at() -> None:
    found = [asked(0, "yes", {COUNTS: "yes"})]
    for policy in (Policy(name="s", require=("steps",), unknown="fail"), Policy(name="g", one_of=(("views", "critic"),))):
        (each,) = suspects(found, policy)
        key = (each.question.id, each.trace.id)
        assert suspects(found, policy, {key: {"steps": State.UNKNOWN, "views": State.FAILED, "critic": State.UNCLEAR}}) == []


def test_a_calibration_says_how_sure_the_vote_is() -> None:
    each = asked(0, "", {COUNTS: "yes", EXISTS: "yes", ALWAYS: "no"})
    curve = Calibration(shares=(0.5, 0.8), chances=(0.2, 0.96), questions=50)
    for confidence, state in ((0.7, State.UNKNOWN), (0.6, State.PASSED)):
        findings = list(check_statically([each], Limits(calibration=curve, confidence=confidence)))
        first = next(finding for finding in findings if finding.states["agreed"] is not State.FAILED)
        assert first.states["agreed"] is state
        assert first.scores["agreed"] == pytest.approx(curve.chance(2 / 3), abs=1e-6)
        assert curve.name in first.battery


def test_labels_that_a_run_hides_tell_how_right_its_votes_are() -> None:
    hidden = asked(0, "", {COUNTS: "yes", EXISTS: "yes", ALWAYS: "no"})
    known = HiddenLabels([hidden.question.model_copy(update={"answers": ("Yes",)})])
    assert votes_of([hidden]) == []
    (voted,) = votes_of([hidden], known)
    assert voted.right
    assert voted.confidence == pytest.approx(2 / 3)


def test_labels_that_a_run_hides_tell_how_right_its_answers_are() -> None:
    hidden = [asked(number, "", {COUNTS: "yes"}) for number in range(4)]
    labels = ("Yes", "no", "yes")
    known = HiddenLabels(
        each.question.model_copy(update={"answers": (label,)}) for each, label in zip(hidden, labels, strict=False)
    )
    right = rightness([(each.question, "yes") for each in hidden], known)
    assert right is not None
    assert right.value == pytest.approx(2 / 3)
    assert right.count == 3
    assert rightness([], known) is None


def test_a_label_of_another_picture_or_text_says_nothing_though_the_numbers_are_the_same(tmp_path: Path) -> None:
    hidden = asked(0, "", {COUNTS: "yes"}).question
    told = hidden.model_copy(update={"answers": ("yes",)})
    others = (
        told.model_copy(update={"image": asked(1, "", {}).question.image}),
        told.model_copy(update={"text": f"{told.text} Really?"}),
    )
    assert [other.id for other in others] == [hidden.id] * 2
    assert HiddenLabels([told, *others]).of(hidden) == told
    assert HiddenLabels(others).of(hidden) == hidden
    (tmp_path / "labels.jsonl").write_text("".join(f"{other.to_line()}\n" for other in others))
    with pytest.raises(RunError, match="labels no question of the run"):
        read_labels(tmp_path / "labels.jsonl", [hidden])


def test_held_out_questions_do_not_speak_for_the_vote() -> None:
    assert votes_of([asked(0, "yes", {COUNTS: "yes"}, split="plain")]) == []


def test_a_question_that_no_program_answers_is_not_covered() -> None:
    (voted,) = votes_of([asked(0, "yes", {COUNTS: None})])
    assert voted.confidence < 0
    assert not voted.right
