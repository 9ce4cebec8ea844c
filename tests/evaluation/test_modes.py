"""How a student is asked: votes that a seed decides, the probability of yes, and what was measured on the way."""

from pathlib import Path

import pytest
import torch

from vpd.distill.judging import judge_answer
from vpd.distill.records import Prediction
from vpd.distill.student.predict import Mode, Opened, open_student, predictions
from vpd.distill.student.telling import Draw, FirstLook, Wanted, YesNo, tell
from vpd.distill.student.voting import Voting, vote
from vpd.distill.student.yes_no import yes_no_tokens
from vpd.engine.records import Question


@pytest.fixture(scope="module")
def opened(tiny: Path) -> Opened:
    return open_student(tiny, "cpu")


def ask(opened: Opened, questions: list[Question], mode: Mode, **more: object) -> list[Prediction]:
    return list(predictions(opened, questions, mode, judge_answer, arm="tiny", longest=12, **more))  # type: ignore[arg-type]


def test_a_vote_depends_on_its_seed_alone(opened: Opened, questions: list[Question]) -> None:
    voting = Voting(samples=3, temperature=1.5)
    together = ask(opened, questions[:3], Mode.VOTED, voting=voting, batch=9)
    apart = ask(opened, questions[:3], Mode.VOTED, voting=voting, batch=2)
    other = ask(opened, questions[:3], Mode.VOTED, voting=Voting(samples=3, temperature=1.5, seed=1), batch=9)
    assert [one.samples for one in together] == [one.samples for one in apart]
    assert [one.samples for one in together] != [one.samples for one in other]
    assert {one.mode for one in together} == {"voted-3-1.5"}
    assert {one.mode for one in other} == {"voted-3-1.5-seed1"}


def test_samples_of_one_question_differ(opened: Opened, questions: list[Question]) -> None:
    told = ask(opened, questions[:1], Mode.VOTED, voting=Voting(samples=4, temperature=1.5))[0]
    assert len(set(told.samples)) == 4


def test_draws_follow_the_likelihoods() -> None:
    scores = torch.tensor([[0.0, 2.0, 1.0]]).log_softmax(-1).repeat(2000, 1)
    drawn = Draw(1.0, [[place / 2000 + 1e-4] for place in range(2000)], 1)(torch.zeros(2000, 1), scores).argmax(-1)
    shares = torch.bincount(drawn, minlength=3) / 2000
    assert torch.allclose(shares, scores[0].exp(), atol=2e-3)


def test_a_draw_at_the_edge_takes_a_token_that_can_come() -> None:
    scores = torch.tensor([[float("-inf"), 1.0, 1.0, float("-inf")]])
    for number, token in ((0.0, 1), (0.4999, 1), (0.5001, 2), (1 - 1e-12, 2)):
        assert Draw(0.5, [[number]], 1)(torch.zeros(1, 1), scores).argmax().item() == token


def test_the_answer_of_most_samples_wins_and_the_first_of_equals(questions: list[Question]) -> None:
    counting = questions[1]
    assert vote(counting, ["2", "", "two", "3"])[:2] == (0, 0.5)
    assert vote(counting, ["3", "2"])[:2] == (0, 0.5)
    assert vote(counting, ["", ""]) == (None, 0.0, None)


def test_the_share_of_yes_is_of_those_that_decided(questions: list[Question]) -> None:
    assert vote(questions[0], ["Yes.", "no", "yes", "perhaps"]).yes == pytest.approx(2 / 3)
    assert vote(questions[1], ["yes", "no"]).yes is None


def test_the_probability_of_yes_is_the_first_tokens(opened: Opened, questions: list[Question]) -> None:
    told = ask(opened, questions[:3], Mode.ANSWER, measured=True)
    adapter, model = opened.adapter, opened.student.model
    yes, no = (adapter.tokenizer.convert_tokens_to_ids(word) for word in ("yes", "no"))
    prompt = adapter.prompt(f"{questions[0].text} Answer with a single word or phrase.", questions[0].image)
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([prompt.tokens.ids]), **prompt.pixels).logits[0, -1]
    expected = torch.stack([logits[yes], logits[no]]).softmax(0)[0].item()
    assert told[0].probability == pytest.approx(expected, abs=1e-5)
    assert [one.probability is None for one in told] == [False, True, True]


def test_a_tokenizer_that_cannot_tell_yes_from_no_gives_no_probability(tmp_path: Path, questions: list[Question]) -> None:
    from vpd.distill.student import TinySettings, build_tiny_student
    from vpd.distill.student.adapter import Adapter
    from vpd.distill.student.load import load_student

    build_tiny_student(
        [f"{questions[0].text} yes"], tmp_path / "mute", TinySettings(width=16, vision_layers=1, text_layers=1, heads=2)
    )
    assert yes_no_tokens(Adapter(load_student(tmp_path / "mute").processor)) is None


def test_spellings_of_yes_add_up() -> None:
    look = FirstLook(YesNo((0, 1), (2,)))
    scores = torch.tensor([[0.0, 0.0, 0.0, 9.0]])
    assert look(scores, scores) is scores
    assert look.shares == pytest.approx([2 / 3])


def test_what_was_begun_is_gone_on_with(opened: Opened, questions: list[Question]) -> None:
    image = questions[0].image
    whole, rest = "squares : red square", "squares :"
    wanted = [Wanted("How many squares are there?", image, begun=begun) for begun in ("", whole, rest)]
    alone = [tell(opened.student, opened.adapter, [one], 4)[0] for one in wanted]
    together = tell(opened.student, opened.adapter, wanted, 4)
    assert together == alone
    assert together[1].prompt_tokens - together[0].prompt_tokens == len(whole.split())


def test_a_model_that_wants_beams_is_asked_without(opened: Opened, tiny: Path, questions: list[Question]) -> None:
    beams = open_student(tiny, "cpu")
    beams.student.model.generation_config.num_beams = 3
    for mode in (Mode.ANSWER, Mode.VOTED):
        told, plain = (ask(one, questions[:3], mode, measured=True) for one in (beams, opened))
        assert [one.samples or one.text for one in told] == [one.samples or one.text for one in plain]
        assert [one.probability for one in told] == [one.probability for one in plain]


def test_tokens_and_memory_are_kept_only_where_wanted(opened: Opened, questions: list[Question]) -> None:
    plain, measured = (ask(opened, questions[:1], Mode.EXPLAIN, measured=wanted)[0] for wanted in (False, True))
    assert measured.tokens is not None
    assert measured.prompt_tokens is not None
    assert measured.memory_mib is not None
    assert 0 < measured.tokens <= 12 < measured.prompt_tokens
    assert "tokens" not in plain.to_line()
    assert "memory_mib" not in plain.to_line()
    assert plain.text == measured.text
