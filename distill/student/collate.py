"""From groups to tensors: one row for each picture with all its questions, or one row for each example.

Axes: B rows, T tokens, 1 the heads that a mask is the same for.
"""

# Loaded by the training alone, so that torch may stand at the top.
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from vpd.distill.records import Teaches
from vpd.distill.student.adapter import Adapter, Tokens
from vpd.distill.student.errors import StudentError
from vpd.distill.student.groups import Group
from vpd.distill.student.settings import TrainSettings

__all__ = ["IGNORED", "TASKS", "Collator", "count_targets", "stack_pixels"]

IGNORED = -100
"""Label of a place from which nothing is learned."""
TASKS = (Teaches.ANSWER, Teaches.RATIONALE, Teaches.DESCRIPTION)


@dataclass(frozen=True, slots=True)
class Branch:
    """A prompt and what the student should say to it."""

    tokens: Tokens
    target: tuple[int, ...]
    task: int
    """Place in `TASKS`."""


@dataclass(slots=True)
class Row:
    """One sequence as it grows."""

    ids: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """Position of each token as the model counts it."""
    branch: list[int] = field(default_factory=list)
    """0 for what all branches share, then 1, 2, ...; a token sees its own branch and what is shared."""
    labels: list[int] = field(default_factory=list)
    """What each token should be followed by."""
    lengths: list[int] = field(default_factory=list)
    """Tokens of the target that the label belongs to; 0 where there is none."""
    tasks: list[int] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(default_factory=dict)

    def add(self, branch: Branch, skip: int, number: int, kinds: dict[str, tuple[int, ...]]) -> None:
        """Append a branch without its first `skip` tokens, which the row already holds."""
        ids = (*branch.tokens.ids, *branch.target)[skip:]
        before = len(branch.tokens.ids) - skip - 1
        size = len(branch.target)
        self.ids += ids
        self.places += range(skip, skip + len(ids))
        self.branch += [number] * len(ids)
        self.labels += [IGNORED] * before + [*branch.target, IGNORED]
        self.lengths += [0] * before + [size] * size + [0]
        self.tasks += [branch.task] * len(ids)
        for name, values in kinds.items():
            self.kinds.setdefault(name, []).extend(values[skip:])


class Collator:
    """Makes a batch of groups; `shared` puts a picture's questions into one row behind one copy of the picture."""

    def __init__(self, adapter: Adapter, settings: TrainSettings, *, shared: bool, longest: int | None = None) -> None:
        self.adapter, self.settings, self.shared = adapter, settings, shared
        self.longest = longest
        """Most tokens that the model takes; None where it does not say."""

    def __call__(self, groups: Sequence[Group]) -> dict[str, Tensor]:
        """Inputs of the model, and `labels`, `lengths` and `tasks` (each B T) for the loss."""
        rows, pixels = list[Row](), list[dict[str, Tensor]]()
        for group in groups:
            branches, picture = self._branches(group)
            made = [self._join(branches)] if self.shared else [self._join([branch]) for branch in branches]
            rows += made
            pixels += [picture] * len(made)
        self._check(rows)
        return {**self._tensors(rows), **stack_pixels(pixels)}

    def _branches(self, group: Group) -> tuple[list[Branch], dict[str, Tensor]]:
        branches, pixels = list[Branch](), dict[str, Tensor]()
        for example in group.examples:
            asked, said = example.messages[-2].content, example.messages[-1].content
            prompted = self.adapter.prompt(asked, example.image)
            pixels = prompted.pixels
            branches.append(Branch(prompted.tokens, self.adapter.target(asked, said), TASKS.index(example.teaches)))
        return branches, pixels

    def _join(self, branches: list[Branch]) -> Row:
        """One row: the tokens with which all prompts begin, then each branch's own."""
        skip = common_length([branch.tokens.ids for branch in branches]) if len(branches) > 1 else 0
        row, first = Row(), branches[0]
        row.ids += first.tokens.ids[:skip]
        row.places += range(skip)
        for column, fill in ((row.branch, 0), (row.labels, IGNORED), (row.lengths, 0), (row.tasks, 0)):
            column.extend([fill] * skip)
        row.kinds = {name: list(kinds[:skip]) for name, kinds in first.tokens.kinds.items()}
        for number, branch in enumerate(branches, 1):
            row.add(branch, skip, number, self.adapter.extend(branch.tokens, len(branch.target)))
        return row

    def _check(self, rows: Iterable[Row]) -> None:
        longest = max(max(row.places) + 1 for row in rows)
        if self.longest is not None and longest > self.longest:
            message = (
                f"an example is {longest} tokens long and the student takes {self.longest}; nothing is cut, since that could cut "
                "a picture: take smaller pictures, leave long rationales out, or start from a student that takes more"
            )
            raise StudentError(message)

    def _tensors(self, rows: list[Row]) -> dict[str, Tensor]:
        width = max(len(row.ids) for row in rows)

        def table(column: str, fill: int) -> Tensor:
            lists = [getattr(row, column) for row in rows]
            return torch.tensor([values + [fill] * (width - len(values)) for values in lists])

        branch_B_T = table("branch", -1)
        tensors = {
            "input_ids": table("ids", self.adapter.pad),
            "labels": table("labels", IGNORED),
            "lengths": table("lengths", 0),
            "tasks": table("tasks", 0),
        }
        for name in rows[0].kinds:
            lists = [row.kinds[name] for row in rows]
            tensors[name] = torch.tensor([values + [0] * (width - len(values)) for values in lists])
        if self.shared:
            tensors["position_ids"] = table("places", 0)
            tensors["attention_mask"] = mask_of_branches(branch_B_T)
        else:
            tensors["attention_mask"] = (branch_B_T >= 0).long()
        return tensors


def mask_of_branches(branch_B_T: Tensor) -> Tensor:
    """Which token may look at which, as booleans of shape B 1 T T: back, at its own branch and at what is shared."""
    length = branch_B_T.shape[1]
    own = branch_B_T[:, :, None] == branch_B_T[:, None, :]
    common = branch_B_T[:, None, :] == 0
    back = torch.ones(length, length, dtype=torch.bool).tril()
    return ((own | common) & back)[:, None]


def common_length(prompts: Sequence[tuple[int, ...]]) -> int:
    """With how many equal tokens all prompts begin, short of a whole prompt."""
    low, high = min(prompts), max(prompts)
    limit = min(len(prompt) for prompt in prompts) - 1
    return next((place for place in range(limit) if low[place] != high[place]), limit)


def stack_pixels(pixels: Sequence[dict[str, Tensor]]) -> dict[str, Any]:
    """The pictures of all rows along the first axis; smaller ones are filled up with zeros at their ends."""
    stacked = {}
    for name in pixels[0]:
        tensors = [one[name] for one in pixels]
        shapes = {tensor.shape[1:] for tensor in tensors}
        if len(shapes) > 1:
            largest = [max(sizes) for sizes in zip(*shapes)]
            tensors = [fill_up(tensor, largest) for tensor in tensors]
        stacked[name] = torch.cat(tensors)
    return stacked


def fill_up(tensor: Tensor, shape: Sequence[int]) -> Tensor:
    """The tensor in a larger one of zeros; the first axis stays."""
    larger = tensor.new_zeros((tensor.shape[0], *shape))
    larger[tuple(slice(size) for size in tensor.shape)] = tensor
    return larger


def count_targets(batches: Iterable[dict[str, Tensor]]) -> Tensor:
    """Targets of each task, and tokens of all targets: four numbers over all batches of an optimiser step."""
    counts = torch.zeros(len(TASKS) + 1)
    for batch in batches:
        lengths_N = batch["lengths"][batch["labels"] != IGNORED]
        tasks_N = batch["tasks"][batch["labels"] != IGNORED]
        for task in range(len(TASKS)):
            counts[task] += (1 / lengths_N[tasks_N == task].double()).sum().round()
        counts[-1] += len(lengths_N)
    return counts
