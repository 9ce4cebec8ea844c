"""How places in a picture are written for a student: corners on a fine grid, or the cell of the middle on a coarse one."""

from dataclasses import dataclass
from typing import Literal

from vpd.tools.box import Box

__all__ = ["Grid"]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid laid over the whole picture, whatever its size."""

    style: Literal["corners", "cell"] = "corners"
    """`corners`: top left bottom right, as PaLI writes boxes (VPD, figure 3). `cell`: one column and one row."""
    steps: int = 1000
    """Grid steps along each side; numbers run from 0 to steps - 1."""

    @property
    def name(self) -> str:
        """As records hold it."""
        return f"{self.style}-{self.steps}"

    def write(self, box: Box, width: float, height: float) -> str:
        """The place in words; `width` and `height` are the whole picture's, in pixels."""
        if self.style == "cell":
            x, y = box.centre
            return f"x{self._step(x, width)} y{self._step(y, height)}"
        edges = ((box.top, height), (box.left, width), (box.bottom, height), (box.right, width))
        return " ".join(str(self._step(*edge)) for edge in edges)

    def _step(self, at: float, length: float) -> int:
        return min(self.steps - 1, max(0, int(at / length * self.steps)))
