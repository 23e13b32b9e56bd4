"""When a request is sent again. Pure: outcome and history in, pause or refusal out.

What may have arrived and could cost money is never sent twice: a create goes out again only if
not one byte of it left, or if the service itself said that it did not take it (429, 503).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from attrs import evolve, field, frozen

from ..errors import APIError, ConnectionFailedError
from .limits import at_least, grown

NOT_TAKEN = frozenset({429, 503})
PASSING = frozenset({408, 429, 500, 502, 503, 504})


@frozen
class Retry:
    """How often and how patiently. `attempts` counts the first one; 1 means never again.

    A service that says how long to wait is obeyed, up to `longest_asked` seconds: where it asks
    for more, as for a quota of the day, its error is raised at once.
    """

    attempts: int = field(default=4, validator=at_least(1))
    first_pause: float = field(default=0.5, validator=at_least(0))
    longest_pause: float = field(default=20.0, validator=at_least(0))
    factor: float = field(default=2.0, validator=at_least(1))
    longest_asked: float = field(default=60.0, validator=at_least(0))

    def pause(self, failures: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds to wait after so many failures: doubling, and spread so that crowds part."""
        full = grown(self.first_pause, self.factor, failures - 1, self.longest_pause)
        return full * (0.5 + jitter() / 2)


NEVER = Retry(attempts=1)

RetryLike = Retry | int | None
"""A number is how many attempts; `None` means the client's own setting."""


def as_retry(value: RetryLike, default: Retry) -> Retry:
    if value is None:
        return default
    if isinstance(value, Retry):
        return value
    return evolve(default, attempts=max(1, value))


def may_repeat(error: Exception, *, billable: bool) -> bool:
    """Whether a failure leaves it open to send the same request again."""
    if isinstance(error, ConnectionFailedError):
        return not error.sent or not billable
    if isinstance(error, APIError):
        return error.status in (NOT_TAKEN if billable else PASSING)
    return False


def leaves_open(error: Exception) -> bool:
    """Whether a request that failed so may have done its work all the same."""
    if isinstance(error, ConnectionFailedError):
        return error.sent
    return isinstance(error, APIError) and error.status in PASSING - NOT_TAKEN


def pause_before_retry(
    retry: Retry, error: Exception, failures: int, *, billable: bool
) -> float | None:
    """Seconds until the next attempt, or `None` where there is none."""
    if failures >= retry.attempts or not may_repeat(error, billable=billable):
        return None
    return next_pause(retry, error, failures)


def next_pause(retry: Retry, error: Exception, failures: int) -> float | None:
    """What the service asks for, unless that is too long; else a pause of our own."""
    asked = asked_pause(error.headers) if isinstance(error, APIError) else None
    if asked is None:
        return retry.pause(failures)
    return asked if asked <= retry.longest_asked else None


def asked_pause(
    headers: Mapping[str, str], now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
) -> float | None:
    """What the service asks for: `retry-after-ms`, or `Retry-After` in seconds or as a date."""
    names = {name.lower(): value for name, value in headers.items()}
    milliseconds = number(names.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = names.get("retry-after")
    seconds = number(text)
    if seconds is not None or text is None:
        return seconds
    from email.utils import parsedate_to_datetime  # slow to load, and rarely needed

    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return max(0.0, (date - now()).total_seconds())


def number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < float("inf") else None
