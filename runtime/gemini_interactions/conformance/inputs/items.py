"""What reading yields: payloads to judge, streams event by event, and what could not be read."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from ..excerpts import excerpt
from ..findings import Deviation, Finding, Kind, Place

__all__ = ["Item", "StreamEnd", "StreamEvent", "StreamStart", "Subject", "breach", "unreadable"]


@frozen(kw_only=True)
class Subject:
    """One payload to be judged by itself."""

    place: Place
    kind: Kind
    payload: Any
    revision: str | None = None
    """The revision that the traffic itself names."""


@frozen(kw_only=True)
class StreamStart:
    """The events up to the next `StreamEnd` came in one stream."""

    place: Place
    revision: str | None = None
    resumed: str | None = None
    """The id of the interaction whose stream it goes on with."""
    after: str | None = None
    """The event after which it does."""


@frozen(kw_only=True)
class StreamEvent:
    place: Place
    payload: Any
    at: float | None = None
    """Seconds since the request."""


@frozen(kw_only=True)
class StreamEnd:
    place: Place
    done: bool | None
    """Whether `[DONE]` came; `None` where the form of the input has no place for it."""
    left: bool = False
    """Whether the client ended it: nothing is missing then."""


Item = Subject | StreamStart | StreamEvent | StreamEnd | Finding


def unreadable(place: Place, rule: str, message: str, got: Any = None) -> Finding:
    """An input, or a part of it, that is not what it is said to be."""
    deviation = Deviation(pointer="", rule=rule, message=message, got=excerpt(got, ()))
    return Finding(place=place, kind="input", deviation=deviation)


def breach(
    place: Place, kind: Kind | Literal["stream"], rule: str, message: str, got: Any
) -> Finding:
    """Traffic that breaks a rule before there is a payload to judge."""
    deviation = Deviation(pointer="", rule=rule, message=message, got=excerpt(got, ()))
    return Finding(place=place, kind=kind, deviation=deviation)
