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

    def pause_after(self, error: InteractionsError, *, connecting: bool) -> float | None:
        """Seconds until the next connection, or `None` where there is none."""
        if self.progress.delivered > self._delivered:
            self._delivered = self.progress.delivered
            self.failures = 0
        self.failures += 1
        if self.failures > self.resume.attempts or not self.progress.can_resume():
            return None
        if not is_interruption(error, connecting=connecting):
            return None
        asked = asked_pause(error.headers) if isinstance(error, APIError) else None
        return self.resume.pause(self.failures) if asked is None else asked


def is_interruption(error: InteractionsError, *, connecting: bool) -> bool:
    """Whether the connection failed, and not the interaction or the request.

    An error that the service states inside a stream is the interaction's; one that it answers to
    a reconnection may pass.
    """
    if isinstance(error, APIError):
        return connecting and error.status in PASSING
    return isinstance(error, (ConnectionFailedError, StreamInterruptedError))
