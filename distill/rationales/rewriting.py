"""A language model that rewrites the template's rationale: it may only rephrase, and what it adds is found and thrown away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vpd.distill.grid import Grid
from vpd.distill.grounding import Grounding, Kind, ground
from vpd.distill.rationales.template import ending, tell
from vpd.distill.records import Rationale, Verdict
from vpd.engine.completer import Completer, Sampling
from vpd.engine.prompt import make_prompt
from vpd.engine.record import sha256_of
from vpd.engine.records import Prompt, Question, Trace
from vpd.prompts.rationale import write_rationale_prompt
from vpd.prompts.render import Turn
from vpd.tools.box import Box

__all__ = ["Rewriter", "Rewritten", "read_draft"]

LONGEST_PROGRAM = 4_000
"""Characters of a program that the prompt shows."""
LONGEST_DRAFT = 4_000
"""Characters; a longer draft is taken for a model that has lost its thread."""
SIDE = 1000.0


@dataclass(frozen=True)
class Rewritten:
    """What came of one rewriting."""

    rationale: Rationale | None
    """None where no draft was founded."""
    refused: tuple[tuple[str, tuple[str, ...]], ...]
    """The drafts that were thrown away, each with what it said without ground."""


@dataclass(frozen=True)
class Rewriter:
    """A model that writes rationales from what the template says."""

    completer: Completer
    sampling: Sampling = Sampling(temperature=0.5, max_tokens=400)
    attempts: int = 3
    """Drafts asked for, at most."""

    def writer(self, grid: Grid) -> str:
        """As a `Rationale` holds it: the model and its prompt's digest."""
        examples = self.prompt_of("", "", "", "", grid).sha256
        return f"{self.completer.model} {sha256_of([examples, self.sampling.as_record()])[:12]}"

    def prompt_of(self, question: str, program: str, findings: str, answer: str, grid: Grid) -> Prompt:
        """What is sent."""

        def place(left: float, top: float, right: float, bottom: float) -> str:
            return grid.write(Box(left * SIDE, top * SIDE, right * SIDE, bottom * SIDE), SIDE, SIDE)

        turns: tuple[Turn, ...] = write_rationale_prompt(question, program[:LONGEST_PROGRAM], findings, answer, place)
        return make_prompt("rationale", turns)

    def rewrite(self, question: Question, trace: Trace, verdict: Verdict, grid: Grid) -> Rewritten:
        """The first draft whose every claim is founded. Raises `ModelError` where the model cannot be asked."""
        answer = verdict.answer or ""
        sentences = tell(trace, grid)
        whole = ground(" ".join([*sentences, ending(answer)]), trace, question, grid, answer)
        refused: list[tuple[str, tuple[str, ...]]] = []
        for text in self.drafts(question, trace, sentences, answer, grid):
            grounding = ground(text, trace, question, grid, answer)
            faults = faults_of(text, grounding, whole)
            if not faults:
                rationale = Rationale(
                    question=question.id,
                    trace=trace.id,
                    trace_digest=trace.digest,
                    writer=self.writer(grid),
                    grid=grid.name,
                    text=text,
                    answer=answer,
                    unfounded=(),
                )
                return Rewritten(rationale, tuple(refused))
            refused.append((text, faults))
        return Rewritten(None, tuple(refused))

    def drafts(self, question: Question, trace: Trace, sentences: list[str], answer: str, grid: Grid) -> Iterator[str]:
        """The model's drafts, one after the other."""
        prompt = self.prompt_of(question.text, trace.source, "\n".join(sentences) or "Nothing.", answer, grid)
        for draw in range(self.attempts):
            yield read_draft(self.completer.complete(prompt, self.sampling, draw).text, answer)


def read_draft(text: str, answer: str) -> str:
    """A model's words as a rationale: without fences and quotes, on one line, with the last sentence where it is missing."""
    inner = re.sub(r"^```\w*\n|\n?```$", "", text.strip())
    inner = " ".join(inner.replace("**", "").split()).removeprefix("> ").strip()
    inner = re.sub(r"^(?:Rationale|Explanation)\s*:\s*", "", inner)
    if len(inner) > 1 and inner[0] == inner[-1] == '"':
        inner = inner[1:-1].strip()
    if "answer is" in inner:
        return inner if inner.endswith((".", "!")) else f"{inner}."
    return f"{inner} {ending(answer)}".strip()


def faults_of(text: str, grounding: Grounding, whole: Grounding) -> tuple[str, ...]:
    """Why a draft is thrown away: what it says without ground, that it says nothing of what was found, that it does not end."""
    if len(text) > LONGEST_DRAFT:
        return (f"it is {len(text)} characters long",)
    said = [claim for claim in grounding.claims if claim.kind is not Kind.ANSWER]
    if not said and any(claim.kind is not Kind.ANSWER for claim in whole.claims):
        return ("it gives no reason",)
    if "answer is" not in text.rpartition(". ")[2]:
        return (*grounding.lines, "it does not end with the answer")
    return grounding.lines
