"""The two-target loss: a label's loss plus lambda times a rationale's, each target's mean over its own tokens (VPD, section 3.2).

Axes: B rows, T tokens, N places from which something is learned, V words.
"""

# Loaded by the training alone, so that torch may stand at the top.
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from vpd.distill.records import Teaches
from vpd.distill.student.collate import IGNORED, TASKS
from vpd.distill.student.settings import TrainSettings

__all__ = ["answer_places_only", "two_target_loss", "weights_of"]


def weights_of(
    lengths_N: Tensor, tasks_N: Tensor, counts: Tensor, settings: TrainSettings, lambda_: float | None = None
) -> Tensor:
    """How much each token's cross-entropy counts; `counts`, by `count_targets`, are those of the whole optimiser step.

    `lambda_` takes the place of the settings' own where a phase has one.
    """
    weight = settings.rationale_weight if lambda_ is None else lambda_
    factors = torch.tensor([weight if task is Teaches.RATIONALE else 1.0 for task in TASKS])
    counts = counts.to(lengths_N.device)
    factors_N = factors.to(lengths_N.device)[tasks_N]
    if settings.loss == "token_mean":
        return factors_N / counts[-1]
    return factors_N / (lengths_N * counts[tasks_N])


def two_target_loss(logits_N_V: Tensor, labels_N: Tensor, tasks_N: Tensor, weights_N: Tensor) -> Tensor:
    """Each task's part of the loss, in the order of `TASKS`; their sum is the loss of one forward pass.

    It is that pass's share of the optimiser step's: the shares of all passes are summed, not averaged.
    """
    losses_N = functional.cross_entropy(logits_N_V.float(), labels_N, reduction="none") * weights_N
    return losses_N.new_zeros(len(TASKS)).index_add(0, tasks_N, losses_N)


@contextmanager
def answer_places_only(model: nn.Module, labels_B_T: Tensor) -> Iterator[None]:
    """Inside, the model computes logits only where something is learned: shape N V.

    The words of the prompt, most of a sequence, never meet the vocabulary; with a large one that is most of the memory.
    """
    learned_B_T = labels_B_T != IGNORED

    def pick(_: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return (given[0][learned_B_T], *given[1:])

    head = model.get_output_embeddings()  # type: ignore[operator]  # of transformers' models, which type it loosely
    handle = head.register_forward_pre_hook(pick)
    try:
        yield
    finally:
        handle.remove()
