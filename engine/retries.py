"""Which failures of a language model pass by themselves, and how long to wait for that."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import tenacity

__all__ = ["Retries", "Transient", "retrying", "seconds_to_wait"]

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient to be; in no key, since it cannot change an answer."""

    attempts: int = 6
    """Requests in all, at least 1."""
    patience: float = 300.0
    """Seconds from the first request after which none is started."""
    first: float = 1.0
    """Seconds before the second request; doubled each time, with as much again at random."""
    longest: float = 60.0
    """Seconds between two requests at most, unless the provider asks for more."""


class Transient(Exception):
    """A failure that may pass: too many requests, overload, a timeout, a lost connection."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        self.message, self.wait = message, wait
        """Seconds that the provider asks to wait."""
        super().__init__(message)


def retrying(ask: Callable[[], T], retries: Retries, stopped: threading.Event) -> T:
    """Ask until it answers, raises anything but `Transient`, or patience ends: then the last `Transient` is raised.

    A set `stopped` ends the waiting at once.
    """
    backoff = tenacity.wait_exponential_jitter(multiplier=retries.first, max=retries.longest, jitter=retries.first)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, Transient) and error.wait is not None else 0.0
        return max(asked, backoff(state))

    def tell(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info("%s; request %d follows in %.1f s", error, state.attempt_number + 1, state.upcoming_sleep)

    retryer = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Transient),
        stop=tenacity.stop_any(
            tenacity.stop_after_attempt(retries.attempts),
            tenacity.stop_before_delay(retries.patience),
            tenacity.stop_when_event_set(stopped),
        ),
        wait=wait,
        sleep=tenacity.sleep_using_event(stopped),
        before_sleep=tell,
        reraise=True,
    )
    return retryer(ask)


def seconds_to_wait(header: str | None, now: datetime | None = None) -> float | None:
    """What a `Retry-After` header asks for, given in seconds or as a date; None where it is missing or makes no sense."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
