"""What differs between model families once the processor has done its part: sharing a picture, lengths, adapters."""

# Loaded by the training alone, so that torch may stand at the top.
import logging
import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import IGNORED, Collator, model_inputs
from vpd.distill.student.errors import StudentError
from vpd.distill.student.groups import Group
from vpd.distill.student.imports import require
from vpd.distill.student.loss import answer_places_only
from vpd.distill.student.settings import PreferSettings, TrainSettings

__all__ = ["adapters_for", "can_share", "layers_of", "longest_of", "prepare", "sorted_losses"]

log = logging.getLogger(__name__)
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-6}
"""Largest difference of a log-probability between the two ways to lay out the same examples; 0.05 in shorter numbers."""


def prepare(model: Any, settings: TrainSettings | PreferSettings) -> Any:
    """The model as it is trained: all weights, or small adapters on attention and MLP layers (LoRA).

    All that is trained is held in float32: steps of the usual sizes are lost in bfloat16. `save_student` undoes it.
    """
    if not settings.lora_rank:
        return model.float() if model.dtype in (torch.bfloat16, torch.float16) else model
    config = adapters_for(model, settings)
    from peft import get_peft_model  # heavy; loads when adapters are asked for

    return get_peft_model(model, config)


def adapters_for(model: Any, settings: TrainSettings | PreferSettings) -> Any:
    """Which adapters a model gets, as PEFT's own configuration. Raises `StudentError` where it has no such layers."""
    require("train", "peft")
    from peft import LoraConfig  # heavy; loads when adapters are asked for

    names = layers_of(model, settings.lora_layers)
    if not names:
        message = (
            f"{type(model).__name__} has no linear layer to adapt under lora_layers {settings.lora_layers}; "
            "choose other layers, or train all weights with lora_rank 0"
        )
        raise StudentError(message)
    return LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha or 2 * settings.lora_rank,
        lora_dropout=settings.lora_dropout,
        target_modules=names,
    )


def layers_of(model: Any, which: str) -> list[str]:
    """Names of the linear layers in the blocks of one part of a model: attention and MLP, no head, no bridge between parts."""
    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    seeing = [name for name in linear if re.search(r"vision|visual", name)]
    telling = [name for name in linear if name not in seeing and re.search(r"language_model|text_model", name)]
    telling = [name for name in telling if not name.endswith("lm_head")]
    if which == "encoder":
        half = [name for name in telling if ".encoder." in name]
        if not half:
            log.warning("%s has no encoder in its language model; adapters go on all of that", type(model).__name__)
        telling = half or telling
    seeing = [name for name in seeing if re.search(r"\.(layers?|blocks?)\.\d+\.", name)]
    return {"vision": seeing, "all": seeing + telling}.get(which, telling)


def longest_of(model: Any) -> int | None:
    """Most tokens of a sequence, as the configuration of the language model says."""
    longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return None if longest is None else int(longest)


def can_share(model: Any, adapter: Adapter, groups: Sequence[Group], settings: TrainSettings) -> bool:
    """Whether a picture's questions in one row teach the same as each in its own, tried on the first picture with two examples.

    Sharing needs a mask of the row's branches and positions that begin anew; families whose attention or positions are of
    their own making (Qwen-VL, PaliGemma) do not take them, and get one row an example.
    """
    group = next((group for group in groups if len(group.examples) > 1), None)
    if group is None or adapter.prompt(group.examples[0].messages[-2].content, group.image).tokens.kinds:
        return False  # kinds of tokens say that the family makes its mask or its positions from them
    told = []
    for shared in (True, False):
        try:
            told.append(sorted_losses(model, Collator(adapter, settings, shared=shared)([group])))
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            # Whatever a family makes of a mask that it does not know is an answer to the question that is asked here.
            if not shared:
                raise
            log.info("%s does not take shared pictures: %s", type(model).__name__, error)
            return False
    same = bool(torch.allclose(told[0], told[1], atol=TOLERANCE.get(model.dtype, 0.05), rtol=0))
    if not same:
        log.info("%s answers otherwise when pictures are shared; each example gets its own row", type(model).__name__)
    return same


@torch.no_grad()
def sorted_losses(model: Any, batch: dict[str, Tensor]) -> Tensor:
    """The loss of each token that is learned, in ascending order."""
    from vpd.distill.student.trainer import mask_for

    given = model_inputs(batch)
    given["attention_mask"] = mask_for(model, given["attention_mask"])
    was_training = model.training
    model.eval()
    with answer_places_only(model, batch["labels"]):
        logits_N_V = model(**given, use_cache=False).logits
    model.train(was_training)
    labels_N = batch["labels"][batch["labels"] != IGNORED]
    losses = torch.nn.functional.cross_entropy(logits_N_V.float(), labels_N, reduction="none")
    return losses.sort().values
