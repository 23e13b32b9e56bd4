"""How long things may take: what a caller sets, and how much of it is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeGuard

from attrs import field, frozen

from ..errors import ConfigurationError

CHUNK = 64 * 1024
SETTLING = 0.02
"""How long a stream that is over waits for its last bytes, to keep the connection."""
LINGERING = 2.0
"""How long a stream waits for what may still follow the event that closes its interaction."""
NO_TIME_LEFT = 0.0
LONGEST = 1e8  # three years: what a socket can still count


def positive(instance: object, attribute: object, value: float | None) -> None:
    if value is None or (is_number(value) and 0 < value <= LONGEST):
        return
    raise ConfigurationError(
        f"a timeout is a positive number of seconds, or None for no limit, got {value!r}"
    )


def at_least(least: float) -> Callable[[object, Any, object], None]:
    def check(instance: object, attribute: Any, value: object) -> None:
        if not is_number(value) or not least <= value < float("inf"):
            kind = type(instance).__name__
            raise ConfigurationError(
                f"{kind}: {attribute.name} is a number of at least {least}, got {value!r}"
            )

    return check


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def least(*limits: float | None) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)


def tightest(name: str, seconds: float | None, left: float | None) -> str:
    """Which limit it was that ran out: the named one, or the total, of which so much was left."""
    return "total" if left is not None and left == least(seconds, left) else name


def grown(first: float, factor: float, times: int, longest: float) -> float:
    """A pause that was multiplied so often, up to the longest one."""
    try:
        return min(longest, first * factor ** max(0, times))
    except OverflowError:
        return longest


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
    return Timeout(connect=default.connect, idle=default.idle, total=value)


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
