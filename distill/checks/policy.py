"""Which checks a trace must pass to be taught, which of several is told, and how many: a small file that decides it all."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vpd.distill.checks.calibration import Calibration, read_calibration
from vpd.distill.errors import RunError
from vpd.distill.records import Outcome, State, Verdict

__all__ = ["Limits", "Policy", "read_policy", "shipped_policies"]

LONGEST_ANSWER = 1_000
"""Characters of an answer that may be taught; a program can put anything together, and more answers no question."""
CHECKS = ("looks", "varies", "chance", "unbeaten", "proven", "agreement", "agreed", "views", "steps", "sensitive", "critic")


class Limits(BaseModel):
    """Where the checks draw their lines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alpha: float = Field(0.01, gt=0, lt=1)
    """A record that luck reaches with less than this probability is no luck."""
    proof: float = Field(0.8, ge=0, le=1)
    """Least share of right answers on labelled pictures, by the lower end of Wilson's interval at 95 %, for a program to count as
    proven. 16 of 16 are just enough for 0.8."""
    share: float = Field(0.6, ge=0, le=1)
    """Least share of the vote for an answer to count as agreed."""
    calibration: Calibration | None = None
    """Turns the share into the probability of being right; a policy's file names the file that holds it."""
    confidence: float = Field(0.95, ge=0, le=1)
    """Where there is a calibration: least probability of being right for an answer to count as agreed, in the share's place."""


class Policy(BaseModel):
    """What is asked of a trace before it is taught."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str = ""
    answer: Literal["right", "any", "wrong"] = "right"
    """`right`: the judge found it right. `any`: it answered; for questions without labels, with `agreed` or `proven` among the
    checks. `wrong`: the judge found it wrong; for a student that shows what wrong programs' reasons do."""
    require: tuple[str, ...] = ()
    """Checks that must not fail."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of checks, of each of which at least one must pass."""
    unknown: Literal["pass", "fail"] = "pass"
    """What a required check that could not tell, or was not done, counts as."""
    prefer: Literal["record", "shared", "score", "shortest", "first"] = "record"
    """Of several traces that may be taught: the best track record, the one most draws share, the judge's best score, the shortest
    in calls and steps, or the first drawn. Ties go to the one most draws share, then to the first."""
    rationales: int = Field(1, ge=1, le=100)
    """Most differing traces told of one question."""
    limits: Limits = Limits()

    def accepts(self, verdict: Verdict, states: Mapping[str, State]) -> bool:
        """Whether a trace with this verdict and these findings may be taught. A check that was not done is unknown.

        One whose answer has more than 1,000 characters never may.
        """
        if verdict.answer is None or len(verdict.answer) > LONGEST_ANSWER:
            return False
        asked = {"right": Outcome.RIGHT, "wrong": Outcome.WRONG}.get(self.answer, verdict.outcome)
        return verdict.outcome is asked and not self.refusals(states)

    def refusals(self, states: Mapping[str, State]) -> tuple[str, ...]:
        """The requirements that the findings do not meet."""
        barred = {State.FAILED, State.UNCLEAR} | ({State.UNKNOWN} if self.unknown == "fail" else set())
        missed = [name for name in self.require if states.get(name, State.UNKNOWN) in barred]
        groups = [" or ".join(group) for group in self.one_of if all(states.get(name) is not State.PASSED for name in group)]
        return (*missed, *groups)


def shipped_policies() -> dict[str, Policy]:
    """The policies that come along, by name."""
    folder = resources.files("vpd.distill.checks") / "policies"
    found = [parse_policy(file.read_text("utf-8"), file.name) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {policy.name: policy for policy in sorted(found, key=lambda policy: policy.name)}


def read_policy(name: str) -> Policy:
    """A policy that comes along, by its name, or that of a TOML file. Raises `RunError` that names what is wrong."""
    shipped = shipped_policies()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not name.endswith(".toml"):
        message = f"there is no policy {name!r}; those that come along are {', '.join(shipped)}, or name a .toml file"
        raise RunError(message)
    try:
        return parse_policy(path.read_text("utf-8"), name, path.parent)
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error})"
        raise RunError(message) from error


def parse_policy(text: str, name: str, folder: Path | None = None) -> Policy:
    """A policy's text as a policy; a calibration's file is looked for in `folder`. Raises `RunError` that names what is wrong."""
    try:
        asked_for = tomllib.loads(text)
        limits = asked_for.get("limits")
        if isinstance(limits, dict) and isinstance(limits.get("calibration"), str):
            limits["calibration"] = read_calibration((folder or Path()) / limits["calibration"])
        policy = Policy(**asked_for)
    except tomllib.TOMLDecodeError as error:
        message = f"{name} is not TOML ({error})"
        raise RunError(message) from error
    except (ValidationError, TypeError) as error:
        said = (
            str(error)
            if isinstance(error, TypeError)
            else "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        )
        message = f"{name}: {said}"
        raise RunError(message) from error
    asked = {*policy.require, *(check for group in policy.one_of for check in group)}
    unknown = sorted(asked - set(CHECKS))
    if unknown:
        message = f"{name} asks for {', '.join(unknown)}; the checks are {', '.join(CHECKS)}"
        raise RunError(message)
    return policy
