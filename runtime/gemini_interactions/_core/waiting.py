"""Waiting for a background interaction: when to ask again, and when to stop asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from ..errors import WaitTimeoutError
from .events import is_running
from .exchange import Pause, Procedure
from .limits import Deadline


@frozen
class Polling:
    """Pauses between polls, in seconds: from `first`, growing by `factor`, up to `longest`."""

    first: float = 1.0
    factor: float = 1.5
    longest: float = 20.0

    def pause(self, polls: int) -> float:
        return min(self.longest, self.first * self.factor ** min(polls, 64))


def wait(
    get: Callable[[], Procedure[Any]],
    polling: Polling,
    deadline: Deadline,
    on_poll: Callable[[Any], None] | None,
) -> Procedure[Any]:
    """Ask until the status is not a running one. Whatever it is then, known or not, is returned."""
    polls = 0
    while True:
        interaction = yield from get()
        if on_poll is not None:
            on_poll(interaction)
        if not is_running(interaction.status):
            return interaction
        pause = polling.pause(polls)
        if not deadline.allows(pause):
            raise WaitTimeoutError(
                f"interaction {interaction.id} is still {interaction.status}"
                f" (last updated {interaction.updated or 'at an unknown time'})",
                interaction=interaction,
            )
        yield Pause(pause)
        polls += 1
