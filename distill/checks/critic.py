"""A check by a language model: it reads the question, the program and what the tools found, and names the first doubtful step."""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from vpd.distill.checks.candidates import Suspect, suspects
from vpd.distill.checks.found import Found
from vpd.distill.checks.policy import Policy
from vpd.distill.checks.shown import show_trace
from vpd.distill.records import Finding, State
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.engine.completer import Completer, Sampling
from vpd.engine.prompt import make_prompt
from vpd.engine.record import sha256_of
from vpd.engine.records import Prompt
from vpd.prompts.render import Turn

__all__ = ["CRITIC", "Critic", "criticise", "criticise_run", "read_reply"]

CRITIC = "critic"
"""The check's name: it passes where a language model finds no step in doubt."""
VERSION = "critic-1"
"""Of what is shown and how a reply is read; wording and sampling have a digest of their own in a finding's battery."""
ASKED = Sampling(temperature=0.0, max_tokens=512)
"""A reply has a few tokens; models that think first, unseen, need the rest."""
REPLY = re.compile(r"\W*(?:(yes)|no\W+(?:step\W+)?([0-9]{1,4}))\W*", re.IGNORECASE)


@lru_cache(maxsize=1)
def instructions() -> str:
    """What the model is told, the same for every trace."""
    return (files("vpd.prompts") / "critic.md").read_text("utf-8")


@dataclass(frozen=True)
class Critic:
    """A model that is asked about traces; its completer keeps its draws."""

    completer: Completer
    sees: bool = False
    """The picture is shown too, and with it where things were found. It leaves the machine, for whoever serves the model."""
    sampling: Sampling = ASKED

    @property
    def battery(self) -> str:
        """What decides its findings: model, wording and sampling, and whether it sees."""
        digest = sha256_of([instructions(), self.sampling.as_record()])[:8]
        return f"{VERSION} {self.completer.model}{' with the picture' if self.sees else ''} {digest}"

    def prompt_for(self, suspect: Suspect) -> Prompt | None:
        """What is sent; without the picture the same for all on which a program found as much. None where it is too long."""
        case = show_trace(suspect.question, suspect.trace, places=self.sees)
        if case is None:
            return None
        image = suspect.trace.image if self.sees else None
        return make_prompt("critic", (Turn("system", instructions()), Turn("user", case)), image)

    def ask(self, prompt: Prompt) -> str:
        """The model's reply to the letter. Raises `ModelError`."""
        return self.completer.complete(prompt, self.sampling, 0).text


def read_reply(text: str, last: int) -> Found:
    """Passed with 0, failed with the number of the first doubtful step in 1..`last`; any other reply is unclear, with 0."""
    said = REPLY.fullmatch(text)
    if said is None:
        return State.UNCLEAR, 0.0
    if said[1]:
        return State.PASSED, 0.0
    step = int(said[2])
    return (State.FAILED, float(step)) if 1 <= step <= last else (State.UNCLEAR, 0.0)


def criticise(
    found: Sequence[Suspect], critic: Critic, done: Container[str], advance: Callable[[str], None]
) -> Iterator[Finding]:
    """A finding, with the state of `critic`, for each suspect whose finding is not in `done`, as the replies come.

    Traces of which the same is shown are asked about once. The score is the number of the first doubtful step, counted from 1,
    the answer being the last. `advance` is told of each reply, and of each trace that was too long to be asked about. Raises
    `ModelError` where the model cannot be asked; what was found before has been given.
    """
    battery = critic.battery
    groups: dict[str, tuple[Prompt, list[Suspect]]] = {}
    for each in found:
        if Finding.id_for(question=each.question.id, trace=each.trace.id, battery=battery) in done:
            continue
        prompt = critic.prompt_for(each)
        if prompt is None:
            advance(State.UNCLEAR.value)
            yield finding_of(each, (State.UNCLEAR, 0.0), battery)
        else:
            groups.setdefault(prompt.sha256, (prompt, []))[1].append(each)
    pool = ThreadPoolExecutor(max(1, critic.completer.concurrency), thread_name_prefix="critic")
    try:
        replies = pool.map(critic.ask, [prompt for prompt, _ in groups.values()])
        for (_, alike), reply in zip(groups.values(), replies):
            read = read_reply(reply, len(alike[0].trace.calls) + 1)
            advance(read[0].value)
            yield from (finding_of(each, read, battery) for each in alike)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def finding_of(suspect: Suspect, found: Found, battery: str) -> Finding:
    """One trace's finding."""
    state, step = found
    return Finding(
        question=suspect.question.id,
        trace=suspect.trace.id,
        trace_digest=suspect.trace.digest,
        battery=battery,
        states={CRITIC: state},
        scores={CRITIC: step},
    )


def criticise_run(run: RunDirectory, policy: Policy, critic: Critic, advance: Callable[[str], None]) -> None:
    """Ask about what the policy would still teach after all that other checks found, and keep what the check `critic` finds."""
    records = read_run(run.path)
    known = {key: {name: state for name, state in states.items() if name != CRITIC} for key, states in records.states_of.items()}
    with run.journal(Finding) as journal:
        for finding in criticise(suspects(records.asked, policy, known), critic, journal, advance):
            journal.append(finding)
