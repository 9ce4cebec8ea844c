"""Our traces beside the rivals on the same pictures: answers right, rationales founded, words, cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from vpd.distill.checks.policy import Policy
from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.distill.rationales.template import explain_trace
from vpd.distill.records import Outcome
from vpd.distill.rivals.told import Told
from vpd.distill.run_directory import RunDirectory
from vpd.distill.select import chosen
from vpd.distill.statistics import Estimate, effective_count, wilson
from vpd.engine.records import Program, Question

__all__ = ["Entry", "Row", "compare", "entries_of", "our_entries"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One rationale, whoever wrote it."""

    picture: str
    outcome: Outcome
    text: str
    claims: int
    unfounded: tuple[str, ...]
    answer: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One writer of rationales. Shares have Wilson's intervals at 95 %, with the rationales of one picture taken as alike."""

    name: str
    asked: int
    told: int
    """Rationales that could be read."""
    right: Estimate
    """Of the rationales whose question has a label, those that end at it."""
    founded: Estimate
    """Of the rationales, those without an unfounded claim."""
    claims_unfounded: float
    """Of all claims, 0..1; NaN where there are none."""
    words: float
    """Mean of a rationale; NaN where there are none."""
    tokens: float
    """Sent to and had from the language model, for each rationale; NaN where there are none."""
    cost: float | None
    """US dollars for each rationale; None where a price is not known."""
    entries: Sequence[Entry] = field(default=(), repr=False)


def compare(run: RunDirectory, told: Sequence[Told], policies: Iterable[Policy], questions: Sequence[Question]) -> list[Row]:
    """A row for our traces under each policy, then one for each rival and model, over the same questions' pictures."""
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    drawn = [program for program in run.read(Program) if program.question in {question.text for question in questions}]
    rows = []
    for policy in policies:
        entries = our_entries(run, policy, questions, grid)
        spent = sum(program.prompt_tokens + program.completion_tokens for program in drawn)
        rows.append(row_of(f"programs, policy {policy.name}", len(questions), entries, spent, [one.cost for one in drawn]))
    for rival, model in dict.fromkeys((one.rival, one.model) for one in told):
        some = [one for one in told if (one.rival, one.model) == (rival, model)]
        spent = sum(one.prompt_tokens + one.completion_tokens for one in some)
        rows.append(row_of(f"{rival}, {model}", len(some), entries_of(some), spent, [one.cost for one in some]))
    return rows


def our_entries(run: RunDirectory, policy: Policy, questions: Iterable[Question], grid: Grid) -> list[Entry]:
    """What a policy chooses, told by the template and held against its own trace."""
    taught = chosen(run, policy)
    found = []
    for question in questions:
        for each in taught.get(question.id, ())[:1]:
            rationale = explain_trace(question, each.trace, each.verdict, grid)
            grounding = ground(rationale.text, each.trace, question, grid, rationale.answer)
            found.append(
                Entry(
                    question.image.sha256,
                    each.verdict.outcome,
                    rationale.text,
                    len(grounding.claims),
                    grounding.lines,
                    rationale.answer,
                    question.text,
                )
            )
    return found


def entries_of(told: Iterable[Told]) -> list[Entry]:
    """A rival's replies that could be read."""
    return [
        Entry(one.question.image.sha256, one.outcome, one.text, one.claims, one.unfounded, one.answer or "", one.question.text)
        for one in told
        if one.question is not None
    ]


def row_of(name: str, asked: int, entries: Sequence[Entry], tokens: int, costs: Sequence[float | None]) -> Row:
    """One writer's numbers."""
    known = [each for each in entries if each.outcome is not Outcome.UNKNOWN]
    claims = sum(each.claims for each in entries)
    known_costs = [cost for cost in costs if cost is not None]
    has_price = bool(entries) and len(known_costs) == len(costs)
    nothing = float("nan")
    return Row(
        name=name,
        asked=asked,
        told=len(entries),
        right=share(known, [each.outcome is Outcome.RIGHT for each in known]),
        founded=share(entries, [not each.unfounded for each in entries]),
        claims_unfounded=sum(len(each.unfounded) for each in entries) / claims if claims else nothing,
        words=fmean(len(each.text.split()) for each in entries) if entries else nothing,
        tokens=tokens / len(entries) if entries else nothing,
        cost=sum(known_costs) / len(entries) if has_price else None,
        entries=entries,
    )


def share(entries: Sequence[Entry], holds: Sequence[bool]) -> Estimate:
    """A share with its interval; NaN where there is nothing."""
    if not entries:
        return wilson(float("nan"), 0)
    return wilson(sum(holds) / len(holds), effective_count([each.picture for each in entries]))
