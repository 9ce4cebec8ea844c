"""How a model family was brought up to write a place and to be asked, and a run's own words turned into that and back.

A run writes a box as four numbers, top left bottom right, on a grid. PaliGemma has tokens for 1024 steps; Qwen2-VL writes
corners on a grid of 1000 between marks, Qwen2.5-VL pixels of the picture as it is scaled for the model, Qwen3-VL numbers on a
grid of 1000; LLaVA-1.5 shares of the sides. SmolVLM and Idefics3 have no way of their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["DIALECTS", "PLAIN", "Dialect", "Frame", "Speech", "dialect_of"]

Frame = tuple[float, float]
"""Width and height in pixels of a picture as the model is shown it."""
PLACE = re.compile(r"(?<![\w.])(?<!\d )(\d{1,4}) (\d{1,4}) (\d{1,4}) (\d{1,4})(?!\w|\.\d| \d)")
"""Four numbers in a row, neither more nor part of a word."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One family's habits."""

    name: str
    pattern: re.Pattern[str]
    """Finds a place in the family's words; four groups."""
    order: str
    """Which edge each of the four numbers is: a word of t, l, b, r."""
    form: str
    """The place as `str.format` writes it from the four numbers in their order."""
    steps: Callable[[Frame], tuple[float, float]]
    """Steps along width and height; numbers run from 0 up to, not including, them."""
    whole: bool = True
    """Numbers are whole; else hundredths."""
    ask: str = "{}"
    """The text of a user's turn, from the run's."""


def grid(steps: float) -> Callable[[Frame], tuple[float, float]]:
    """So many steps along both sides, whatever the picture."""
    return lambda _: (steps, steps)


BRACKETS = re.compile(r"\[(\d{1,5}), ?(\d{1,5}), ?(\d{1,5}), ?(\d{1,5})\]")
PALIGEMMA = Dialect(
    "paligemma",
    re.compile(r"<loc(\d{4})> ?<loc(\d{4})> ?<loc(\d{4})> ?<loc(\d{4})>"),
    "tlbr",
    "<loc{:04d}><loc{:04d}><loc{:04d}><loc{:04d}>",
    grid(1024),
    ask="answer en {}",
)
QWEN2_VL = Dialect(
    "qwen2_vl",
    re.compile(r"(?:<\|box_start\|>)?\((\d{1,4}),(\d{1,4})\),\((\d{1,4}),(\d{1,4})\)(?:<\|box_end\|>)?"),
    "ltrb",
    "<|box_start|>({},{}),({},{})<|box_end|>",
    grid(1000),
)
QWEN2_5_VL = Dialect("qwen2_5_vl", BRACKETS, "ltrb", "[{}, {}, {}, {}]", lambda frame: frame)
QWEN3_VL = Dialect("qwen3_vl", BRACKETS, "ltrb", "[{}, {}, {}, {}]", grid(1000))
SHARES = re.compile(r"\[([01]\.\d\d), ?([01]\.\d\d), ?([01]\.\d\d), ?([01]\.\d\d)\]")
LLAVA = Dialect("llava", SHARES, "ltrb", "[{:.2f}, {:.2f}, {:.2f}, {:.2f}]", grid(1), whole=False)
PLAIN = Dialect("plain", PLACE, "tlbr", "{} {} {} {}", grid(1000))
DIALECTS = {one.name: one for one in (PALIGEMMA, QWEN2_VL, QWEN2_5_VL, QWEN3_VL, LLAVA, PLAIN)}


def dialect_of(model_type: str) -> Dialect:
    """A family's habits by the `model_type` of its configuration; `plain` of a family that has none, or none that we know."""
    return DIALECTS.get(model_type.removesuffix("_moe"), PLAIN)


@dataclass(frozen=True, slots=True)
class Speech:
    """What a student is spoken to in: a dialect, and the grid of the run that taught it."""

    dialect: Dialect = PLAIN
    grid_steps: int = 1000

    def ask(self, text: str) -> str:
        """A user's turn."""
        return self.dialect.ask.format(text)

    def own(self, text: str, frame: Frame) -> str:
        """The run's words with places as the family writes them. Four numbers that are no box stay as they are."""
        if self.dialect is PLAIN:
            return text

        def turn(found: re.Match[str]) -> str:
            """A box of the run's grid in the family's form."""
            numbers = [int(number) for number in found.groups()]
            top, left, bottom, right = numbers
            if max(numbers) >= self.grid_steps or top > bottom or left > right:
                return found.group()
            edges = dict(zip("tlbr", ((number + 0.5) / self.grid_steps for number in numbers)))
            wide, high = self.dialect.steps(frame)
            shares = [edges[edge] * (wide if edge in "lr" else high) for edge in self.dialect.order]
            return self.dialect.form.format(*(int(share) for share in shares) if self.dialect.whole else shares)

        return PLACE.sub(turn, text)

    def plain(self, text: str, frame: Frame) -> str:
        """What a student said with places as the run writes them."""
        if self.dialect is PLAIN:
            return text

        def turn(found: re.Match[str]) -> str:
            """A box in the family's form on the run's grid."""
            wide, high = self.dialect.steps(frame)
            half = 0.5 if self.dialect.whole else 0.0
            edges = {
                edge: (float(number) + half) / (wide if edge in "lr" else high)
                for edge, number in zip(self.dialect.order, found.groups())
            }
            numbers = [min(self.grid_steps - 1, int(edges[edge] * self.grid_steps)) for edge in "tlbr"]
            return " ".join(map(str, numbers))

        return self.dialect.pattern.sub(turn, text)
