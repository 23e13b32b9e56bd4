"""Whether and when a broken stream is taken up again. Pure decisions."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from ..errors import (
    APIError,
    ConfigurationError,
    ConnectionFailedError,
    InteractionsError,
    StreamInterruptedError,
)
from .limits import at_least
from .progress import Progress
from .retry import PASSING, Retry, next_pause


@frozen
class Resume:
    """`attempts` is how many reconnections in a row may bring nothing new; progress restores it.

    After that, `fallback="get"` asks once for the interaction itself and ends the stream if it has
    come to its end; `fallback="raise"` gives up at once.
    """

    attempts: int = field(default=5, validator=at_least(0))
    first_pause: float = field(default=0.25, validator=at_least(0))
    longest_pause: float = field(default=15.0, validator=at_least(0))
    fallback: Literal["raise", "get"] = "raise"

    def pace(self) -> Retry:
        return Retry(first_pause=self.first_pause, longest_pause=self.longest_pause)


NO_RESUME = Resume(attempts=0)

ResumeLike = Resume | bool | None
"""`False` switches it off; `True` and `None` mean the client's own setting."""


def as_resume(value: ResumeLike, default: Resume) -> Resume:
    if isinstance(value, Resume):
        return value
    if value is None or value is True:
        return default
    if value is False:
        return NO_RESUME
    raise ConfigurationError(f"resume is a Resume, or True or False, got {value!r}")


class Reconnection:
    """Counts the reconnections of one stream that brought nothing new."""

    def __init__(self, resume: Resume, progress: Progress) -> None:
        self.resume = resume
        self.pace = resume.pace()
        self.progress = progress
        self.failures = 0
        self._delivered = progress.delivered

    def pause_after(self, error: InteractionsError) -> float | None:
        """Seconds until the next connection, or `None` where there is none."""
        if self.progress.delivered > self._delivered:
            self._delivered = self.progress.delivered
            self.failures = 0
        if not may_pass(error) or not self.progress.interaction_id:
            return None
        if self.failures >= self.resume.attempts:
            return None
        self.failures += 1
        return next_pause(self.pace, error, self.failures)


def is_interruption(error: InteractionsError) -> bool:
    """Whether the connection failed. An error that a stream states is the interaction's."""
    return isinstance(error, (ConnectionFailedError, StreamInterruptedError))


def may_pass(error: InteractionsError) -> bool:
    """Whether a failure, also one to reconnect, leaves it open to try again."""
    return is_interruption(error) or (isinstance(error, APIError) and error.status in PASSING)
