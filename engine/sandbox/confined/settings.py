"""What the host says to a confined process first."""

import msgspec

__all__ = ["Settings"]


class Settings(msgspec.Struct):
    """Which layers are wanted, and the two limits that the kernel keeps."""

    layers: tuple[str, ...]
    memory: int
    """MiB of address space."""
    processor: int
    """Seconds."""
