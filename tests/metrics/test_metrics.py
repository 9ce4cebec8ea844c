"""What the metrics say where the official codes are silent, and the quirks that are kept on purpose."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpd.distill.errors import MetricError
from vpd.distill.metrics import BENCHMARKS, METRICS, Scores, evaluate_predictions
from vpd.distill.metrics.memes import area_under_curve
from vpd.distill.metrics.vqa_text import normalise_evalai, normalise_vqa
from vpd.engine.records import AnswerKind, Question
from vpd.tools.errors import UnknownName
from vpd.tools.image import ImageRef

PICTURE = ImageRef("0" * 64, "a.png", 64, 64)


def question(*answers: str, key: str = "1", choices: tuple[str, ...] = (), source: str = "test", **details: Any) -> Question:
    return Question(
        key=key,
        text="?",
        image=PICTURE,
        kind="k",
        answer_kind=AnswerKind.SOFT,
        choices=choices,
        answers=answers,
        source=source,
        split="val",
        details=details,
    )


def score(benchmark: str, *cases: tuple[Question, Any], **options: Any) -> Scores:
    said = {asked.id: value for asked, value in cases if value is not None}
    return evaluate_predictions(benchmark, [asked for asked, _ in cases], said, **options)


@pytest.mark.parametrize(("matches", "percent"), [(0, 0.0), (1, 30.0), (2, 60.0), (3, 90.0), (4, 100.0), (9, 100.0)])
def test_soft_accuracy_by_how_many_of_ten_agree(matches: int, percent: float) -> None:
    asked = question(*["red"] * matches, *["blue"] * (10 - matches), answer_id=list(range(1, 11)))
    assert score("vqav2", (asked, "red")).values["overall"] == percent


def test_nothing_is_normalised_where_all_people_agree() -> None:
    asked = question(*["yes"] * 10, answer_id=list(range(10)))
    assert score("vqav2", (asked, "Yes")).values["overall"] == 0.0
    assert score("vqav2", (asked, "Yes"), variant="vqa_always").values["overall"] == 100.0


def test_without_the_numbers_of_people_equal_answers_are_one_persons() -> None:
    assert score("vqav2", (question(*["red"] * 9, "blue"), "red")).values["overall"] == 10.0


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5.", "5"),
        ("a . b . c", "b c"),
        ("." * 40, "." * 8),
        ("1,000 (red)", "1000 red"),
        ("black/white", "black white"),
        ("The Two dogs!", "2 dogs"),
        ("dont", "don't"),
        ("somebody'd", "somebodyd"),
    ],
)
def test_the_official_reading_of_an_answer(text: str, read: str) -> None:
    assert normalise_vqa(text) == read


def test_textvqa_sets_a_possessive_apart() -> None:
    assert (normalise_evalai("mcdonald's"), normalise_vqa("mcdonald's")) == ("mcdonald 's", "mcdonald's")


def test_textvqa_wants_ten_answers() -> None:
    with pytest.raises(MetricError, match="has 2 answers"):
        score("textvqa", (question("a", "b"), "a"))


def test_a_choice_that_is_none_of_the_four_is_refused_by_the_strict_variant() -> None:
    asked = question("red", choices=("red", "blue"))
    assert score("aokvqa-choice", (asked, "green")).values["accuracy"] == 0.0
    with pytest.raises(MetricError, match="none of its choices"):
        score("aokvqa-choice", (asked, "green"), variant="aokvqa_choice_strict")


def test_difficult_questions_have_no_direct_answer_to_score() -> None:
    easy = question(*["red"] * 10, key="1", difficult_direct_answer=False)
    hard = question(*["blue"] * 10, key="2", difficult_direct_answer=True)
    found = score("aokvqa-direct", (easy, "red"), (hard, "red"))
    assert (found.values["accuracy"], found.values["questions (count)"]) == (100.0, 1.0)


def test_a_question_that_lacks_what_the_metric_needs_is_named() -> None:
    with pytest.raises(MetricError, match="question 1 of test lacks 'difficult_direct_answer'"):
        score("aokvqa-direct", (question("red"), "red"))


def test_a_missing_prediction_is_refused_or_counted_wrong() -> None:
    cases = (question("yes", key="1"), "yes"), (question("yes", key="2"), None)
    with pytest.raises(MetricError, match="1 of 2 questions have no prediction, the first is 2"):
        score("ocrvqa", *cases)
    found = score("ocrvqa", *cases, lenient=True)
    assert (found.values["accuracy"], found.missing) == (0.5, 1)


def test_questions_that_nobody_answered_are_left_out() -> None:
    found = score("ocrvqa", (question("yes", key="1"), "yes"), (question(key="2"), "no"))
    assert (found.values["accuracy"], found.asked, found.unanswered) == (1.0, 1, 1)


def test_a_split_without_answers_is_for_the_server() -> None:
    with pytest.raises(MetricError, match="benchmark's server"):
        score("vqav2", (question(), "yes"))


def test_where_nothing_is_said_yes_precision_is_not_to_be_had() -> None:
    found = score("pope", (question("yes", setting="random"), "no"))
    assert (found.values["precision"], found.values["f1"], found.values["recall"]) == (None, None, 0.0)


def test_a_long_answer_is_yes_unless_its_first_sentence_denies() -> None:
    asked = question("yes", setting="random")
    assert score("pope", (asked, "Maybe. No.")).values["accuracy"] == 1.0
    assert score("pope", (asked, "Maybe. No."), variant="pope_strict").values["accuracy"] == 0.0


def test_settings_of_other_pictures_are_settings_of_their_own() -> None:
    cases = [(question("yes", key=source, setting="random", picture_source=source), "yes") for source in ("coco", "gqa")]
    assert list(score("pope", *cases).groups["f1 by setting"]) == ["coco random", "gqa random"]


def rotation(turn: int, answer: str, source: str = "en") -> Question:
    options = {"A": "red", "B": "blue"} if turn == 0 else {"A": "blue", "B": "red"}
    key = str(7 + turn * 1_000_000)
    return question(options[answer], key=key, source=source, index=int(key), group=7, options=options, answer=answer)


def test_one_wrong_rotation_makes_a_question_wrong() -> None:
    found = score("mmbench-circular", (rotation(0, "A"), "A"), (rotation(1, "B"), "A"))
    assert (found.values["overall"], found.values["rotations right"]) == (0.0, 0.5)


def test_rotations_of_two_languages_are_apart() -> None:
    cases = [
        (rotation(turn, answer, source), said)
        for source, said in (("en", None), ("cn", "Z"))
        for turn, answer in ((0, "A"), (1, "B"))
    ]
    said = [(asked, given or asked.details["answer"]) for asked, given in cases]
    assert score("mmbench-circular", *said).values["overall"] == 0.5


def gqa(key: str, answer: str, *entailed: str, **details: Any) -> Question:
    types = {"structural": "query", "semantic": "attr", "detailed": "x"}
    return question(answer, key=key, isBalanced=True, types=types, entailed=list(entailed), **details)


def test_consistency_wants_every_entailed_question() -> None:
    first, second = gqa("1", "red", "2"), gqa("2", "yes")
    assert score("gqa", (first, "red"), (second, "no")).values["consistency"] == 0.0
    assert score("gqa", (first, "red")).values["consistency"] is None


def test_validity_wants_the_choices_file() -> None:
    assert score("gqa", (gqa("1", "red"), "red")).values["validity"] is None
    listed = gqa("1", "red").model_copy(
        update={"details": gqa("1", "red").details | {"choices": {"valid": ["red"], "plausible": []}}}
    )
    found = score("gqa", (listed, "red")).values
    assert (found["validity"], found["plausibility"]) == (100.0, 0.0)


def test_llavas_conversion_is_a_variant_of_its_own() -> None:
    asked = gqa("1", "red")
    assert score("gqa", (asked, "Red.")).values["accuracy"] == 0.0
    assert score("gqa", (asked, "Red."), variant="gqa_llava").values["accuracy"] == 100.0


def test_root_mean_squared_error_is_in_objects() -> None:
    cases = [(question("2", key="1", data_source="amt"), "5"), (question("4", key="2", data_source="vqa", issimple=True), "4")]
    found = score("tallyqa", *cases).values
    assert (found["complex rmse (objects)"], found["simple accuracy"]) == (3.0, 100.0)


def test_a_probability_ranks_memes_and_a_word_is_none() -> None:
    hateful, harmless = question("yes", key="1"), question("no", key="2")
    assert score("hateful-memes", (hateful, 0.4), (harmless, "0.2")).values == {"auroc": 1.0, "accuracy": 0.5}
    assert score("hateful-memes", (hateful, "Yes."), (harmless, "no")).values == {"auroc": 1.0, "accuracy": 1.0}
    with pytest.raises(MetricError, match="a prediction is a probability"):
        score("hateful-memes", (hateful, "maybe"), (harmless, 0.1))


def test_one_class_alone_has_no_curve() -> None:
    assert score("hateful-memes", (question("yes"), 0.9)).values["auroc"] is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_the_area_is_the_chance_of_the_right_order(positive: list[int], negative: list[int]) -> None:
    wins = sum((one > other) + 0.5 * (one == other) for one in positive for other in negative)
    assert area_under_curve(positive, negative) == pytest.approx(wins / (len(positive) * len(negative)))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_normalised(text: str) -> None:
    assert isinstance(normalise_vqa(text), str)
    assert isinstance(normalise_evalai(text), str)


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), min_size=10, max_size=10), st.text(max_size=8))
def test_a_soft_accuracy_lies_between_nothing_and_all(answers: list[str], said: str) -> None:
    value = score("vqav2", (question(*answers, answer_id=list(range(10))), said)).values["unrounded"]
    assert value is not None
    assert 0.0 <= value <= 100.0


def test_every_variant_belongs_to_a_benchmark() -> None:
    assert {variant for variants in BENCHMARKS.values() for variant in variants} == METRICS.keys()


def test_a_variant_of_another_benchmark_is_unknown() -> None:
    with pytest.raises(UnknownName, match="variant of gqa"):
        score("gqa", (gqa("1", "red"), "red"), variant="pope_official")
