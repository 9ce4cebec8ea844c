"""What a training is going to meet: forms, phases, batches over processes, epochs, and the paper's presets."""

from collections import Counter

import pytest

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student import Form, Phase, StudentError, TrainSettings, preset_names, read_settings
from vpd.distill.student.forms import in_form
from vpd.distill.student.plan import make_plan
from vpd.distill.student.trainer import rate_at


def taught(examples: list[TrainingExample]) -> Counter[Teaches]:
    return Counter(example.teaches for example in examples)


def test_a_form_takes_what_it_has_use_for(lessons: list[TrainingExample], descriptions: list[TrainingExample]) -> None:
    both = [*descriptions, *lessons]
    assert in_form(both, Form.TWO_PROMPTS) == both
    assert set(taught(in_form(both, Form.ANSWER_ONLY))) == {Teaches.ANSWER}
    assert set(taught(in_form(both, Form.RATIONALE_ONLY))) == {Teaches.RATIONALE}
    assert in_form(both, Form.DESCRIPTION_ONLY) == descriptions


def test_answer_and_rationale_stand_in_one_target(lessons: list[TrainingExample]) -> None:
    joined = in_form(lessons, Form.ANSWER_THEN_RATIONALE)
    questions = {example.question for example in lessons}
    assert [example.question for example in joined] == list(dict.fromkeys(example.question for example in lessons))
    assert len(joined) == len(questions)
    whole = next(example for example in joined if example.teaches is Teaches.RATIONALE)
    answer, rationale = (one for one in lessons if one.question == whole.question)
    asked, said = (message.content for message in whole.messages)
    assert asked == f"{answer.messages[0].content} Then explain the rationale."
    assert said == f"{answer.messages[1].content}. {rationale.messages[1].content}"
    alone = next(example for example in joined if example.teaches is Teaches.ANSWER)
    assert alone in lessons


def test_phases_come_one_after_the_other_each_with_its_lambda(
    lessons: list[TrainingExample], descriptions: list[TrainingExample]
) -> None:
    phases = (
        Phase(share=0.3, form=Form.DESCRIPTION_ONLY),
        Phase(share=0.5, form=Form.TWO_PROMPTS, rationale_weight=2.0),
        Phase(share=0.2, form=Form.ANSWER_ONLY),
    )
    settings = TrainSettings(steps=10, pictures=4, phases=phases, rationale_weight=0.5)
    plan = make_plan([*lessons, *descriptions], settings)
    met = [{example.teaches for example in plan.groups[place].examples} for place in plan.order]
    assert all(kinds == {Teaches.DESCRIPTION} for kinds in met[:12])
    assert any(Teaches.RATIONALE in kinds for kinds in met[12:32])
    assert all(kinds == {Teaches.ANSWER} for kinds in met[32:])
    assert len(met) == 40
    assert [plan.lambda_at(step) for step in (0, 2, 3, 7, 8, 9)] == [0.5, 0.5, 2.0, 2.0, 0.5, 0.5]


def test_a_phase_may_ask_for_kinds(lessons: list[TrainingExample]) -> None:
    one = lessons[0].model_copy(update={"kind": "count"})
    phases = (Phase(share=0.5, kinds=("count",)), Phase(share=0.5))
    plan = make_plan([one, *lessons[1:]], TrainSettings(steps=4, pictures=1, phases=phases))
    assert {plan.groups[place].examples[0].kind for place in plan.order[:2]} == {"count"}
    with pytest.raises(StudentError, match="of kind colour"):
        make_plan(lessons, TrainSettings(phases=(Phase(share=1, kinds=("colour",)),)))


@pytest.mark.parametrize(("processes", "passes"), [(1, 8), (2, 4), (8, 1)])
def test_a_batch_is_the_same_over_any_number_of_processes(lessons: list[TrainingExample], processes: int, passes: int) -> None:
    settings = TrainSettings(steps=3, batch=16, pictures=2)
    plan = make_plan(lessons, settings, processes)
    assert plan.settings.accumulate == passes
    assert plan.order == make_plan(lessons, settings).order
    assert len(plan.order) == 48


def test_a_batch_that_does_not_divide_is_refused(lessons: list[TrainingExample]) -> None:
    with pytest.raises(StudentError, match="not a multiple"):
        make_plan(lessons, TrainSettings(batch=16, pictures=2), processes=3)


def test_epochs_and_shares_become_steps(lessons: list[TrainingExample]) -> None:
    settings = TrainSettings(epochs=3, batch=8, pictures=8, warmup_share=0.25, questions_per_picture=1)
    plan = make_plan(lessons, settings)
    assert (plan.settings.steps, plan.settings.warmup) == (18, 4)
    assert set(Counter(plan.order).values()) == {3}


def test_half_a_cosine_falls_to_nothing() -> None:
    settings = TrainSettings(steps=100, warmup=20, schedule="cosine")
    rates = [round(rate_at(step, settings), 3) for step in (0, 19, 20, 60, 100)]
    assert rates == [0.05, 1.0, 1.0, 0.5, 0.0]


def test_the_presets_are_the_papers() -> None:
    assert preset_names() == ["paper-generalist", "paper-specialist"]
    general, special = (read_settings(None, {}, name) for name in preset_names())
    assert (general.steps, general.batch, general.lora_rank, general.lora_layers) == (8000, 128, 8, "language")
    assert (special.epochs, special.batch, special.lora_rank, special.lora_layers) == (3, 64, 8, "encoder")
    for one in (general, special):
        assert (one.learning_rate, one.beta2, one.schedule, one.warmup_share) == (1e-4, 0.98, "cosine", 0.01)
        assert (one.optimizer, one.bf16, one.rationale_weight, one.loss) == ("adamw", True, 1.0, "per_target")


def test_what_is_given_takes_back_the_presets_other_way_to_say_it() -> None:
    settings = read_settings(None, {"steps": 7, "warmup": 2}, "paper-specialist")
    assert (settings.steps, settings.epochs, settings.warmup, settings.warmup_share) == (7, 0, 2, 0)


def test_a_preset_that_is_not_shipped_is_named() -> None:
    with pytest.raises(StudentError, match="no preset paper; there are paper-generalist"):
        read_settings(None, {}, "paper")


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(StudentError, match=r"add up to 0\.5"):
        read_settings(None, {"phases": [{"share": 0.5}]})


def test_a_step_meets_the_same_pictures_in_passes_of_texts_alike(lessons: list[TrainingExample]) -> None:
    whole = make_plan(lessons, TrainSettings(steps=6, pictures=8))
    passes = make_plan(lessons, TrainSettings(steps=6, pictures=2, batch=8))
    for first in range(0, 48, 8):
        step = passes.order[first : first + 8]
        assert Counter(step) == Counter(whole.order[first : first + 8])
        texts = ["".join(m.content for e in passes.groups[place].examples for m in e.messages) for place in step]
        assert sorted(map(len, texts)) == list(map(len, texts))
        assert len(set(map(len, texts))) > 1
