"""Waiting for a background interaction: when to ask again, and when to stop asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from ..errors import TimeoutExpiredError, WaitTimeoutError
from .events import is_running
from .exchange import Pause, Procedure
from .limits import Deadline, at_least, grown

LAST_POLL = 1.0
"""The last poll comes so long before the deadline, in seconds, that it can be answered."""


@frozen
class Polling:
    """Pauses between polls, in seconds: from `first`, growing by `factor`, up to `longest`."""

    first: float = field(default=1.0, validator=at_least(0))
    factor: float = field(default=1.5, validator=at_least(1))
    longest: float = field(default=20.0, validator=at_least(0))

    def pause(self, polls: int) -> float:
        return grown(self.first, self.factor, polls, self.longest)


def wait(
    get: Callable[[], Procedure[Any]],
    polling: Polling,
    deadline: Deadline,
    on_poll: Callable[[Any], None] | None,
) -> Procedure[Any]:
    """Ask until the status is not a running one. Whatever it is then, known or not, is returned."""
    interaction: Any = None
    polls = 0
    is_last = False
    while True:
        try:
            interaction = yield from get()
        except TimeoutExpiredError as error:
            if interaction is None or error.limit != "total":
                raise
            raise still_running(interaction) from error
        if on_poll is not None:
            on_poll(interaction)
        if not is_running(interaction.status):
            return interaction
        if is_last:
            raise still_running(interaction)
        pause = polling.pause(polls)
        left = deadline.left()
        if left is not None and pause >= left - LAST_POLL:
            pause, is_last = left - min(LAST_POLL, left / 2), True
        yield Pause(pause)
        polls += 1


def still_running(interaction: Any) -> WaitTimeoutError:
    updated = interaction.updated or "at an unknown time"
    return WaitTimeoutError(
        f"interaction {interaction.id} is still {interaction.status} (last updated {updated})",
        interaction=interaction,
    )
