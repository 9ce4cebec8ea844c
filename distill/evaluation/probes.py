"""Does the answer follow the rationale? A student is made to have said a changed one, with the picture and without."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import ClassVar

from vpd.distill.evaluation.altering import Words, alter
from vpd.distill.grid import Grid
from vpd.distill.records import Prediction
from vpd.distill.student.predict import ASK, LONGEST, Mode, Opened, answer_of
from vpd.distill.student.telling import Wanted, tell
from vpd.engine.record import Record
from vpd.engine.records import Question
from vpd.tools.image import ImageRef, read_image_ref

__all__ = ["PICTURES", "Probe", "blank_like", "probe"]

SHOWN, BLANK = "shown", "blank"
PICTURES = (SHOWN, BLANK)
GREY = (128, 128, 128)


class Probe(Record):
    """What a student answered after a rationale that it was given as its own."""

    ASKED: ClassVar = ("question", "arm", "rationale", "words", "picture", "seed")

    question: str
    arm: str
    rationale: str
    """What the student itself had said, to the letter."""
    words: str
    """What became of it: `intact`, `number`, `shuffled` or `none`."""
    picture: str
    """`shown`, or `blank`: all grey, of the same size."""
    seed: int
    begun: str = ""
    """The rationale as it was given, up to the answer; empty where it could not be changed so."""
    was: str = ""
    """The number that was changed, and what it became."""
    becomes: str = ""
    answer: str | None = None
    """None where nothing could be asked."""


def probe(
    opened: Opened,
    pairs: Iterable[tuple[Question, Prediction]],
    grid: Grid,
    blanks: Mapping[tuple[int, int], ImageRef],
    *,
    done: Container[str] = frozenset(),
    seed: int = 0,
    batch: int = 64,
) -> Iterator[Probe]:
    """Each question's own rationale in every way that is not done yet, with the picture and without it, in batches.

    `blanks` holds a grey picture for each width and height.
    """
    waiting: list[tuple[Probe, Wanted]] = []
    for question, said in pairs:
        for words, picture in product(Words, PICTURES):
            asked = Probe(question=question.id, arm=said.arm, rationale=said.text, words=words.value, picture=picture, seed=seed)
            if asked.id in done:
                continue
            altered = alter(said.text, words, grid, f"{seed} {question.id} {words}")
            if altered is None:
                yield asked
                continue
            changes = {"begun": altered.text, "was": altered.was, "becomes": altered.becomes}
            image = question.image if picture == SHOWN else blanks[question.image.width, question.image.height]
            waiting.append((asked.model_copy(update=changes), Wanted(ASK[Mode.EXPLAIN](question.text), image, altered.text)))
            if len(waiting) == batch:
                yield from answers(opened, waiting)
                waiting = []
    if waiting:
        yield from answers(opened, waiting)


def answers(opened: Opened, waiting: Sequence[tuple[Probe, Wanted]]) -> Iterator[Probe]:
    """The probes with what the student went on with, up to the end of its sentence."""
    told = tell(opened.student, opened.adapter, [wanted for _, wanted in waiting], LONGEST[Mode.ANSWER])
    for (asked, _), one in zip(waiting, told):
        first = one.text.strip().split(". ")[0]
        yield asked.model_copy(update={"answer": answer_of(first, Mode.ANSWER)})


def blank_like(questions: Iterable[Question], folder: Path) -> dict[tuple[int, int], ImageRef]:
    """A grey picture for each size that the questions' pictures have, by width and height."""
    from PIL import Image as Picture  # heavy beside the rest; loads when probes are made

    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for width, height in sorted({(question.image.width, question.image.height) for question in questions}):
        path = folder / f"grey-{width}x{height}.png"
        if not path.exists():
            Picture.new("RGB", (width, height), GREY).save(path)
        made[width, height] = read_image_ref(path)
    return made
