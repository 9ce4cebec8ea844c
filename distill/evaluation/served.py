"""A vision model behind litellm as a student: a server of vLLM, or any provider's."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from math import exp

from vpd.distill.evaluation.saying import read_samples
from vpd.distill.records import Prediction
from vpd.distill.student.predict import ASK, LONGEST, Judge, Mode
from vpd.distill.student.voting import Voting
from vpd.engine.completer import Completer, Completion, Sampling
from vpd.engine.prompt import make_prompt
from vpd.engine.records import AnswerKind, Prompt, Question
from vpd.prompts.render import Turn

__all__ = ["ask_served"]

ENDING = " End with a sentence of its own: So the answer is ..."
"""Added where the rationale comes first, since a model that we did not teach does not know how ours end."""
ALTERNATIVES = 20
"""First tokens that are asked for where yes or no is wanted: as many as providers give."""
DEFAULT_VOTING = Voting()


def ask_served(
    completer: Completer,
    questions: Iterable[Question],
    mode: Mode,
    judge: Judge,
    *,
    arm: str,
    longest: int | None = None,
    voting: Voting = DEFAULT_VOTING,
    taught: bool = False,
) -> Iterator[Prediction]:
    """A prediction for each question, in order; as many are asked at once as the completer finds worth having.

    One that was `taught` here is asked in the words that it was taught with, and nothing more; others are told how to end.

    `seconds` is the wall clock of the question's requests one after the other. Raises `ModelError` where the model does not
    answer, after what was answered before.
    """
    sampling = sampling_of(mode, voting, longest)
    samples = voting.samples if mode is Mode.VOTED else 1
    width = max(1, completer.concurrency)
    waiting: deque[tuple[Question, list[Future[Completion]]]] = deque()
    pool = ThreadPoolExecutor(width)
    try:
        for question in questions:
            prompt = prompt_for(question, mode, taught=taught)
            wants_yes = mode is Mode.ANSWER and question.answer_kind is AnswerKind.YES_NO
            how = replace(sampling, alternatives=ALTERNATIVES) if wants_yes else sampling
            waiting.append((question, [pool.submit(timed, completer, prompt, how, draw) for draw in range(samples)]))
            if len(waiting) > 2 * width:
                yield read(*waiting.popleft(), arm, mode, voting, judge)
        while waiting:
            yield read(*waiting.popleft(), arm, mode, voting, judge)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def prompt_for(question: Question, mode: Mode, *, taught: bool) -> Prompt:
    """The question after its picture."""
    text = ASK[mode](question.text) + ("" if taught or mode in (Mode.ANSWER, Mode.ANSWER_FIRST) else ENDING)
    return make_prompt("student", [Turn("user", text)], question.image)


def sampling_of(mode: Mode, voting: Voting, longest: int | None) -> Sampling:
    """The likeliest words, or those of a vote."""
    tokens = longest or LONGEST[mode]
    if mode is Mode.VOTED:
        return Sampling(temperature=voting.temperature, max_tokens=tokens, seed=voting.seed)
    return Sampling(temperature=0.0, max_tokens=tokens)


def timed(completer: Completer, prompt: Prompt, sampling: Sampling, draw: int) -> Completion:
    """One completion, with the time that it took where the completer does not say."""
    start = time.perf_counter()
    done = completer.complete(prompt, sampling, draw)
    seconds = done.seconds or time.perf_counter() - start
    return replace(done, seconds=seconds)


def read(
    question: Question, under_way: list[Future[Completion]], arm: str, mode: Mode, voting: Voting, judge: Judge
) -> Prediction:
    """Wait for a question's completions, and read them."""
    done = [future.result() for future in under_way]
    prediction = read_samples(question, [one.text.strip() for one in done], arm, mode, voting, judge)
    costs = [one.cost for one in done if one.cost is not None]
    return prediction.model_copy(
        update={
            "seconds": sum(one.seconds for one in done),
            "tokens": sum(one.completion_tokens for one in done),
            "prompt_tokens": sum(one.prompt_tokens for one in done),
            "cost": sum(costs) if len(costs) == len(done) else None,
            "probability": prediction.probability if mode is Mode.VOTED else yes_among(done[0].first),
        }
    )


def yes_among(first: Mapping[str, float] | None) -> float | None:
    """The probability of yes beside no by the likely first tokens, in any spelling; None where neither is among them."""
    shares = {"yes": 0.0, "no": 0.0}
    for token, logarithm in (first or {}).items():
        word = token.strip().lower()
        if word in shares:
            shares[word] += exp(logarithm)
    both = shares["yes"] + shares["no"]
    return shares["yes"] / both if both else None
