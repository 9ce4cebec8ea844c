"""The two-target loss and its gradients, against a computation of their own in float64, example by example."""

import math
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

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


class Target(NamedTuple):
    """One example of a random batch: its task, its tokens and the logits at each."""

    task: int
    tokens: list[int]
    logits: list[list[float]]


@st.composite
def targets(draw: st.DrawFn) -> list[Target]:
    """Up to twelve examples of any tasks, of one to nine tokens, over a small vocabulary."""
    words, rng = draw(st.integers(2, 7)), Random(draw(st.integers(0, 2**32)))
    spread = draw(st.sampled_from([0.1, 1.0, 8.0]))
    made = []
    for task, length in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=12)):
        logits = [[rng.gauss(0, spread) for _ in range(words)] for _ in range(length)]
        made.append(Target(task, [rng.randrange(words) for _ in range(length)], logits))
    return made


def by_definition(batch: list[Target], lambda_: float, *, token_mean: bool) -> tuple[float, list[list[list[float]]]]:
    """The loss and its gradient at every logit in plain Python's float64, from the formula and nothing of the product."""
    factors, counts = (1.0, lambda_, 1.0), [sum(one.task == task for one in batch) for task in range(3)]
    tokens = sum(len(one.tokens) for one in batch)
    total, slopes = 0.0, []
    for one in batch:
        weight = factors[one.task] / (tokens if token_mean else counts[one.task] * len(one.tokens))
        slopes.append(list[list[float]]())
        for token, logits in zip(one.tokens, one.logits):
            top = max(logits)
            mass = math.fsum(math.exp(logit - top) for logit in logits)
            total += weight * (top + math.log(mass) - logits[token])
            chances = [math.exp(logit - top) / mass for logit in logits]
            slopes[-1].append([weight * (chance - (place == token)) for place, chance in enumerate(chances)])
    return total, slopes


@given(targets(), st.sampled_from([0.0, 0.3, 1.0, 2.0]), st.booleans(), st.integers(1, 4), st.integers(1, 3))
def test_any_batch_over_any_passes_and_processes_has_the_loss_and_gradients_of_the_formula(
    batch: list[Target], lambda_: float, token_mean: bool, passes: int, processes: int
) -> None:
    expected, slopes = by_definition(batch, lambda_, token_mean=token_mean)
    settings = TrainSettings(rationale_weight=lambda_, loss="token_mean" if token_mean else "per_target")
    shares = [batch[start :: passes * processes] for start in range(passes * processes)]
    tables = [table_of(share) for share in shares if share]
    # What each process counts is summed over all, as `get_batch_samples` does.
    counts = torch.stack([count_targets([table]) for table in tables]).sum(0)
    total, got = 0.0, []
    for share, table in zip(filter(None, shares), tables):
        logits = torch.tensor([row for one in share for row in one.logits], requires_grad=True)
        learned = table["labels"] != IGNORED
        tasks = table["tasks"][learned]
        weights = weights_of(table["lengths"][learned], tasks, counts, settings)
        loss = two_target_loss(logits, table["labels"][learned], tasks, weights).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.item()
        assert logits.grad is not None
        got.append(logits.grad)
    assert total == pytest.approx(expected, rel=1e-4, abs=1e-6)
    order = [place for start in range(passes * processes) for place in range(start, len(batch), passes * processes)]
    wanted = torch.tensor([slope for place in order for slope in slopes[place]])
    torch.testing.assert_close(torch.cat(got), wanted, rtol=1e-4, atol=1e-6)


def table_of(share: list[Target]) -> dict[str, torch.Tensor]:
    """The examples of one pass as the collator lays them out: one row each, filled up."""
    width = max(len(one.tokens) for one in share)

    def rows(values: list[list[int]], fill: int) -> torch.Tensor:
        return torch.tensor([row + [fill] * (width - len(row)) for row in values])

    return {
        "labels": rows([one.tokens for one in share], IGNORED),
        "lengths": rows([[len(one.tokens)] * len(one.tokens) for one in share], 0),
        "tasks": rows([[one.task] * len(one.tokens) for one in share], 0),
    }
