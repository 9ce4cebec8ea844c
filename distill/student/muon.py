"""Muon for matrices and convolutions and AdamW for all else, in one optimiser, so that checkpoints hold one state.

Muon: K. Jordan and others, "Muon: An optimizer for hidden layers in neural networks" (2024). Its step is the momentum's nearest
orthogonal matrix, found by five Newton-Schulz iterations; a convolution is the matrix of its outputs by all that each one sums.
They run here in float32 and on all matrices of a shape at once:
torch.optim.Muon runs them in bfloat16, one by one, which takes a CPU without bfloat16 units more than ten times as long.
"""

# Loaded by the training alone, so that torch may stand at the top.
from collections import defaultdict
from collections.abc import Callable
from typing import Any, overload

import torch
from torch import Tensor, nn

from vpd.distill.student.settings import TrainSettings

__all__ = ["MuonAdamW", "make_optimizer", "orthogonal"]

MOMENTUM = 0.95
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class MuonAdamW(torch.optim.AdamW):
    """AdamW whose groups with `muon` set step by Muon."""

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step of both optimisers."""
        groups = self.param_groups
        for group in groups:
            if group["muon"]:
                self._step_matrices(group)
        self.param_groups = [group for group in groups if not group["muon"]]
        try:
            loss: float | None = super().step(closure)
        finally:
            self.param_groups = groups
        return loss

    def _step_matrices(self, group: dict[str, Any]) -> None:
        by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
        for weight in group["params"]:
            if weight.grad is not None:
                by_shape[weight.flatten(1).shape].append(weight)
        for shape, weights in by_shape.items():
            updates = orthogonal(torch.stack([self._push(weight).flatten(1) for weight in weights]))
            rate = group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
            for weight, update in zip(weights, updates):
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update.to(weight.dtype).view_as(weight), alpha=-rate)

    def _push(self, weight: nn.Parameter) -> Tensor:
        """The gradient with Nesterov's momentum."""
        gradient = weight.grad
        if gradient is None:
            message = "a weight without a gradient has no step"
            raise ValueError(message)
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(gradient)
            state["step"] = torch.zeros(())  # AdamW looks for it in every weight's state when a checkpoint is read
        state["step"] += 1
        state["momentum"].lerp_(gradient, 1 - MOMENTUM)
        pushed: Tensor = gradient.lerp(state["momentum"], MOMENTUM)
        return pushed


def orthogonal(matrices: Tensor) -> Tensor:
    """Each matrix of a stack with its singular values brought near 1, between about 0.7 and 1.2."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    wide: Tensor = (matrices.mT if tall else matrices).float()
    wide = wide / (torch.linalg.matrix_norm(wide, keepdim=True) + 1e-7)
    for _ in range(5):
        square = wide @ wide.mT
        wide = 3.4445 * wide + (-4.7750 * square + 2.0315 * square @ square) @ wide
    return wide.mT if tall else wide


def make_optimizer(model: nn.Module, settings: TrainSettings) -> MuonAdamW:
    """The optimiser over a model's trainable weights; embeddings, the head, and what is no matrix or convolution go to AdamW."""
    tables = {id(table.weight) for table in model.modules() if isinstance(table, nn.Embedding)}
    head = model.get_output_embeddings()  # type: ignore[operator]  # of transformers' models, which type it loosely
    tables |= {id(weight) for weight in head.parameters()}
    convolutions = {id(layer.weight) for layer in model.modules() if isinstance(layer, CONVOLUTIONS)}
    matrices, others = list[nn.Parameter](), list[nn.Parameter]()
    for weight in model.parameters():
        if weight.requires_grad:
            is_matrix = (weight.ndim == 2 and id(weight) not in tables) or id(weight) in convolutions
            (matrices if is_matrix and settings.optimizer == "muon" else others).append(weight)
    groups = [
        {"params": matrices, "muon": True, "lr": settings.muon_learning_rate},
        {"params": others, "muon": False, "lr": settings.learning_rate},
    ]
    betas = (0.9, settings.beta2)
    return MuonAdamW(filter(lambda group: group["params"], groups), betas=betas, weight_decay=settings.weight_decay)
