"""Draw programs: k completions of each prompt, many at once, each handed out as soon as it is there."""

import queue
import threading
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from vpd.engine.completer import Completer, Sampling
from vpd.engine.extract import extract_program
from vpd.engine.records import Program, Prompt

__all__ = ["Sampling", "draw_programs"]

DRAWS = 5
"""Draws a question (VPD, section 3.1)."""


@dataclass(frozen=True, slots=True)
class Job:
    """One draw to make."""

    question: str
    prompt: Prompt
    draw: int


def draw_programs(
    prompts: Iterable[tuple[str, Prompt]],
    completer: Completer,
    sampling: Sampling,
    k: int = DRAWS,
    *,
    done: Container[str] = frozenset(),
    workers: int | None = None,
) -> Iterator[Program]:
    """Draws 0..k-1 of each prompt as `Program` records, in the order in which they are finished.

    `prompts` are pairs of a question's text and its prompt, taken as they are needed. Draws whose record's id is in `done` are
    left out. `workers` is how many are asked for at once; None takes what the completer can use. A failure ends the stream after
    the draws that were under way: nothing that was drawn is lost.
    """
    jobs = missing_jobs(prompts, completer.model, sampling, k, done)
    workers = max(1, workers or completer.concurrency)
    asked: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
    answers: queue.SimpleQueue[Program | BaseException] = queue.SimpleQueue()
    for number in range(workers):
        # Daemons: after Ctrl-C nobody waits for a provider that does not answer.
        threading.Thread(target=work, args=(asked, answers, completer, sampling), name=f"draw-{number}", daemon=True).start()
    waiting = 0
    failure: BaseException | None = None
    try:
        while True:
            while failure is None and waiting < workers and (job := next(jobs, None)) is not None:
                asked.put(job)
                waiting += 1
            if not waiting:
                break
            answer = answers.get()
            waiting -= 1
            if isinstance(answer, BaseException):
                failure = failure or answer
            else:
                yield answer
    finally:
        for _ in range(workers):
            asked.put(None)
    if failure is not None:
        raise failure


def missing_jobs(
    prompts: Iterable[tuple[str, Prompt]], model: str, sampling: Sampling, k: int, done: Container[str]
) -> Iterator[Job]:
    """What is still to be drawn, prompt by prompt: draws of one prompt share the work of reading it."""
    for question, prompt in prompts:
        for draw in range(k):
            asked = Program(
                question=question,
                prompt_sha256=prompt.sha256,
                model=model,
                sampling=sampling.as_record(),
                draw=draw,
                completion="",
                source="",
            )
            if asked.id not in done:
                yield Job(question, prompt, draw)


def work(
    asked: "queue.SimpleQueue[Job | None]",
    answers: "queue.SimpleQueue[Program | BaseException]",
    completer: Completer,
    sampling: Sampling,
) -> None:
    """Draw until told to stop."""
    while (job := asked.get()) is not None:
        try:
            answers.put(draw_one(job, completer, sampling))
        except BaseException as error:  # noqa: BLE001  a thread's failure has to reach the one who asked
            answers.put(error)


def draw_one(job: Job, completer: Completer, sampling: Sampling) -> Program:
    """One draw as a record."""
    completion = completer.complete(job.prompt, sampling, job.draw)
    return Program(
        question=job.question,
        prompt_sha256=job.prompt.sha256,
        model=completer.model,
        sampling=sampling.as_record(),
        draw=job.draw,
        completion=completion.text,
        source=extract_program(completion.text),
        score=completion.score,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        cost=completion.cost,
        seconds=completion.seconds,
        cached=completion.cached,
        replayed=completion.replayed,
    )
