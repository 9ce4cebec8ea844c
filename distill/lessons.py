"""Students taught and tested side by side, each in a process of its own that ends when its parent does."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from filelock import FileLock

from vpd.distill.errors import RunError
from vpd.distill.judging import judge_answer
from vpd.distill.records import Prediction, TrainingExample
from vpd.distill.student.predict import Mode, predict
from vpd.distill.student.settings import TrainSettings
from vpd.engine.journal import Journal
from vpd.engine.records import Question

__all__ = ["Lesson", "teach_side_by_side"]

Tell = Callable[[str, int, int, float | None], None]
"""Told a lesson's name, the steps done, all steps and the latest loss."""


@dataclass(frozen=True)
class Lesson:
    """One student to be taught and tested."""

    name: str
    start: Path
    out: Path
    examples: Sequence[TrainingExample]
    settings: TrainSettings
    questions: Sequence[Question] = ()
    modes: Sequence[Mode] = ()
    """How it is asked."""


def teach_side_by_side(lessons: Sequence[Lesson], tell: Tell, workers: int = 2) -> None:
    """Teach and test all lessons, so many at a time; what is done already is left as it is. Raises what a lesson raised."""
    context = multiprocessing.get_context("spawn")
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager:
        news = manager.Queue()
        listener = threading.Thread(target=listen, args=(news, tell), daemon=True)
        listener.start()
        try:
            with ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent) as pool:
                wait_for_all(pool, [pool.submit(teach, lesson, news) for lesson in lessons])
        finally:
            news.put(None)
            listener.join()


def wait_for_all(pool: ProcessPoolExecutor, under_way: Sequence[Future[None]]) -> None:
    """Wait until all are done; where one fails or we are interrupted, end the others and raise."""
    try:
        for future in as_completed(under_way):
            future.result()
    except BrokenProcessPool as error:
        message = "a student's process was ended from outside, perhaps for want of memory; what it learned is kept, start again"
        raise RunError(message) from error
    except BaseException:
        for future in under_way:
            future.cancel()
        for process in list((pool._processes or {}).values()):  # the pool has no public way to end what runs
            process.terminate()
        raise


def listen(news: Any, tell: Tell) -> None:
    """Pass on what the lessons say, until None."""
    while (item := news.get()) is not None:
        tell(*item)


def end_with_parent() -> None:
    """Let this process end at once when its parent is gone, so that a killed run leaves nobody writing in its folder."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def teach(lesson: Lesson, news: Any) -> None:
    """One lesson: train, then predict; both go on where they stopped."""
    from vpd.distill.student.train import train_student  # loads torch, in this process only

    with quiet(), FileLock(lesson.out.with_suffix(".lock"), timeout=60):
        train_student(
            lesson.start,
            lesson.examples,
            lesson.out,
            lesson.settings,
            lambda step, steps, loss: news.put((lesson.name, step, steps, loss)),
        )
        for mode in lesson.modes:
            test(lesson, mode, news)


def test(lesson: Lesson, mode: Mode, news: Any) -> None:
    """Ask the student what it has not been asked yet."""
    with Journal(lesson.out / "predictions.jsonl", Prediction) as journal:
        missing = [
            question
            for question in lesson.questions
            if Prediction.id_for(question=question.id, arm=lesson.name, mode=mode.value) not in journal
        ]
        done = len(lesson.questions) - len(missing)
        for prediction in predict(lesson.out / "student", missing, mode, judge_answer, arm=lesson.name):
            journal.append(prediction)
            done += 1
            news.put((f"{lesson.name}, {mode}", done, len(lesson.questions), None))


@contextmanager
def quiet() -> Iterator[None]:
    """An interrupted child says nothing: its parent does."""
    try:
        yield
    except KeyboardInterrupt:
        os._exit(130)
