"""Whether and when a broken stream is taken up again. Pure decisions."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from ..errors import APIError, ConnectionFailedError, InteractionsError, StreamInterruptedError
from .progress import Progress
from .retry import PASSING, Retry, asked_pause


@frozen
class Resume:
    """`attempts` is how many reconnections in a row may bring nothing new; progress restores it.

    After that, `fallback="get"` asks once for the interaction itself and ends the stream if it has
    come to its end; `fallback="raise"` gives up at once.
    """

    attempts: int = 5
    first_pause: float = 0.25
    longest_pause: float = 15.0
    fallback: Literal["raise", "get"] = "raise"

    def pause(self, failures: int) -> float:
        return Retry(first_pause=self.first_pause, longest_pause=self.longest_pause).pause(failures)


NO_RESUME = Resume(attempts=0)

ResumeLike = Resume | bool | None
"""`False` switches it off; `True` and `None` mean the client's own setting."""


def as_resume(value: ResumeLike, default: Resume) -> Resume:
    if value is None or value is True:
        return default
    return NO_RESUME if value is False else value


class Reconnection:
    """Counts the reconnections of one stream that brought nothing new."""

    def __init__(self, resume: Resume, progress: Progress) -> None:
        self.resume = resume
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
        asked = asked_pause(error.headers) if isinstance(error, APIError) else None
        return self.resume.pause(self.failures) if asked is None else asked


def is_interruption(error: InteractionsError) -> bool:
    """Whether the connection failed. An error that a stream states is the interaction's."""
    return isinstance(error, (ConnectionFailedError, StreamInterruptedError))


def may_pass(error: InteractionsError) -> bool:
    """Whether a failure, also one to reconnect, leaves it open to try again."""
    return is_interruption(error) or (isinstance(error, APIError) and error.status in PASSING)
