"""The two-target loss and its gradients, against a computation of their own in float64, example by example."""

from pathlib import Path
from typing import Any

import pytest
import torch

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student import TrainSettings
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import IGNORED, Collator, count_targets, model_inputs
from vpd.distill.student.groups import Group, group_examples
from vpd.distill.student.load import Student, load_student
from vpd.distill.student.loss import answer_places_only, two_target_loss, weights_of

LAMBDA = 0.3


def loss_by_hand(student: Student, examples: list[TrainingExample], *, token_mean: bool = False) -> torch.Tensor:
    """L = l(label) + lambda * l(rationale), each example on its own, the model in float64, the loss from the definition."""
    adapter = Adapter(student.processor)
    sums: dict[Teaches, list[torch.Tensor]] = {}
    for example in examples:
        asked, said = (message.content for message in example.messages)
        prompted, target = adapter.prompt(asked, example.image), adapter.target(asked, said)
        ids = torch.tensor([[*prompted.tokens.ids, *target]])
        pixels = {name: value.double() for name, value in prompted.pixels.items()}
        chances = student.model(input_ids=ids, **pixels).logits.log_softmax(-1)[0]
        first = len(prompted.tokens.ids) - 1
        losses = torch.stack([-chances[first + place, token] for place, token in enumerate(target)])
        sums.setdefault(example.teaches, []).append(losses)
    factor = {Teaches.ANSWER: 1.0, Teaches.RATIONALE: LAMBDA, Teaches.DESCRIPTION: 1.0}
    if token_mean:
        tokens = sum(len(one) for losses in sums.values() for one in losses)
        return sum((factor[task] * one.sum() / tokens for task, losses in sums.items() for one in losses), torch.zeros(()))
    means = [factor[task] * torch.stack([one.mean() for one in losses]).mean() for task, losses in sums.items()]
    return torch.stack(means).sum()


def loss_by_passes(student: Student, passes: list[list[Group]], settings: TrainSettings, *, shared: bool) -> torch.Tensor:
    """The product's loss over the passes of one optimiser step; gradients add up in the model."""
    collator = Collator(Adapter(student.processor), settings, shared=shared)
    batches = [collator(groups) for groups in passes]
    counts = count_targets(batches)
    total = torch.zeros((), dtype=torch.float64)
    for batch in batches:
        given = model_inputs(batch)
        given["pixel_values"] = given["pixel_values"].double()
        learned = batch["labels"] != IGNORED
        with answer_places_only(student.model, batch["labels"]):
            logits = student.model(**given).logits
        weights = weights_of(batch["lengths"][learned], batch["tasks"][learned], counts, settings)
        loss = two_target_loss(logits, batch["labels"][learned], batch["tasks"][learned], weights).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.detach()
    return total


def gradients(student: Student) -> dict[str, torch.Tensor]:
    found = {name: weight.grad.clone() for name, weight in student.model.named_parameters() if weight.grad is not None}
    student.model.zero_grad()
    return found


@pytest.fixture(scope="module")
def exact(tiny: Path) -> Student:
    student = load_student(tiny)
    student.model.double().eval()
    return student


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("loss", ["per_target", "token_mean"])
def test_loss_and_gradients_are_those_of_the_definition(
    exact: Student, lessons: list[TrainingExample], loss: Any, shared: bool
) -> None:
    groups = group_examples(lessons[:16], 4)
    settings = TrainSettings(rationale_weight=LAMBDA, loss=loss)
    expected = loss_by_hand(exact, lessons[:16], token_mean=loss == "token_mean")
    expected.backward()  # type: ignore[no-untyped-call]
    wanted = gradients(exact)
    got = loss_by_passes(exact, [groups], settings, shared=shared)
    assert got.item() == pytest.approx(expected.item(), rel=1e-5)
    for name, gradient in gradients(exact).items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-6, msg=name)


def test_accumulated_passes_add_up_to_the_loss_of_one(exact: Student, lessons: list[TrainingExample]) -> None:
    groups, settings = group_examples(lessons[:20], 4), TrainSettings(rationale_weight=LAMBDA)
    whole = loss_by_passes(exact, [groups], settings, shared=True)
    wanted = gradients(exact)
    parts = loss_by_passes(exact, [groups[:1], groups[1:]], settings, shared=True)
    assert parts.item() == pytest.approx(whole.item(), rel=1e-5)
    for name, gradient in gradients(exact).items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-6, msg=name)


def test_only_the_words_of_the_assistant_are_learned(tiny: Path, lessons: list[TrainingExample]) -> None:
    student = load_student(tiny)
    adapter = Adapter(student.processor)
    batch = Collator(adapter, TrainSettings(), shared=True)(group_examples(lessons[:6], 4))
    learned = [label for label in batch["labels"].flatten().tolist() if label != IGNORED]
    said = [adapter.target(one.messages[0].content, one.messages[1].content) for one in lessons[:6]]
    assert sorted(learned) == sorted(token for target in said for token in target)


def test_logits_are_made_only_where_something_is_learned(tiny: Path, lessons: list[TrainingExample]) -> None:
    student = load_student(tiny)
    batch = Collator(Adapter(student.processor), TrainSettings(), shared=True)(group_examples(lessons[:6], 4))
    given = model_inputs(batch)
    with answer_places_only(student.model, batch["labels"]):
        logits = student.model(**given).logits
    assert logits.shape == (int((batch["labels"] != IGNORED).sum()), len(student.processor.tokenizer))


def test_a_long_rationale_weighs_as_much_as_a_short_one() -> None:
    lengths, tasks = torch.tensor([2, 2, 8, 8, 8, 8, 8, 8, 8, 8]), torch.ones(10, dtype=torch.long)
    weights = weights_of(lengths, tasks, torch.tensor([0.0, 2.0, 0.0, 10.0]), TrainSettings())
    assert weights[:2].sum().item() == pytest.approx(weights[2:].sum().item()) == pytest.approx(0.5)
