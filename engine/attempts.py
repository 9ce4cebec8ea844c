"""Trying a tool again after an error that it declared as one that may pass."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import tenacity

from vpd.tools.tool import Tool

__all__ = ["Patience", "attempt"]

log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
"""Seconds between two attempts at most."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on; in no key, since it cannot change a result."""

    attempts: int
    """In all, at least 1."""
    seconds: float
    """From the first attempt, after which none is started."""
    backoff: float
    """Seconds before the second attempt; doubled each time, with as much again at random."""


def attempt(
    run: Callable[[], None], tool: Tool, patience: Patience, stopped: threading.Event, given_up: Callable[[], bool]
) -> None:
    """Run until it ends well or patience does: then the last error is raised, as is any that the tool did not declare.

    A set `stopped` ends the waiting at once; `given_up` says after an attempt whether nobody waits for it any more.
    """

    def tell(state: tenacity.RetryCallState) -> None:
        """Log why another attempt follows, and when."""
        error = state.outcome.exception() if state.outcome else None
        log.info(
            "%s: %s: %s; attempt %d follows in %.1f s",
            tool.name,
            type(error).__name__,
            error,
            state.attempt_number + 1,
            state.upcoming_sleep,
        )

    enough = tenacity.stop_any(
        tenacity.stop_after_attempt(patience.attempts),
        tenacity.stop_before_delay(patience.seconds),
        tenacity.stop_when_event_set(stopped),
    )
    retryer = tenacity.Retrying(
        retry=tenacity.retry_if_exception(tool.is_transient),
        stop=lambda state: given_up() or enough(state),
        wait=tenacity.wait_exponential_jitter(multiplier=patience.backoff, max=LONGEST_WAIT, jitter=patience.backoff),
        sleep=tenacity.sleep_using_event(stopped),
        before_sleep=tell,
        reraise=True,
    )
    retryer(run)
