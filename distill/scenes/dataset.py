"""A whole data set of scenes: pictures, questions and, in a file of its own, the truth."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vpd.distill.scenes.choosing import Chooser, Posed
from vpd.distill.scenes.files import SceneFiles, claim, keep_picture, read_scenes, write_whole, writing
from vpd.distill.scenes.layout import SceneSettings, place_things
from vpd.distill.scenes.pools import make_pool
from vpd.distill.scenes.questions import Ask
from vpd.distill.scenes.scene import Asked, Scene, Split, Thing
from vpd.distill.scenes.shapes import draw_scene, encode_png
from vpd.engine.records import Question
from vpd.tools.image import ImageRef

__all__ = ["SOURCE", "DatasetSettings", "majority_rates", "make_base", "make_scenes"]

SOURCE = "scenes-1"
"""Name and release of the data set; changes whenever the same settings give other files."""

Progress = Callable[[int, int], None]
"""Called with the pictures done and all pictures."""


class DatasetSettings(BaseModel):
    """How much is made. The same settings give the same files, byte for byte, with the same release of OpenCV."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train_images: int = Field(default=4000, ge=0)
    test_images: int = Field(default=125, ge=0)
    """Pictures of each held-out split; `deeper` has twice as many, as each can be asked only about two of its texts."""
    questions_per_image: int = Field(default=4, ge=1, le=12)
    """At most: a picture gets fewer where fewer texts make sense of it."""
    train_questions: int = Field(default=96, ge=12, le=300)
    """Distinct texts of training and of the splits `plain` and `more_objects`."""
    unseen_pairs_questions: int = Field(default=32, ge=8, le=120)
    """Distinct texts of that split."""
    deeper_questions: int = Field(default=24, ge=6, le=200)
    """Distinct texts of that split."""
    seed: int = Field(default=0, ge=0)
    """Of the pictures and of which questions each is asked."""
    text_seed: int = Field(default=0, ge=0)
    """Of the texts: data sets of several seeds share their texts, and so the programs drawn for them."""
    more_objects: tuple[int, int] = (7, 8)
    """Fewest and most objects in that split's pictures."""
    scene: SceneSettings = SceneSettings()

    @field_validator("more_objects")
    @classmethod
    def _in_range(cls, more: tuple[int, int]) -> tuple[int, int]:
        return SceneSettings(objects=more).objects

    def pool(self, split: Split) -> tuple[Ask, ...]:
        """The distinct questions that a split's pictures are asked."""
        if split is Split.UNSEEN_PAIRS:
            return make_pool(split, self.unseen_pairs_questions, self.text_seed)
        if split is Split.DEEPER:
            return make_pool(split, self.deeper_questions, self.text_seed)
        return make_pool(Split.TRAIN, self.train_questions, self.text_seed)

    def look(self, split: Split) -> SceneSettings:
        """How a split's pictures look."""
        return self.scene.model_copy(update={"objects": self.more_objects}) if split is Split.MORE_OBJECTS else self.scene

    def sizes(self) -> dict[Split, int]:
        """Pictures of each split with questions."""
        tests = (Split.PLAIN, Split.UNSEEN_PAIRS, Split.MORE_OBJECTS)
        sizes = {Split.TRAIN: self.train_images, **dict.fromkeys(tests, self.test_images)}
        return {**sizes, Split.DEEPER: 2 * self.test_images}


class Planned(NamedTuple):
    """A picture before it is drawn."""

    split: Split
    number: int
    things: tuple[Thing, ...]
    posed: list[Posed]
    rng: Random
    """Draws the picture; nothing else is left to draw from it."""

    @property
    def name(self) -> str:
        """The picture's path in the folder."""
        return picture_name(self.split, self.number)


def make_scenes(folder: Path, settings: DatasetSettings, progress: Progress | None = None) -> SceneFiles:
    """Make what is missing of a data set; a cut run goes on where it stopped.

    Raises `SettingsDiffer` where the folder holds another data set, `SceneFileError` where it cannot be written.
    """
    files, total = SceneFiles.of(folder), sum(settings.sizes().values())
    with writing(folder):
        claim(files.settings, settings.model_dump_json(indent=1) + "\n")
        if files.are_complete():
            return files
    questions, scenes = list[Question](), list[Scene]()
    for done, planned in enumerate(plan(settings), 1):
        with writing(folder):
            there = (folder / planned.name).exists()
            png = None if there else encode_png(draw_scene(planned.things, settings.scene, planned.rng))
            image = keep_picture(folder, planned.name, settings.scene.side, png)
        asked = [make_question(planned, place, image) for place in range(len(planned.posed))]
        truth = tuple(Asked(key=one.key, counted=posed.answered.counted) for one, posed in zip(asked, planned.posed))
        questions += asked
        scenes.append(Scene(split=planned.split, number=planned.number, image=image, objects=planned.things, asked=truth))
        if progress is not None:
            progress(done, total)
    with writing(folder):
        write_lines(files.scenes, scenes)
        write_lines(files.questions, questions)
    return files


def plan(settings: DatasetSettings) -> Iterator[Planned]:
    """All pictures of a data set with their questions, not yet drawn."""
    for split, size in settings.sizes().items():
        chooser = Chooser(settings.pool(split), settings.look(split), settings.questions_per_image)
        for number in range(size):
            rng = seeded(f"{settings.seed} {split} {number}")
            yield Planned(split, number, *chooser.scene(rng), rng)


def make_question(planned: Planned, place: int, image: ImageRef) -> Question:
    """The record of one question of a picture."""
    posed = planned.posed[place]
    return Question(
        key=f"{planned.split}-{planned.number:05d}-{place}",
        text=posed.ask.text,
        image=image,
        kind=posed.ask.kind,
        answer_kind=posed.ask.answer_kind,
        answers=(posed.answered.answer,),
        source=SOURCE,
        split=planned.split,
    )


def stream_base(settings: SceneSettings, seed: int) -> Iterator[tuple[Scene, bytes]]:
    """An endless stream of pictures without questions, each with the bytes of its PNG file."""
    number = 0
    while True:
        rng = seeded(f"{seed} {Split.BASE} {number}")
        things = place_things(settings, rng)
        png = encode_png(draw_scene(things, settings, rng))
        image = ImageRef(sha256(png).hexdigest(), picture_name(Split.BASE, number), settings.side, settings.side)
        yield Scene(split=Split.BASE, number=number, image=image, objects=things), png
        number += 1


def make_base(folder: Path, count: int, settings: SceneSettings, seed: int, progress: Progress | None = None) -> list[Scene]:
    """So many pictures of the stream as files, with their scenes, listed in `base.jsonl`; made before, they are read.

    Raises as `make_scenes` does.
    """
    listing = folder / "base.jsonl"
    with writing(folder):
        claim(folder / "base-settings.json", f"{count} pictures, seed {seed}\n{settings.model_dump_json(indent=1)}\n")
        if not listing.exists():
            scenes = list[Scene]()
            for scene, png in islice(stream_base(settings, seed), count):
                keep_picture(folder, scene.image.path, settings.side, png)
                scenes.append(scene)
                if progress is not None:
                    progress(len(scenes), count)
            write_lines(listing, scenes)
    return read_scenes(listing)


def seeded(what: str) -> Random:
    """Random numbers of their own for one picture, the same in every run."""
    return Random(f"vpd {SOURCE} {what}")  # noqa: S311  drawing, not secrecy


def picture_name(split: Split, number: int) -> str:
    """A picture's path in its data set's folder."""
    return f"images/{split}-{number:05d}.png"


def write_lines(path: Path, records: Iterable[Question | Scene]) -> None:
    """Write records as one file, whole or not at all."""
    write_whole(path, "".join(f"{record.to_line()}\n" for record in records).encode())


def majority_rates(questions: Iterable[Question]) -> dict[str, float]:
    """For each kind, how often the kind's most frequent answer is right, in 0..1: what guessing is worth."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for question in questions:
        answers[question.kind].update(question.answers[:1])
    return {kind: max(counts.values()) / counts.total() for kind, counts in sorted(answers.items())}
