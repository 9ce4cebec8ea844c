"""Sentences: a language model reads answer and labels and says whether they mean the same."""

import hashlib
import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from vpd.distill.judging.judged import Judged
from vpd.distill.judging.reading import normalise, normalised, read_answer
from vpd.engine.completer import Completer, Sampling
from vpd.engine.prompt import make_prompt
from vpd.engine.records import Question
from vpd.prompts.render import Turn

__all__ = ["FreeJudge", "judge_free"]

RULE_EQUAL, RULE_OPEN, RULE = "free_equal-1", "free_open-1", "free_read-1"
ASKED = Sampling(temperature=0.0, max_tokens=8)
VERDICT = re.compile(r"\W*(same|different|unsure)\b", re.IGNORECASE)
LONGEST = 2000
"""Characters of an answer that the model is shown; a longer one is not judged."""


@lru_cache(maxsize=1)
def instructions() -> str:
    """What the model is told, the same for every question."""
    return (files("vpd.prompts") / "judge_free.md").read_text("utf-8")


class FreeJudge:
    """Asks a completer, which keeps its draws: the same answer to the same question is read once.

    The rule names model and instructions, so that verdicts of another model or another wording stand apart.
    """

    def __init__(self, completer: Completer) -> None:
        self._completer = completer
        digest = hashlib.sha256(instructions().encode()).hexdigest()[:8]
        self.rule = f"{RULE} {completer.model} {digest}"

    def reads_right(self, question: str, labels: tuple[str, ...], answer: str) -> bool | None:
        """Whether an answer means what a label means; None where the model does not say. Raises `ModelError`."""
        case = json.dumps({"question": question, "labels": sorted(set(labels)), "answer": answer}, ensure_ascii=False)
        prompt = make_prompt("judge", (Turn("system", instructions()), Turn("user", case)))
        said = VERDICT.match(self._completer.complete(prompt, ASKED, 0).text)
        return None if said is None or said[1].lower() == "unsure" else said[1].lower() == "same"


def judge_free(answer: Any, question: Question, judge: FreeJudge | None) -> Judged:
    """Right where the answer is a label, word for word; else what the judge reads, and open where there is no judge."""
    text = read_answer(answer) or ""
    if normalise(text) in normalised(question.answers):
        return Judged(RULE_EQUAL, text, right=True, score=1.0)
    if judge is None or not question.answers or not isinstance(answer, str) or len(answer) > LONGEST:
        return Judged(RULE_OPEN, text, None, 0.0)
    right = judge.reads_right(question.text, question.answers, answer)
    return Judged(judge.rule, text, right, float(right or 0))
