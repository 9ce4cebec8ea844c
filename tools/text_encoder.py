"""Texts as vectors of length one, near where they mean nearly the same (all-MiniLM-L6-v2, Reimers and Gurevych 2019)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.tools.errors import MissingExtra
from vpd.tools.placement import Model, Placement, standing
from vpd.tools.resource import Resource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WEIGHTS", "TextEncoder"]

WEIGHTS = "minilm-l6-v2"
LONGEST = 128
"""Tokens of a text that are read."""


class Loaded(NamedTuple):
    """What is in memory together."""

    tokenizer: Any
    network: Any


class TextEncoder:
    """Texts as vectors."""

    def __init__(
        self, fetch: Callable[[str], Mapping[str, Path]], placement: Placement | None = None, device: str = "cpu"
    ) -> None:
        model: Model[Loaded] = Model("MiniLM-L6", lambda: load_encoder(fetch, standing(device)), size=91_000_000, device=device)
        self.network = Resource(model, placement)

    def vectors(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row a text, of length one: the product of two rows is their likeness in -1..1."""
        with self.network.use() as (tokenizer, network):
            import torch  # seconds

            read = tokenizer(list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt").to(
                network.device
            )
            with torch.inference_mode():
                tokens_BTC = network(**read).last_hidden_state  # noqa: N806  batch, tokens, channels
            mask_BT1 = read["attention_mask"][..., None]  # noqa: N806
            mean_BC = (tokens_BTC * mask_BT1).sum(1) / mask_BT1.sum(1)  # noqa: N806
            vectors: NDArray[np.float32] = torch.nn.functional.normalize(mean_BC, dim=-1).cpu().numpy()
        return vectors


def load_encoder(fetch: Callable[[str], Mapping[str, Path]], device: str) -> Loaded:
    """The tokenizer and the network from the catalogue's folder, the network on its device."""
    try:
        from transformers import AutoModel, AutoTokenizer  # seconds
    except ImportError as error:
        raise MissingExtra("models", error.name or "transformers") from error
    folder = next(iter(fetch(WEIGHTS).values())).parent
    return Loaded(
        AutoTokenizer.from_pretrained(folder, local_files_only=True),
        AutoModel.from_pretrained(folder, local_files_only=True).to(device).eval(),
    )
