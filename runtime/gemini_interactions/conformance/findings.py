"""What judging finds: deviations, each at its place. Plain data, so that runs can be merged."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

Kind = Literal["request", "interaction", "event", "error"]
"""What a payload is judged as. An interaction is what create, get and cancel answer."""


@frozen(kw_only=True)
class Deviation:
    """One place where a payload, or a stream, is not what the revision says."""

    pointer: str
    """Where in the payload: a JSON pointer."""
    rule: str
    """Which rule is broken, by a fixed name: `required`, `type`, `unknown-field`, `order`, …"""
    message: str
    got: Any
    """What came there, as JSON; shortened where it is long."""
    type: str | None = None
    """The type of the spec that says otherwise."""
    known: str | None = None
    """The entry of `deviations.json` that knows of it; `x-open` where the schema itself expects
    values and members that it does not have."""


@frozen(kw_only=True)
class Place:
    """Where a payload came from."""

    source: str
    """A file, an address, or a name given by the caller."""
    position: str = ""
    """Where in it: `line 3`, `entry 7`, `event evt_12`."""


@frozen(kw_only=True)
class Finding:
    place: Place
    kind: Kind | Literal["stream", "input"]
    """`input`: it could not be read as what it is said to be."""
    deviation: Deviation
