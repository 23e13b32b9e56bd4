"""Clauses: what a server or a client has to keep to, each by itself, and what came of trying it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from attrs import frozen

from ..findings import Deviation, Finding, Place

__all__ = ["Evidence", "Outcome", "Verdict", "counting", "odd"]

Outcome = Literal["holds", "broken", "not applicable", "not testable"]
"""`not applicable`: it says nothing about this server, client or revision. `not testable`: what
it is about did not happen, or could not be had."""


@frozen(kw_only=True)
class Evidence:
    """One request and its answer, short enough to be shown."""

    sent: str
    body: Any = None
    came: str
    answer: Any = None


@frozen(kw_only=True)
class Verdict:
    clause: str
    """Its id, which stays."""
    sentence: str
    outcome: Outcome
    reason: str = ""
    """Why it is not applicable, or not testable."""
    findings: tuple[Finding, ...] = ()
    """What breaks it; else the known deviations that were let pass."""
    evidence: tuple[Evidence, ...] = ()


def odd(place: Place, kind: Any, rule: str, message: str, got: Any, **more: str) -> Finding:
    """A finding of our own; `more` may say the `pointer` and the entry that knows of it."""
    pointer = more.pop("pointer", "")
    deviation = Deviation(pointer=pointer, rule=rule, message=message, got=got, **more)
    return Finding(place=place, kind=kind, deviation=deviation)


def counting(findings: Iterable[Finding], *, strict: bool) -> tuple[Finding, ...]:
    """The findings that count: all of them, or those that no entry of `deviations.json` knows."""
    return tuple(found for found in findings if strict or found.deviation.known is None)
