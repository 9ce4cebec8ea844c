"""What a student says: tokens by the model's own likelihood, drawn or the most likely ones, after words that may be given."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from vpd.distill.student.load import Student, quiet
from vpd.tools.image import ImageRef

if TYPE_CHECKING:
    from torch import Tensor

    from vpd.distill.student.adapter import Adapter, Prompted

__all__ = ["Told", "Wanted", "default_device", "tell"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to be said."""

    text: str
    """The user's turn."""
    image: ImageRef
    begun: str = ""
    """What the student has said already, in the run's own words; it goes on from there."""
    dice: str = ""
    """The seed of its draws: the same seed draws the same, whatever else is in the batch."""


class Told(NamedTuple):
    """What was said."""

    text: str
    """Without what was `begun`."""
    tokens: int
    """Said, the end mark left out."""
    prompt_tokens: int
    """Read: the turn, the picture's placeholders, and what was begun."""
    yes: float | None
    """The probability that the first token begins a yes, among those that begin yes or no; None where nobody asked."""


class YesNo(NamedTuple):
    """Tokens with which a yes begins, and a no."""

    yes: tuple[int, ...]
    no: tuple[int, ...]


def tell(
    student: Student,
    adapter: "Adapter",
    wanted: Sequence[Wanted],
    longest: int,
    *,
    temperature: float | None = None,
    yes_no: YesNo | None = None,
) -> list[Told]:
    """What a student says of each, all at once: prompts are filled up on the left.

    With a `temperature` over 0 tokens are drawn from the whole vocabulary, else each is the most likely one.
    """
    import torch  # heavy; loads when a student is asked

    from vpd.distill.student.collate import stack_pixels

    prompts = [adapter.prompt(one.text, one.image) for one in wanted]
    rows = [read_row(adapter, one, prompt) for one, prompt in zip(wanted, prompts)]
    width = max(len(row.ids) for row in rows)
    inputs = {
        "input_ids": torch.tensor([[adapter.pad] * (width - len(row.ids)) + list(row.ids) for row in rows]),
        "attention_mask": torch.tensor([[0] * (width - len(row.ids)) + [1] * len(row.ids) for row in rows]),
        **{name: torch.tensor(kinds) for name, kinds in kinds_of(rows, width).items()},
        **stack_pixels([prompt.pixels for prompt in prompts]),
    }
    inputs = {name: tensor.to(student.model.device) for name, tensor in inputs.items()}
    look = FirstLook(yes_no) if yes_no is not None else None
    processors: list[Any] = [look] if look is not None else []
    if temperature:
        processors.append(Draw(temperature, [dice(one.dice, longest) for one in wanted], width))
    with torch.inference_mode(), quiet():
        whole = student.model.generate(
            **inputs,
            do_sample=False,
            num_beams=1,  # some models' own settings ask for beams, where rows are no longer ours
            max_new_tokens=longest,
            eos_token_id=sorted(adapter.end_tokens()),
            pad_token_id=adapter.pad,
            **({"logits_processor": processors} if processors else {}),
        )
    said = whole[:, width:].tolist()
    texts = [adapter.speech.plain(adapter.decode(ids), prompt.frame) for ids, prompt in zip(said, prompts)]
    ends = adapter.end_tokens() | {adapter.pad}
    counts = [next((place for place, token in enumerate(ids) if token in ends), len(ids)) for ids in said]
    yes = look.shares if look is not None else [None] * len(texts)
    return [Told(*one) for one in zip(texts, counts, (len(row.ids) for row in rows), yes)]


class Row(NamedTuple):
    """All that a student reads before it goes on, as tokens."""

    ids: tuple[int, ...]
    kinds: dict[str, tuple[int, ...]]


def read_row(adapter: "Adapter", wanted: Wanted, prompt: "Prompted") -> Row:
    """The prompt, and what was begun short of its end mark."""
    if not wanted.begun:
        return Row(prompt.tokens.ids, prompt.tokens.kinds)
    begun = adapter.target(wanted.text, adapter.speech.own(wanted.begun, prompt.frame))
    ends = adapter.end_tokens()
    length = next((place for place, token in enumerate(begun) if token in ends), len(begun))
    return Row(prompt.tokens.ids + begun[:length], adapter.extend(prompt.tokens, length))


def kinds_of(rows: Sequence[Row], width: int) -> dict[str, list[list[int]]]:
    """The kinds of all rows' tokens, filled up on the left with zeros."""
    return {name: [[0] * (width - len(row.ids)) + list(row.kinds[name]) for row in rows] for name in rows[0].kinds}


def dice(seed: str, count: int) -> list[float]:
    """Numbers in 0..1 that follow from a seed, the same on every machine."""
    drawn = Random(seed)  # noqa: S311  draws, not secrets
    return [drawn.random() for _ in range(count)]


class Draw:
    """Chooses each row's next token by a number of its own, so that a draw depends on nothing else in the batch."""

    def __init__(self, temperature: float, dice: Sequence[Sequence[float]], start: int) -> None:
        self._temperature, self._dice, self._start = temperature, dice, start

    def __call__(self, input_ids: "Tensor", scores_B_V: "Tensor") -> "Tensor":
        """All scores at minus infinity but one a row."""
        import torch  # as above

        step = input_ids.shape[1] - self._start
        dice_B_1 = torch.tensor([[row[step]] for row in self._dice], dtype=torch.float64, device=scores_B_V.device)
        below_B_V = (scores_B_V.double() / self._temperature).softmax(-1).cumsum(-1)
        chosen_B_1 = (below_B_V <= dice_B_1 * below_B_V[:, -1:]).sum(-1, keepdim=True).clamp(max=scores_B_V.shape[1] - 1)
        return torch.full_like(scores_B_V, float("-inf")).scatter(1, chosen_B_1, 0.0)


class FirstLook:
    """Reads from the first token's scores how likely yes is beside no; changes nothing."""

    def __init__(self, yes_no: YesNo) -> None:
        self._yes_no = yes_no
        self.shares: list[float | None] = []

    def __call__(self, _: "Tensor", scores_B_V: "Tensor") -> "Tensor":
        """The scores as they are."""
        if not self.shares:
            yes, no = list(self._yes_no.yes), list(self._yes_no.no)
            both_B_N = scores_B_V[:, [*yes, *no]].double().softmax(-1)
            self.shares = both_B_N[:, : len(yes)].sum(-1).tolist()
        return scores_B_V


def default_device() -> str:
    """A GPU where there is one."""
    import torch  # heavy, as above

    return "cuda" if torch.cuda.is_available() else "cpu"
