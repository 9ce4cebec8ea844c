"""Who answers how well on each held-out split, and what the distilled student gains over its control."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from vpd.distill.evaluation.programs import TEACHER
from vpd.distill.judging import judge_text
from vpd.distill.records import Outcome, Prediction
from vpd.distill.run_files import RunRecords
from vpd.distill.statistics import Difference, Estimate, SeedMean, mean_over_seeds, paired_difference, paired_over_seeds, wilson
from vpd.distill.yields import majority_outcome, oracle_outcome
from vpd.engine.records import AnswerKind, Question

__all__ = [
    "Contender",
    "Margin",
    "average",
    "average_margin",
    "contenders",
    "held_out_splits",
    "kinds_of",
    "margin",
    "say_margin",
]

TRAIN = "train"
BASE = "base"
SPLITS = ("plain", "unseen_pairs", "more_objects", "deeper")
"""The held-out splits in the order of reports; others follow by name."""
STUDENTS = {
    ("base", "answer"): "base student, before any question",
    ("control", "answer"): "control: student taught answers only",
    ("patient", "answer"): "control for as much CPU time",
    ("shuffled", "answer"): "student taught shuffled rationales",
    ("listing", "answer"): "student taught listings",
    ("unfiltered", "answer"): "student distilled from unfiltered traces",
    ("paper", "answer"): "student distilled from all right answers",
    ("distilled", "answer"): "distilled student",
    ("distilled", "explain"): "distilled student, rationale first",
}
"""Arm and mode of a prediction, and how a report calls them; others follow under their own names."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the headline table."""

    name: str
    role: str
    """`baseline`, `teacher` or `student`."""
    shares: dict[str, Estimate]
    """Share of right answers by split, or by kind of one split; what was not measured is missing."""
    arm: str = ""
    """Of a student."""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Margin:
    """What one arm gains over another on one split, in one run."""

    split: str
    first: str
    second: str
    difference: Difference


def held_out_splits(run: RunRecords) -> tuple[str, ...]:
    """Every split that a student was asked on, or that is no training split where no student was asked."""
    met = {prediction.split for prediction in run.predictions} or {question.split for question in run.questions}
    met -= {TRAIN, BASE}
    return (*(split for split in SPLITS if split in met), *sorted(met - set(SPLITS)))


def contenders(run: RunRecords) -> tuple[Contender, ...]:
    """The rows of one run, baseline first and the distilled student last."""
    splits = held_out_splits(run)
    asked_of_students = {prediction.question for prediction in run.predictions}
    tested = [
        question
        for question in run.questions
        if question.split in splits and question.answers and (not asked_of_students or question.id in asked_of_students)
    ]
    rows = [majority_class(run, tested), *teachers(run, tested), *students(run)]
    return tuple(row for row in rows if row.shares)


def majority_class(run: RunRecords, tested: Sequence[Question]) -> Contender:
    """Always the most frequent training answer of the question's kind, or of its kind of answer where its kind was not there."""
    by_kind: dict[str, Counter[str]] = {}
    by_answer_kind: dict[AnswerKind, Counter[str]] = {}
    for question in run.questions:
        if question.split == TRAIN and question.answers:
            by_kind.setdefault(question.kind, Counter())[question.answers[0]] += 1
            by_answer_kind.setdefault(question.answer_kind, Counter())[question.answers[0]] += 1

    def guess(question: Question) -> bool:
        counts = by_kind.get(question.kind) or by_answer_kind.get(question.answer_kind) or Counter()
        answer = min(counts, key=lambda text: (-counts[text], text), default=None)
        return judge_text(answer, question)[0] is Outcome.RIGHT

    shares = by_part((question.split, guess(question)) for question in tested) if by_kind else {}
    return Contender("most frequent answer of each kind", "baseline", shares)


def teachers(run: RunRecords, tested: Sequence[Question]) -> list[Contender]:
    """Programs on the tested questions: the majority's answer, and any right answer."""
    wanted = {question.id for question in tested}
    asked = [each for each in run.asked if each.question.id in wanted and each.is_known]
    ways: tuple[tuple[str, Callable[..., Outcome]], ...] = (
        ("teacher: the programs' majority", majority_outcome),
        ("teacher: any program right (oracle)", oracle_outcome),
    )
    return [
        Contender(name, "teacher", by_part((each.question.split, way(each) is Outcome.RIGHT) for each in asked))
        for name, way in ways
    ]


def kinds_of(run: RunRecords, split: str) -> tuple[Contender, ...]:
    """Every arm in every mode on one split, its shares by kind of question."""
    return tuple(students(run, lambda each: each.kind if each.split == split else None))


def students(run: RunRecords, part_of: Callable[[Prediction], str | None] = lambda each: each.split) -> list[Contender]:
    """Every arm in every mode; `part_of` names what a prediction counts towards, None for nothing."""
    rights: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for prediction in judged_predictions(run):
        part = part_of(prediction)
        if part is None or prediction.arm == TEACHER:
            continue  # the programs have rows of their own
        found = rights.setdefault((prediction.arm, prediction.mode), [])
        found.append((part, prediction.outcome is Outcome.RIGHT))
    order = [*(key for key in STUDENTS if key in rights), *sorted(key for key in rights if key not in STUDENTS)]
    return [Contender(student_name(*key), "student", by_part(rights[key]), *key) for key in order]


def student_name(arm: str, mode: str) -> str:
    """As reports call it."""
    return STUDENTS.get((arm, mode), arm if mode == "answer" else f"{arm}, {mode}")


def judged_predictions(run: RunRecords) -> list[Prediction]:
    """Predictions on held-out questions whose answer somebody knows."""
    return [each for each in run.predictions if each.split != TRAIN and each.outcome is not Outcome.UNKNOWN]


def by_part(rights: Iterable[tuple[str, bool]]) -> dict[str, Estimate]:
    """Wilson intervals of the share of right answers in each part, each question being one trial."""
    gathered: dict[str, list[bool]] = {}
    for part, right in rights:
        gathered.setdefault(part, []).append(right)
    return {part: wilson(fmean(each), len(each)) for part, each in gathered.items()}


def margin(run: RunRecords, split: str, first: str = "distilled", second: str = "control", mode: str = "answer") -> Margin | None:
    """First arm minus second on the questions of a split that both answered; None where there are none."""
    rights: dict[str, dict[str, bool]] = {first: {}, second: {}}
    for prediction in judged_predictions(run):
        if prediction.split == split and prediction.mode == mode and prediction.arm in rights:
            rights[prediction.arm][prediction.question] = prediction.outcome is Outcome.RIGHT
    both = [question for question in rights[first] if question in rights[second]]
    if not both:
        return None
    pictures = [run.question_by_id[each].image.sha256 if each in run.question_by_id else each for each in both]
    difference = paired_difference([rights[first][each] for each in both], [rights[second][each] for each in both], pictures)
    return Margin(split, first, second, difference)


def average(rows: Sequence[Sequence[Contender]]) -> tuple[Contender, ...]:
    """One table of several runs: the mean share of each row over the seeds; rows and splits that one run lacks are left out."""
    found = []
    for row in rows[0] if rows else ():
        same = [next((each for each in run if each.name == row.name), None) for run in rows]
        shares = {}
        for split in row.shares:
            values = [each.shares[split].value for each in same if each is not None and split in each.shares]
            estimate = mean_over_seeds(values) if len(values) == len(rows) else None
            if estimate is not None:
                shares[split] = estimate
        if shares:
            found.append(replace(row, shares=shares))
    return tuple(found)


def average_margin(margins: Sequence[Margin | None]) -> SeedMean | None:
    """Mean margin over seeds, tested; None where a run lacks it or where there is one seed."""
    values = [each.difference.estimate.value for each in margins if each is not None]
    return paired_over_seeds(values) if len(values) == len(margins) else None


def say_margin(split: str, estimate: Estimate, *, first: str = "distilled student", second: str = "control") -> str:
    """What a difference shows, in one plain sentence."""
    low, high, points = (f"{100 * bound:+.1f}".replace("-", "−") for bound in (estimate.low, estimate.high, estimate.value))
    where = f"On the split {split.replace('_', ' ')},"
    if estimate.holds_zero:
        return (
            f"{where} no gain is shown: {first} minus {second} is {points} points, with 0 in its 95 % interval, {low} to {high}."
        )
    verb = "better" if estimate.value > 0 else "worse"
    return f"{where} the {first} is {points[1:]} points {verb} than the {second} (95 % interval {low} to {high})."
