"""The rivals as a stage of a run: who is asked of what, kept in the run's own file, so that a killed run goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.rivals.asking import Known, Rival, ask_rival
from vpd.distill.rivals.scene_truth import known_in_scenes
from vpd.distill.rivals.seen import Seen, seen_by_tools, seen_in_scenes
from vpd.distill.rivals.told import FILE, Told
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import read_scenes
from vpd.engine.completer import Completer, Sampling
from vpd.engine.journal import Journal
from vpd.engine.records import Question, Trace

__all__ = ["Asking", "ask_all", "told_in", "what_is_seen"]


@dataclass(frozen=True)
class Asking:
    """The questions that are compared, each with what is known of its picture."""

    asked: tuple[tuple[Seen, Question], ...]
    known: Known
    """Of a question that a rival made up."""


def what_is_seen(run: RunDirectory, listing: Path | None, limit: int) -> Asking:
    """The first `limit` training questions whose pictures somebody has listed: a scenes' file, or the run's tools.

    Raises `RunError` where there is none.
    """
    questions = [question for question in run.read(Question) if question.split == "train"]
    if listing is not None:
        if not listing.exists():
            message = f"{listing} is not there; it is the scenes.jsonl that `vpd scenes make` wrote"
            raise RunError(message)
        scenes = read_scenes(listing)
        seen, known = seen_in_scenes(scenes), known_in_scenes(scenes)
    else:
        seen, known = seen_by_tools(run.read(Trace)), asked_in(questions)
    asked = tuple((seen[one.image.sha256], one) for one in questions if one.image.sha256 in seen)[:limit]
    if not asked:
        message = (
            f"nothing is known of the pictures of {run.path}'s training questions; run its programs first, or name a listing"
        )
        raise RunError(message)
    return Asking(asked, known)


def asked_in(questions: Sequence[Question]) -> Known:
    """Tells the label of a question that the run asks of the same picture too."""
    held = {(one.image.sha256, one.text.casefold()): one for one in questions if one.answers}
    return lambda text, seen: held.get((seen.image.sha256, text.casefold()))


def ask_all(
    run: RunDirectory,
    names: Sequence[str],
    asking: Asking,
    completer: Completer,
    sampling: Sampling,
    advance: Callable[[str], None],
    *,
    draws: int = 1,
) -> None:
    """Ask the rivals of these names, or all, what they have not been asked; each reply is kept as soon as it is there.

    Raises `RunError` for a name that no rival has, and `ModelError`.
    """
    unknown = sorted(set(names) - set(Rival))
    if unknown:
        message = f"no rival is called {unknown[0]!r}; there is: {', '.join(Rival)}"
        raise RunError(message)
    grid = Grid(run.settings.grid_style, run.settings.grid_steps)
    with Journal(run.path / FILE, Told) as journal:
        for rival in map(Rival, names or tuple(Rival)):
            replies = ask_rival(rival, asking.asked, completer, sampling, grid, known=asking.known, draws=draws, done=journal)
            for told in replies:
                journal.append(told)
                advance(told.outcome.value)


def told_in(run: RunDirectory, asking: Asking, model: str, sampling: Sampling) -> list[Told]:
    """What the run holds of these questions and pictures by one model."""
    wanted = {question.id for _, question in asking.asked} | {seen.image.sha256 for seen, _ in asking.asked}
    with Journal(run.path / FILE, Told) as journal:
        return [
            told
            for told in journal.records.values()
            if told.question_id in wanted and told.model == model and told.sampling == sampling.as_record()
        ]
