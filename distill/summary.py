"""What one run, or several that differ by their seed, found: computed once for every page, table, chart and file of a report."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from vpd.distill.arms import Arm, is_among
from vpd.distill.checks.coverage import Voted, cross_fitted, votes_of
from vpd.distill.checks.hidden_labels import HiddenLabels
from vpd.distill.comparison import Contender, Margin, average, average_margin, contenders, held_out_splits, kinds_of, margin
from vpd.distill.experiment import Experiment
from vpd.distill.records import Outcome, Prediction, Teaches
from vpd.distill.run_files import Asked, Effort, RunRecords
from vpd.distill.statistics import Estimate, SeedMean
from vpd.distill.yields import YieldRow, yield_rows

__all__ = ["PAIRS", "Compared", "Summary", "Taught", "summarise"]

PAIRS: tuple[tuple[str, str], ...] = (
    ("distilled", "control"),
    ("distilled", "patient"),
    ("distilled", "paper"),
    ("distilled", "unfiltered"),
    ("unfiltered", "control"),
    ("distilled", "shuffled"),
    ("distilled", "listing"),
)
"""Arms whose difference is told where no plan says: what rationales are worth at equal steps and at equal CPU time, what the
checks of reasons and what the whole filter is worth, what rationales without it are, and what no other text would do as well."""
PROGRAMS = "the programs' vote, on training questions"
CALIBRATED = "the same, calibrated on other pictures of the same texts"


@dataclass(frozen=True, slots=True)
class Compared:
    """What one arm gains over another on one split, run by run and over all."""

    first: str
    second: str
    split: str
    by_run: tuple[Margin | None, ...]
    """One for each run; None where a run lacks it."""
    mean: SeedMean | None
    """None of a single run, or where a run lacks the margin."""

    @property
    def estimate(self) -> Estimate | None:
        """The mean of several runs, of a single one its own difference."""
        if self.mean is not None:
            return self.mean.estimate
        only = self.by_run[0]
        return only.difference.estimate if len(self.by_run) == 1 and only is not None else None


@dataclass(frozen=True, slots=True)
class Taught:
    """What one arm was taught on, and what that took."""

    arm: str
    share: float | None
    """Of the training pictures; None where no plan tells."""
    pictures: tuple[int | None, ...]
    """Labelled training pictures that it saw, for each run."""
    efforts: tuple[Effort | None, ...]
    """For each run; None where it was not taught to the end there."""

    @property
    def steps(self) -> float | None:
        """Mean over the runs; None unless all are known."""
        return mean_of([None if each is None else each.steps for each in self.efforts])

    @property
    def cpu_seconds(self) -> float | None:
        """Mean over the runs; None unless all are known."""
        return mean_of([None if each is None else each.cpu_seconds for each in self.efforts])

    @property
    def labelled(self) -> float | None:
        """Mean number of pictures over the runs; None unless all are known."""
        return mean_of(self.pictures)


@dataclass(frozen=True)
class Summary:
    """All that a report says of how well whom was answered, what it took, and how sure that is."""

    runs: tuple[RunRecords, ...]
    about: str
    splits: tuple[str, ...]
    by_run: tuple[tuple[Contender, ...], ...]
    """The rows of each run."""
    rows: tuple[Contender, ...]
    """Over all runs: means over the seeds, of a single run its own."""
    kinds: Mapping[str, tuple[Contender, ...]]
    """For each split the students' rows, their shares by kind of question, over all runs."""
    taught: tuple[Taught, ...]
    sizes: tuple[tuple[str, ...], ...]
    """Arms that differ in nothing but their share of the training pictures, the smallest share first."""
    compared: tuple[Compared, ...]
    """Pair by pair, and split by split in each; what no run has is left out."""
    yields: tuple[YieldRow, ...]
    votes: Mapping[str, tuple[Voted, ...]]
    """For everyone who says how sure of an answer they are, their answers to questions with labels, of all runs."""

    @property
    def pair(self) -> tuple[str, str]:
        """The arms that the whole is about."""
        return (self.compared[0].first, self.compared[0].second) if self.compared else PAIRS[0]

    def differences(self, first: str, second: str) -> list[Compared]:
        """Of one pair, by split."""
        return [each for each in self.compared if (each.first, each.second) == (first, second)]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All pairs with a difference, in their order."""
        return list(dict.fromkeys((each.first, each.second) for each in self.compared))


def summarise(runs: Sequence[RunRecords], plan: Experiment | None = None, labels: HiddenLabels | None = None) -> Summary:
    """Everything at once. Raises `ValueError` where there is no run.

    `plan` tells which arms are compared and how they differ; `labels` are those which the runs do not see.
    """
    if not runs:
        message = "a report needs at least one run"
        raise ValueError(message)
    splits = held_out_splits(runs[0])
    by_run = tuple(contenders(run) for run in runs)
    asked = all_asked(runs)
    return Summary(
        runs=tuple(runs),
        about=plan.about if plan is not None else "",
        splits=splits,
        by_run=by_run,
        rows=over_runs(by_run),
        kinds={split: over_runs([kinds_of(run, split) for run in runs]) for split in splits},
        taught=taught_in(runs, plan.arms if plan is not None else ()),
        sizes=sizes_among(plan.arms) if plan is not None else (),
        compared=compared_in(runs, splits, (plan.pairs if plan is not None else ()) or PAIRS),
        yields=yield_rows(asked),
        votes=votes_in(runs, asked, labels),
    )


def over_runs(tables: Sequence[tuple[Contender, ...]]) -> tuple[Contender, ...]:
    """One table of all runs."""
    return tables[0] if len(tables) == 1 else average(tables)


def all_asked(runs: Sequence[RunRecords]) -> list[Asked]:
    """The asked questions of all runs; what several runs share counts once."""
    found: dict[tuple[str, ...], Asked] = {}
    for run in runs:
        for asked in run.asked:
            key = (asked.question.text, asked.question.image.sha256, *(draw.program.source_sha256 for draw in asked.draws))
            found.setdefault(key, asked)
    return list(found.values())


def compared_in(runs: Sequence[RunRecords], splits: Sequence[str], pairs: Sequence[tuple[str, str]]) -> tuple[Compared, ...]:
    """All pairs on all splits that at least one run has."""
    found = []
    for first, second in pairs:
        for split in splits:
            margins = tuple(margin(run, split, first, second) for run in runs)
            if any(each is not None for each in margins):
                found.append(Compared(first, second, split, margins, average_margin(margins)))
    return tuple(found)


def taught_in(runs: Sequence[RunRecords], arms: Sequence[Arm]) -> tuple[Taught, ...]:
    """Every arm of the plan, then every other student that a run taught to the end."""
    shares = {arm.name: arm.share for arm in arms}
    names = [*shares, *sorted({name for run in runs for name in run.efforts} - shares.keys())]
    pictures = [
        {one.image.sha256 for one in run.examples if one.teaches is Teaches.ANSWER and one.split == "train" and not one.rationale}
        for run in runs
    ]
    found = []
    for name in names:
        share = shares.get(name)
        seen = tuple(None if share is None else sum(is_among(each, share) for each in some) or None for some in pictures)
        found.append(Taught(name, share, seen, tuple(run.efforts.get(name) for run in runs)))
    return tuple(each for each in found if any(effort is not None for effort in each.efforts))


def sizes_among(arms: Sequence[Arm]) -> tuple[tuple[str, ...], ...]:
    """Arms that learn the same of more or fewer pictures."""
    alike: dict[str, dict[float, str]] = defaultdict(dict)
    for arm in arms:
        alike[arm.model_copy(update={"name": "any", "about": "", "share": 1.0, "reasons_aloud": False}).model_dump_json()][
            arm.share
        ] = arm.name
    return tuple(tuple(some[share] for share in sorted(some)) for some in alike.values() if len(some) > 1)


def votes_in(runs: Sequence[RunRecords], asked: Sequence[Asked], labels: HiddenLabels | None) -> dict[str, tuple[Voted, ...]]:
    """The programs' votes, and students' answers that came with a share of a vote or with a probability of yes."""
    voted = votes_of(asked, labels)
    silent = [each for each in voted if each.confidence < 0]
    found: dict[str, list[Voted]] = {PROGRAMS: voted, CALIBRATED: [*cross_fitted(voted), *silent]}
    for run in runs:
        for said in run.predictions:
            sure = sureness(said)
            if sure is None or said.outcome is Outcome.UNKNOWN or said.split == "train":
                continue
            kind = "probability of yes or no" if said.share is None else "share of its votes"
            who = f"{said.arm}, {said.mode}: {kind}"
            known = run.question_by_id.get(said.question)
            picture = known.image.sha256 if known is not None else said.question
            found.setdefault(who, []).append(Voted(said.question, picture, sure, said.outcome is Outcome.RIGHT))
    return {who: tuple(votes) for who, votes in found.items() if any(vote.confidence >= 0 for vote in votes)}


def sureness(said: Prediction) -> float | None:
    """How sure a student is of its own answer, 0..1; below 0 where it gave none that its measure speaks of, None without one."""
    if said.share is not None:
        return -1.0 if said.outcome is Outcome.SILENT else said.share
    if said.probability is None:
        return None
    return {"yes": said.probability, "no": 1 - said.probability}.get(said.answer.strip().casefold(), -1.0)


def mean_of(values: Sequence[float | None]) -> float | None:
    """The mean; None unless all are known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(values) else None
