"""Asking a rival: its prompt, its reply read, judged and grounded, as a record."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from vpd.distill.grid import Grid
from vpd.distill.grounding import ground
from vpd.distill.grounding.ground import said_answers
from vpd.distill.judging import judge_text
from vpd.distill.rationales.template import ending
from vpd.distill.records import Outcome
from vpd.distill.rivals.seen import Seen
from vpd.distill.rivals.told import Told
from vpd.engine.completer import Completer, Completion, Sampling
from vpd.engine.prompt import make_prompt
from vpd.engine.records import AnswerKind, Prompt, Question
from vpd.prompts.render import Turn

__all__ = ["Known", "Reply", "Rival", "ask_rival", "prompt_for", "read_reply"]

Known = Callable[[str, Seen], Question | None]
"""A question with its labels, from its text and the picture; None where nobody knows the answer."""
HEAD = re.compile(r"^[\W_]*(question|reasoning|answer)[\W_]*:[*_ ]*", re.IGNORECASE | re.MULTILINE)
WRITTEN = {
    "cell": "x and y are the column from the left and the row from the top of the object's middle, from 0 to {last}.",
    "corners": "four numbers are an object's top, left, bottom and right edge, from 0 to {last}.",
    "loc": "four numbers are an object's top, left, bottom and right edge, from 0 to {last}.",
    "brackets": "four numbers are an object's left, top, right and bottom edge, from 0 to {last}.",
    "pixels": "four numbers are an object's left, top, right and bottom edge in pixels.",
    "unit": "four numbers are an object's left, top, right and bottom edge, from 0 to 1.",
}


class Rival(StrEnum):
    """Who competes with programs."""

    LLAVA = "llava"
    """Captions and boxes go to a language model that writes question, reasoning and answer (Liu et al., Visual instruction
    tuning, 2023, section 3)."""
    REASONING = "reasoning"
    """Captions, boxes and the question go to a language model that reasons and answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a rival's reply holds."""

    question: str
    """Empty where it does not ask for itself."""
    reasoning: str
    answer: str


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to ask."""

    seen: Seen
    question: Question | None
    prompt: Prompt
    draw: int


def instructions(rival: Rival, grid: Grid) -> str:
    """What a rival is told before any picture."""
    text = (files("vpd.prompts") / f"rival_{rival}.md").read_text("utf-8")
    return text.replace("{places}", WRITTEN[grid.style].format(last=grid.steps - 1))


def prompt_for(rival: Rival, seen: Seen, question: str, grid: Grid) -> Prompt:
    """Exactly what a rival is sent; its question is left out of LLaVA's."""
    asked = seen.write(grid) if rival is Rival.LLAVA else f"{seen.write(grid)}\n\nQuestion: {question}"
    return make_prompt(f"rival_{rival}", (Turn("system", instructions(rival, grid)), Turn("user", asked)))


def read_reply(rival: Rival, text: str) -> Reply | None:
    """The parts of a reply; None where one is missing. What stands before the first name is taken for the reasoning."""
    heads = list(HEAD.finditer(text))
    parts: dict[str, str] = {}
    for place, head in enumerate(heads):
        end = heads[place + 1].start() if place + 1 < len(heads) else len(text)
        parts.setdefault(head[1].lower(), " ".join(text[head.end() : end].split()))
    before = " ".join(text[: heads[0].start() if heads else len(text)].split())
    reasoning = parts.get("reasoning") or before
    found = said_answers(reasoning)
    answer = (parts.get("answer") or (found[-1]["said"] if found else "")).strip().rstrip(".").strip("*\"' ")
    question = parts.get("question", "") if rival is Rival.LLAVA else ""
    if not reasoning or not answer or (rival is Rival.LLAVA and not question):
        return None
    return Reply(question, reasoning, answer)


def ask_rival(
    rival: Rival,
    asked: Iterable[tuple[Seen, Question]],
    completer: Completer,
    sampling: Sampling,
    grid: Grid,
    *,
    known: Known = lambda _text, _seen: None,
    draws: int = 1,
    done: Container[str] = frozenset(),
) -> Iterator[Told]:
    """A record for each question, or of LLaVA's rival for each picture, and draw that is not in `done`, in order.

    `known` tells the label of a question that the rival made up, where somebody knows it. Raises `ModelError`.
    """
    jobs = list(jobs_for(rival, asked, completer.model, sampling, grid, draws, done))
    pool = ThreadPoolExecutor(max(1, completer.concurrency))
    try:
        replies = pool.map(lambda job: completer.complete(job.prompt, sampling, job.draw), jobs)
        for job, completion in zip(jobs, replies, strict=True):
            yield told_of(rival, job, completion, completer.model, sampling, grid, known)
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure nothing more is asked


def jobs_for(
    rival: Rival,
    asked: Iterable[tuple[Seen, Question]],
    model: str,
    sampling: Sampling,
    grid: Grid,
    draws: int,
    done: Container[str],
) -> Iterator[Job]:
    """What is missing; each picture comes once for a rival that asks for itself."""
    pictures: set[str] = set()
    for seen, question in asked:
        if rival is Rival.LLAVA and seen.image.sha256 in pictures:
            continue
        pictures.add(seen.image.sha256)
        prompt = prompt_for(rival, seen, question.text, grid)
        own = None if rival is Rival.LLAVA else question
        for draw in range(draws):
            record = Told.id_for(
                rival=rival,
                question_id=own.id if own else seen.image.sha256,
                prompt_sha256=prompt.sha256,
                model=model,
                sampling=sampling.as_record(),
                draw=draw,
            )
            if record not in done:
                yield Job(seen, own, prompt, draw)


def told_of(rival: Rival, job: Job, completion: Completion, model: str, sampling: Sampling, grid: Grid, known: Known) -> Told:
    """A completion as a record: read, judged as a program's answer is, and held against what the rival was told."""
    blank = Told(
        rival=rival,
        question_id=job.question.id if job.question else job.seen.image.sha256,
        prompt_sha256=job.prompt.sha256,
        model=model,
        sampling=sampling.as_record(),
        draw=job.draw,
        completion=completion.text,
        grid=grid.name,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        cost=completion.cost,
        seconds=completion.seconds,
        cached=completion.cached,
    )
    reply = read_reply(rival, completion.text)
    if reply is None:
        return blank
    question = job.question or known(reply.question, job.seen) or made_up(reply, job, model)
    outcome, read = judge_text(reply.answer, question)
    answer = read or reply.answer
    text = reply.reasoning if said_answers(reply.reasoning) else f"{reply.reasoning} {ending(reply.answer)}"
    grounding = ground(text, job.seen.as_trace(), question, grid, answer)
    return blank.model_copy(
        update={
            "question": question,
            "text": text,
            "answer": answer,
            "outcome": outcome if read is not None else Outcome.SILENT,
            "claims": len(grounding.claims),
            "unfounded": grounding.lines,
        }
    )


def made_up(reply: Reply, job: Job, model: str) -> Question:
    """A question of the rival's own, without a label."""
    plain = reply.answer.lower()
    is_number = plain.isdecimal()
    kind = AnswerKind.YES_NO if plain in ("yes", "no") else AnswerKind.NUMBER if is_number else AnswerKind.TEXT
    return Question(
        key=f"{job.seen.image.sha256[:16]}-{job.draw}",
        text=reply.question,
        image=job.seen.image,
        kind="made up",
        answer_kind=kind,
        source=f"made up by {model}",
        split="train",
    )
