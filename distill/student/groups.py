"""Which examples share a pass: those of one picture, question by question; and the order in which pictures come up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from vpd.distill.records import TrainingExample
from vpd.tools.image import ImageRef

__all__ = ["Group", "group_examples", "order_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """One picture with some of its questions, each with all that it teaches."""

    image: ImageRef
    examples: tuple[TrainingExample, ...]

    @property
    def letters(self) -> int:
        """How much text it holds."""
        return sum(len(message.content) for example in self.examples for message in example.messages)


def group_examples(examples: Iterable[TrainingExample], questions: int) -> list[Group]:
    """Pictures in the order in which they are first met, each with at most so many questions.

    Groups are made by questions, not by examples: a student that learns answers only meets the same groups.
    """
    by_picture: dict[str, dict[str, list[TrainingExample]]] = {}
    for example in examples:
        by_picture.setdefault(example.image.sha256, {}).setdefault(example.question, []).append(example)
    groups = []
    for asked in by_picture.values():
        left = iter(asked.values())
        while some := list(islice(left, questions)):
            members = tuple(example for one in some for example in one)
            groups.append(Group(members[0].image, members))
    return groups


def order_of(groups: int, count: int, seed: int) -> Sequence[int]:
    """So many places in the list of groups: all of them in random order, then all again in another."""

    def forever() -> Iterator[int]:
        epoch = 0
        while True:
            yield from Random(f"vpd-student {seed} {epoch}").sample(range(groups), groups)  # noqa: S311  an order, no secret
            epoch += 1

    return list(islice(forever(), count))
