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

__all__ = ["IGNORED", "TASKS", "Collator", "count_targets", "fit", "model_inputs", "stack_pixels"]

IGNORED = -100
"""Label of a place from which nothing is learned."""
FOR_THE_LOSS = {"labels", "lengths", "tasks", "cut"}
TASKS = (Teaches.ANSWER, Teaches.RATIONALE, Teaches.DESCRIPTION)


@dataclass(frozen=True, slots=True)
class Branch:
    """A prompt and what the student should say to it."""

    tokens: Tokens
    target: tuple[int, ...]
    task: int
    """Place in `TASKS`."""
    kinds: dict[str, tuple[int, ...]]
    """Of the prompt's tokens and the target's."""
    cut: bool = False
    """The target's end was cut away."""


@dataclass(slots=True)
class Row:
    """One sequence as it grows: a tree of texts that begin alike, written one after the other."""

    ids: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """Position of each token as the model counts it: as if its branch stood alone."""
    nodes: list[int] = field(default_factory=list)
    """The part of the tree that each token belongs to."""
    parents: list[int] = field(default_factory=list)
    """Of each part, what it goes on from; -1 of the first."""
    labels: list[int] = field(default_factory=list)
    """What each token should be followed by."""
    lengths: list[int] = field(default_factory=list)
    """Tokens of the target that the label belongs to; 0 where there is none."""
    tasks: list[int] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(default_factory=dict)

    def open_part(self, parent: int) -> int:
        """Begin a part of the tree."""
        self.parents.append(parent)
        return len(self.parents) - 1

    def add(self, branch: Branch, part: int, start: int, end: int) -> None:
        """Write a branch's tokens from `start` to `end`, prompt and target counted through."""
        prompt, target = len(branch.tokens.ids), branch.target
        ids = (*branch.tokens.ids, *target)
        labels = (*[IGNORED] * (prompt - 1), *target, IGNORED)
        lengths = (*[0] * (prompt - 1), *[len(target)] * len(target), 0)
        self.ids += ids[start:end]
        self.places += range(start, end)
        self.nodes += [part] * (end - start)
        self.labels += labels[start:end]
        self.lengths += lengths[start:end]
        self.tasks += [branch.task] * (end - start)
        for name, kinds in branch.kinds.items():
            self.kinds.setdefault(name, []).extend(kinds[start:end])

    def grow(self, branches: Sequence[Branch], start: int = 0, parent: int = -1) -> None:
        """Write branches that are alike up to `start`: what they go on to share once, then each group that begins alike."""
        part = self.open_part(parent)
        if len(branches) == 1:
            self.add(branches[0], part, start, len(branches[0].tokens.ids) + len(branches[0].target))
            return
        end = common_length([branch.tokens.ids for branch in branches])
        self.add(branches[0], part, start, end)
        alike: dict[int, list[Branch]] = {}
        for branch in branches:
            alike.setdefault(branch.tokens.ids[end], []).append(branch)
        groups = list(alike.values()) if len(alike) > 1 else [[branch] for branch in branches]
        for group in groups:
            self.grow(group, end, part)


class Collator:
    """Makes a batch of groups; `shared` writes a picture's questions into one row, what they begin with only once."""

    def __init__(self, adapter: Adapter, settings: TrainSettings, *, shared: bool, longest: int | None = None) -> None:
        self.adapter, self.settings, self.shared = adapter, settings, shared
        self.longest = min(filter(None, (longest, settings.longest)), default=None)
        """Most tokens of an example, by the model and the settings; None where neither says."""

    def __call__(self, groups: Sequence[Group]) -> dict[str, Tensor]:
        """Inputs of the model, and for the loss `labels`, `lengths` and `tasks` (each B T), and how many examples were `cut`."""
        rows, pixels, cut = list[Row](), list[dict[str, Tensor]](), 0
        for group in groups:
            branches, picture = self._branches(group)
            made = [self._join(branches)] if self.shared else [self._join([branch]) for branch in branches]
            rows += made
            pixels += [picture] * len(made)
            cut += sum(branch.cut for branch in branches)
        return {**self._tensors(rows), **stack_pixels(pixels), "cut": torch.tensor([cut])}

    def _branches(self, group: Group) -> tuple[list[Branch], dict[str, Tensor]]:
        branches, pixels = list[Branch](), dict[str, Tensor]()
        for example in group.examples:
            asked, said = example.messages[-2].content, example.messages[-1].content
            prompted = self.adapter.prompt(asked, example.image)
            pixels = prompted.pixels
            whole = self.adapter.target(asked, self.adapter.speech.own(said, prompted.frame))
            target = fit(len(prompted.tokens.ids), whole, self.longest, self.settings.too_long)
            kinds = self.adapter.extend(prompted.tokens, len(target))
            branches.append(Branch(prompted.tokens, target, TASKS.index(example.teaches), kinds, len(target) < len(whole)))
        return branches, pixels

    def _join(self, branches: Sequence[Branch]) -> Row:
        row = Row()
        row.grow(branches)
        return row

    def _tensors(self, rows: list[Row]) -> dict[str, Tensor]:
        width = max(len(row.ids) for row in rows)

        def table(column: str, fill: int) -> Tensor:
            lists = [getattr(row, column) for row in rows]
            return torch.tensor([values + [fill] * (width - len(values)) for values in lists])

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
            tensors["attention_mask"] = mask_of_trees(table("nodes", -1), [row.parents for row in rows])
        else:
            tensors["attention_mask"] = (table("nodes", -1) >= 0).long()
        return tensors


def fit(prompt: int, target: tuple[int, ...], longest: int | None, too_long: str) -> tuple[int, ...]:
    """As much of a target as there is room for after so many tokens of a prompt, which is never cut; see `TrainSettings`."""
    length = prompt + len(target)
    if longest is None or length <= longest:
        return target
    if too_long == "cut" and prompt < longest:
        return target[: longest - prompt]
    message = (
        f"an example is {length} tokens long, {prompt} of them its prompt, and the limit is {longest}; nothing is cut, "
        'since that could cut a picture: take smaller pictures, set too_long to "cut" so that long rationales lose their '
        "ends, or start from a student that takes more"
    )
    raise StudentError(message)


def model_inputs(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """What of a batch the model reads; the rest is for the loss."""
    return {name: value for name, value in batch.items() if name not in FOR_THE_LOSS}


def mask_of_trees(nodes_B_T: Tensor, parents: Sequence[Sequence[int]]) -> Tensor:
    """Which token may look at which, as booleans of shape B 1 T T: back, at its own part of the tree and at what came before it.

    A token that fills up a row (part -1, the last of the table) looks at its like, so that no row of the mask is empty.
    """
    rows, length = nodes_B_T.shape
    mask_B_T_T = torch.empty(rows, length, length, dtype=torch.bool)
    for row, above in enumerate(parents):
        seen = torch.eye(len(above) + 1, dtype=torch.bool)
        for part, parent in enumerate(above):
            if parent >= 0:
                seen[part] |= seen[parent]
        nodes_T = nodes_B_T[row] % len(seen)
        mask_B_T_T[row] = seen.index_select(0, nodes_T).index_select(1, nodes_T)
    return (mask_B_T_T & torch.ones(length, length, dtype=torch.bool).tril())[:, None]


def common_length(prompts: Sequence[tuple[int, ...]]) -> int:
    """With how many equal tokens all prompts begin, short of a whole prompt."""
    low, high = min(prompts), max(prompts)
    limit = min(len(prompt) for prompt in prompts) - 1
    return next((place for place in range(limit) if low[place] != high[place]), limit)


def stack_pixels(pixels: Sequence[dict[str, Tensor]]) -> dict[str, Any]:
    """The pictures of all rows along the first axis; smaller ones are filled up with zeros at their ends."""
    pixels = with_masks(pixels)
    stacked = {}
    for name in pixels[0]:
        tensors = [one[name] for one in pixels]
        shapes = {tensor.shape[1:] for tensor in tensors}
        if len(shapes) > 1:
            largest = [max(sizes) for sizes in zip(*shapes)]
            tensors = [fill_up(tensor, largest) for tensor in tensors]
        stacked[name] = torch.cat(tensors)
    return stacked


def with_masks(pixels: Sequence[dict[str, Tensor]]) -> Sequence[dict[str, Tensor]]:
    """The same with a mask for each picture that counts whole, where another's does not or where sides differ."""
    sides = {one["pixel_values"].shape[-2:] for one in pixels if "pixel_values" in one and one["pixel_values"].ndim == 5}
    if len(sides) < 2 and len({"pixel_attention_mask" in one for one in pixels}) == 1:
        return pixels
    masked = []
    for one in pixels:
        shape = one["pixel_values"].shape
        masked.append({"pixel_attention_mask": torch.ones(*shape[:2], *shape[-2:], dtype=torch.bool)} | one)
    return masked


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
