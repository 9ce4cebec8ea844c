"""A transformers model by its id on the hub or its folder: where it stands, in which precision, how it is loaded."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from vpd.tools.errors import MissingExtra, ToolSetError, WeightsError
from vpd.tools.placement import Model, standing
from vpd.tools.places import PRECISIONS

__all__ = ["Loaded", "Origin", "load_transformers", "model_of"]


class Loaded(NamedTuple):
    """What is in memory together."""

    network: Any
    """A transformers model, ready to answer."""
    processor: Any
    """From pictures and texts to tensors, and back."""

    def prepared(self, **inputs: Any) -> Any:
        """The processor's tensors, where the network is and in its precision."""
        return self.processor(**inputs, return_tensors="pt").to(self.network.device, self.network.dtype)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which model, and how it is run."""

    model: str
    """An id on the hub, or a folder."""
    revision: str = "main"
    """A branch, tag or commit of the hub; a commit never changes."""
    device: str = "auto"
    """`cpu`, `cuda`, `cuda:1`, ...; `auto` takes a GPU where there is one."""
    dtype: str = "auto"
    """float32, float16 or bfloat16; `auto` is float16 on a GPU and float32 elsewhere."""

    def __post_init__(self) -> None:
        if self.dtype not in PRECISIONS:
            message = f"dtype must be one of {', '.join(PRECISIONS)}, got {self.dtype!r}"
            raise ToolSetError(message)

    @property
    def precision(self) -> str:
        """The name of a torch type; where it was left open, by the device."""
        if self.dtype != "auto":
            return self.dtype
        return "float16" if standing(self.device).startswith("cuda") else "float32"

    @property
    def size(self) -> int:
        """Bytes of the tensors in a folder; 0 for a model of the hub, whose size is known once it is loaded."""
        folder = Path(self.model)
        files = folder.iterdir() if folder.is_dir() else ()
        return sum(file.stat().st_size for file in files if file.suffix in {".safetensors", ".bin", ".pt"})

    @property
    def version(self) -> str:
        """The model as cache keys hold it: a folder by its files' names, sizes and times, so that a changed one is another."""
        folder = Path(self.model)
        if not folder.is_dir():
            return f"{self.model}@{self.revision}-{self.dtype}"
        files = sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir() if file.is_file())
        return f"{folder.name}-{hashlib.sha256(repr(files).encode()).hexdigest()[:12]}-{self.dtype}"


def model_of(origin: Origin, network_class: str, processor_class: str = "AutoProcessor") -> Model[Loaded]:
    """The model, not loaded yet."""
    return Model(
        f"{network_class} {origin.version}",
        lambda: load_transformers(origin, network_class, processor_class),
        size=origin.size,
        device=origin.device,
    )


def load_transformers(origin: Origin, network_class: str, processor_class: str) -> Loaded:
    """Load by transformers' own classes, never with code of the hub. Raises `MissingExtra`, `WeightsError`."""
    try:
        import torch  # seconds, as is the next
        import transformers
    except ImportError as error:
        raise MissingExtra("models", error.name or "transformers") from error

    device, dtype = standing(origin.device), origin.precision
    try:
        processor = getattr(transformers, processor_class).from_pretrained(origin.model, revision=origin.revision)
        network = getattr(transformers, network_class).from_pretrained(
            origin.model, revision=origin.revision, dtype=getattr(torch, dtype)
        )
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())[:300]
        message = f"{origin.model} cannot be loaded as {network_class} ({why})"
        raise WeightsError(message) from error
    except ImportError as error:
        raise MissingExtra("models", error.name or str(error).splitlines()[0]) from error
    return Loaded(network.to(device).eval(), processor)
