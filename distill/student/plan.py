"""What a training meets, laid out before it starts: groups of examples in order, the passes of a step, lambda step by step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from vpd.distill.records import TrainingExample
from vpd.distill.student.errors import StudentError
from vpd.distill.student.forms import in_form
from vpd.distill.student.groups import Group, group_examples, order_of
from vpd.distill.student.settings import Phase, TrainSettings

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A training with nothing left to decide. The same on every process, whatever their number."""

    settings: TrainSettings
    """With steps, passes a step and warm-up as numbers."""
    groups: tuple[Group, ...]
    """Of all phases, one after the other."""
    order: tuple[int, ...]
    """Places in `groups`, as they come up over all processes, each step's from the least text to the most."""
    lambdas: tuple[tuple[int, float], ...]
    """The first step of each phase and its lambda."""

    def lambda_at(self, step: int) -> float:
        """What a rationale's loss counts in a step, from 0."""
        return [weight for first, weight in self.lambdas if first <= step][-1]


def make_plan(examples: Sequence[TrainingExample], settings: TrainSettings, processes: int = 1) -> Plan:
    """Raises `StudentError` where a phase has no examples, or a batch does not divide among the processes."""
    phases = settings.phases or (Phase(share=1, form=settings.form),)
    grouped = [groups_of(phase, examples, settings) for phase in phases]
    passes = passes_of(settings, processes)
    step = settings.pictures * passes * processes
    steps = settings.steps
    if settings.epochs:
        met = sum(phase.share * len(groups) for phase, groups in zip(phases, grouped))
        steps = max(1, round(settings.epochs * met / step))
    warmup = max(1, round(settings.warmup_share * steps)) if settings.warmup_share else settings.warmup
    decided = settings.model_copy(update={"steps": steps, "accumulate": passes, "warmup": warmup})
    ends = [round(steps * share) for share in accumulate(phase.share for phase in phases)]
    order, lambdas, begin = list[int](), list[tuple[int, float]](), 0
    before = [0, *accumulate(len(groups) for groups in grouped)]
    for phase, groups, end, first in zip(phases, grouped, ends, before):
        order += [first + place for place in order_of(len(groups), (end - begin) * step, settings.seed)]
        weight = settings.rationale_weight if phase.rationale_weight is None else phase.rationale_weight
        lambdas.append((begin, weight))
        begin = end
    every = tuple(group for groups in grouped for group in groups)
    return Plan(decided, every, tuple(shortest_first(order, every, step)), tuple(lambdas))


def shortest_first(order: Sequence[int], groups: Sequence[Group], step: int) -> Iterator[int]:
    """The order with each step's groups sorted by how much text they hold.

    A step's gradient is the sum over its groups, in whatever order they come; but rows of one pass are filled up to its longest.
    """
    letters = [group.letters for group in groups]
    for first in range(0, len(order), step):
        yield from sorted(order[first : first + step], key=letters.__getitem__)


def groups_of(phase: Phase, examples: Sequence[TrainingExample], settings: TrainSettings) -> list[Group]:
    """What a phase has to teach."""
    wanted = [example for example in examples if not phase.kinds or example.kind in phase.kinds]
    groups = group_examples(in_form(wanted, phase.form), settings.questions_per_picture)
    if not groups:
        kinds = f" of kind {', '.join(phase.kinds)}" if phase.kinds else ""
        message = f"there is not one example{kinds} to learn from as {phase.form.value}; build some first or choose another form"
        raise StudentError(message)
    return groups


def passes_of(settings: TrainSettings, processes: int) -> int:
    """Forward passes an optimiser step on each process."""
    if not settings.batch:
        return settings.accumulate
    together = settings.pictures * processes
    if settings.batch % together:
        message = (
            f"a batch of {settings.batch} pictures is not a multiple of {settings.pictures} on each of {processes} processes; "
            "change the setting pictures"
        )
        raise StudentError(message)
    return settings.batch // together
