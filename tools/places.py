"""Where a tool set's models stand: on which devices, in which precision, within how much memory."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PRECISIONS", "Places", "read_places"]

PRECISIONS = ("auto", "float32", "float16", "bfloat16")
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Places:
    """A set's `placement` table."""

    budget: int | None = None
    """Bytes on each device; None is no limit."""
    devices: tuple[str, ...] = ()
    """The set's entries take them in turn; empty leaves the device to each entry."""
    dtype: str | None = None
    """For every entry that has such a setting and does not state it."""


def read_places(table: Mapping[str, Any]) -> Places:
    """The table of a file. Raises `ValueError` that names what is wrong."""
    left_over = sorted(table.keys() - {"budget_mib", "device", "dtype"})
    if left_over:
        message = f"placement has no setting {left_over[0]!r}; it has budget_mib, device and dtype"
        raise ValueError(message)
    budget, device, dtype = (table.get(name) for name in ("budget_mib", "device", "dtype"))
    if budget is not None and (type(budget) is not int or budget <= 0):
        message = f"budget_mib must be a whole number above 0, got {budget!r}"
        raise ValueError(message)
    devices = tuple(device) if isinstance(device, list) else () if device is None else (device,)
    for one in devices:
        if not (isinstance(one, str) and DEVICE.fullmatch(one)):
            message = f"device must be auto, cpu, cuda, cuda:1, ... or a list of these, got {one!r}"
            raise ValueError(message)
    if dtype is not None and dtype not in PRECISIONS:
        message = f"dtype must be one of {', '.join(PRECISIONS)}, got {dtype!r}"
        raise ValueError(message)
    return Places(None if budget is None else budget * MIB, devices, dtype)
