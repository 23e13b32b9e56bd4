"""Which fault hits which request.

A fault is written `NAME key=value ...`, several of them with `;` between. Beside the
parameters of the fault itself, these keys choose the requests:

- `on`: create, get, cancel, delete; stream (any request for one), resume (a stream request with
  a cursor), poll (a get without stream). Default: every request the fault makes sense for.
- `method`: an HTTP method.
- `nth`: the first matching request to hit, counted from 1 (default 1).
- `hits`: how many matching requests from there on (default 1; 0 means all).
- `p`: the chance that a chosen request is hit (default 1), drawn with the server's seed.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .faults import FAULTS, Fault, Level
from .recorded import RecordedRequest
from .reply import Reply, Signal

HEADER = "x-test-fault"
"""A request header with faults for that request alone."""

_GROUPS = frozenset({"", "create", "get", "cancel", "delete", "stream", "resume", "poll"})


@dataclass
class PlannedFault:
    """A fault with its arguments and the choice of requests it hits."""

    fault: Fault
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    on: str = ""
    method: str = ""
    nth: int = 1
    hits: int = 1
    p: float = 1.0
    seen: int = 0
    """How many matching requests came by so far."""

    @property
    def name(self) -> str:
        return self.fault.name

    @property
    def refuses(self) -> bool:
        return self.fault.level is Level.REFUSE

    def matches(self, request: RecordedRequest) -> bool:
        """Whether this is a kind of request the fault is meant for."""
        if self.fault.streams_only and not request.wants_stream:
            return False
        if self.method and request.method != self.method.upper():
            return False
        return not self.on or self.on in _groups(request)

    def strikes(self, random: Random) -> bool:
        """Whether it is this matching request's turn."""
        self.seen += 1
        late = self.hits and self.seen >= self.nth + self.hits
        return self.seen >= self.nth and not late and (self.p >= 1 or random.random() < self.p)

    def apply(self, reply: Reply, released: Signal) -> Reply:
        """The reply after this fault; a stream's faults leave error answers alone."""
        if self.fault.streams_only and not reply.is_stream:
            return reply
        return self.fault.change(reply, released, **self.arguments)


def _groups(request: RecordedRequest) -> set[str]:
    groups: set[str] = {request.operation}
    if request.wants_stream:
        groups.add("stream")
        if request.operation == "get" and request.last_event_id:
            groups.add("resume")
    elif request.operation == "get":
        groups.add("poll")
    return groups


def plan_fault(name: str, /, **options: Any) -> PlannedFault:
    """A fault by name; options are its parameters and the choice of requests."""
    fault = FAULTS.get(name.replace("_", "-"))
    if fault is None:
        raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
    planned = PlannedFault(fault)
    choices: dict[str, Any] = {"on": "", "method": "", "nth": 1, "hits": 1, "p": 1.0}
    for key, value in options.items():
        if key in fault.parameters:
            planned.arguments[key] = _converted(key, value, fault.parameters[key])
        elif key in choices:
            setattr(planned, key, _converted(key, value, choices[key]))
        else:
            known = ", ".join([*fault.parameters, *choices])
            raise ValueError(f"fault {fault.name} has no option {key!r}; known: {known}")
    if planned.on not in _GROUPS:
        raise ValueError(f"fault {fault.name}: unknown 'on': {planned.on!r}")
    return planned


def _converted(key: str, value: Any, default: Any) -> Any:
    """The value in the type of the default; texts come from command lines and headers."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else _BOOLEANS[str(value).lower()]
    try:
        return type(default)(value)
    except ValueError:
        kind = type(default).__name__
        raise ValueError(f"option {key} must be {kind}, not {value!r}") from None


_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def parse_faults(text: str) -> list[PlannedFault]:
    """Faults as a command line or a header spells them."""
    planned: list[PlannedFault] = []
    for part in text.split(";"):
        words = shlex.split(part)
        if not words:
            continue
        options: dict[str, Any] = {}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueError(f"fault option {word!r} is not of the form key=value")
            options[key] = value
        planned.append(plan_fault(words[0], **options))
    return planned


class FaultPlan:
    """The faults of a server, and the count of what they hit."""

    def __init__(self, texts: Iterable[str] = (), seed: int = 0) -> None:
        self._random = Random(seed)
        self._planned: list[PlannedFault] = []
        for text in texts:
            self.parse(text)

    def add(self, name: str, /, **options: Any) -> PlannedFault:
        """Plan a fault by name; see the module for the options that choose requests."""
        planned = plan_fault(name, **options)
        self._planned.append(planned)
        return planned

    def parse(self, text: str) -> list[PlannedFault]:
        """Plan faults written as text."""
        planned = parse_faults(text)
        self._planned += planned
        return planned

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._planned = []

    def hits(self, request: RecordedRequest) -> list[PlannedFault]:
        """The faults for this request, in the order they apply."""
        planned = [*self._planned, *parse_faults(request.headers.get(HEADER, ""))]
        matching = [fault for fault in planned if fault.matches(request)]
        struck = [fault for fault in matching if fault.strikes(self._random)]
        return sorted(struck, key=lambda planned: planned.fault.level)
