"""How long things may take: what a caller sets, and how much of it is left."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import field, frozen

from ..errors import ConfigurationError


def positive(instance: object, attribute: object, value: float | None) -> None:
    if value is not None and not value > 0:
        raise ConfigurationError(f"a timeout is a positive number of seconds, got {value!r}")


@frozen
class Timeout:
    """Seconds, each `None` for no limit.

    `connect` is for a connection, `idle` for the time in which not one byte arrives (a comment
    that keeps a stream alive counts), `total` for a whole call with its retries, or a whole stream
    with its reconnections.
    """

    connect: float | None = field(default=10.0, validator=positive)
    idle: float | None = field(default=300.0, validator=positive)
    total: float | None = field(default=None, validator=positive)


TimeoutLike = Timeout | float | None
"""A number is the total; `None` means the client's own setting."""


def as_timeout(value: TimeoutLike, default: Timeout) -> Timeout:
    if value is None:
        return default
    if isinstance(value, Timeout):
        return value
    return Timeout(connect=default.connect, idle=default.idle, total=float(value))


@frozen
class Clock:
    """Where time comes from; tests bring their own. Monotonic: a change of date changes nothing."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@frozen
class Deadline:
    """The end of a call, fixed when it starts."""

    clock: Clock
    at: float | None

    @classmethod
    def after(cls, seconds: float | None, clock: Clock) -> Deadline:
        return cls(clock, None if seconds is None else clock.now() + seconds)

    def left(self) -> float | None:
        return None if self.at is None else max(0.0, self.at - self.clock.now())

    def allows(self, seconds: float) -> bool:
        """Whether a pause would end before the deadline does."""
        left = self.left()
        return left is None or seconds < left

    def expired(self) -> bool:
        return self.left() == 0.0
