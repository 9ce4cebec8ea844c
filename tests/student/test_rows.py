"""How a picture's questions share a row, how matrices step, and how the rate rises and falls."""

from pathlib import Path

import pytest
import torch
from torch import nn

from vpd.distill.records import TrainingExample
from vpd.distill.student import TrainSettings
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import Collator, mask_of_trees, stack_pixels
from vpd.distill.student.groups import group_examples
from vpd.distill.student.load import load_student
from vpd.distill.student.muon import MuonAdamW, make_optimizer, orthogonal
from vpd.distill.student.trainer import rate_at


def test_a_token_sees_its_own_branch_and_what_that_goes_on_from() -> None:
    mask = mask_of_trees(torch.tensor([[0, 1, 2, 3, -1]]), [[-1, 0, 0, 2]])[0, 0]
    assert mask.int().tolist() == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 1, 1, 0], [0, 0, 0, 0, 1]]


def test_a_picture_and_a_question_are_written_once(tiny: Path, lessons: list[TrainingExample]) -> None:
    student = load_student(tiny)
    adapter = Adapter(student.processor)
    groups = group_examples(lessons, 4)[:1]
    shared, apart = (Collator(adapter, TrainSettings(), shared=shared)(groups)["input_ids"] for shared in (True, False))
    picture = student.model.config.image_token_id
    color = adapter.tokenizer.convert_tokens_to_ids("color")
    examples = len(groups[0].examples)
    assert (shared.shape[0], apart.shape[0]) == (1, examples)
    assert int((apart == picture).sum()) == examples * int((shared == picture).sum())
    assert int((shared == color).sum()) == 1


def test_two_examples_of_one_prompt_each_keep_their_target(tiny: Path, lessons: list[TrainingExample]) -> None:
    asked, _ = lessons[0].messages
    twice = [
        lessons[0].model_copy(update={"messages": (asked, asked.model_copy(update={"content": said}))})
        for said in ("red", "left")
    ]
    adapter = Adapter(load_student(tiny).processor)
    batch = Collator(adapter, TrainSettings(), shared=True)(group_examples(twice, 4))
    said = [adapter.tokenizer.decode([label]) for label in batch["labels"].flatten().tolist() if label >= 0]
    assert [word for word in said if not word.startswith("<")] == ["red", "left"]


def test_a_picture_without_room_is_still_read_once_for_all_its_questions(tiny: Path, lessons: list[TrainingExample]) -> None:
    adapter, (one, other) = Adapter(load_student(tiny).processor, cache_mib=0), lessons[1:3]
    texts = [example.messages[0].content for example in (one, other)]
    for text in texts:
        adapter.prompt(text, one.image)
    first, second = (adapter.prompt(text, one.image) for text in texts)
    assert first.pixels is second.pixels
    assert first.tokens != second.tokens


def test_smaller_pictures_are_filled_up_with_zeros() -> None:
    stacked = stack_pixels([{"pixels": torch.ones(1, 1, 2, 3)}, {"pixels": torch.ones(1, 2, 2, 2)}])["pixels"]
    assert stacked.shape == (2, 2, 2, 3)
    assert stacked.sum().item() == 6 + 8


@pytest.mark.parametrize("shape", [(3, 8, 20), (2, 20, 8)])
def test_the_step_of_a_matrix_has_singular_values_near_one(shape: tuple[int, ...]) -> None:
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape, generator=torch.Generator().manual_seed(0))))
    assert 0.6 < values.min() <= values.max() < 1.3


def test_tables_and_vectors_are_left_to_adamw(tiny: Path) -> None:
    model = load_student(tiny).model
    groups = make_optimizer(model, TrainSettings()).param_groups
    tables = {model.get_input_embeddings().weight.shape, model.get_output_embeddings().weight.shape}
    assert [group["muon"] for group in groups] == [True, False]
    assert all(weight.ndim in (2, 4) and weight.shape not in tables for weight in groups[0]["params"])
    assert [tuple(weight.shape[1:]) for weight in groups[0]["params"] if weight.ndim == 4] == [(3, 8, 8)]
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))


def test_a_convolution_steps_as_the_matrix_of_its_outputs() -> None:
    start, gradient = torch.randn((2, 6, 3, 4, 4), generator=torch.Generator().manual_seed(0))
    convolution, matrix = nn.Parameter(start.clone()), nn.Parameter(start.flatten(1).clone())
    convolution.grad, matrix.grad = gradient.clone(), gradient.flatten(1)
    MuonAdamW([{"params": [convolution], "muon": True, "lr": 0.1}]).step()
    MuonAdamW([{"params": [matrix], "muon": True, "lr": 0.1}]).step()
    assert torch.equal(convolution.flatten(1), matrix)
    assert not torch.equal(convolution, start)


def test_the_rate_rises_holds_and_falls_to_nothing() -> None:
    settings = TrainSettings(steps=100, warmup=10, decay=0.4)
    assert [round(rate_at(step, settings), 3) for step in (0, 9, 50, 80, 99, 100)] == [0.1, 1.0, 1.0, 0.5, 0.025, 0.0]
