"""What a clause about a server is, and what many of them check in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import frozen

from ...findings import Finding
from ..bench import Bench, NotTestableError, Specimen
from ..calling import Call
from ..clauses import odd
from ..tape import EVENT_STREAM, media_type

__all__ = ["Clause", "clause", "differing", "refused", "sound", "streamed"]

Check: TypeAlias = Callable[[Bench], Iterator[Finding]]

BUSY = 429
JSON_TYPE = "application/json"


@frozen(kw_only=True)
class Clause:
    id: str
    sentence: str
    check: Check
    needs: tuple[Specimen, ...] = ()
    """The interactions it looks at."""
    probes: int = 0
    """Creates of its own, which a good server refuses."""


def clause(
    id: str, sentence: str, *, needs: tuple[Specimen, ...] = (), probes: int = 0
) -> Callable[[Check], Clause]:
    """Make a clause of the function that tries it: it gives all that breaks the clause."""

    def made(check: Check) -> Clause:
        return Clause(id=id, sentence=sentence, check=check, needs=needs, probes=probes)

    return made


def answered(call: Call, *statuses: int) -> Iterator[Finding]:
    """An answer with one of these statuses, whole."""
    if call.status == BUSY:
        raise NotTestableError(f"the server answers {BUSY}: try again later")
    if call.broken:
        yield odd(call.place, "interaction", "connection", call.broken, None)
    if call.status and call.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        message = f"status {wanted} is expected"
        yield odd(call.place, "interaction", "status-code", message, call.status)


def json_body(call: Call) -> Iterator[Finding]:
    response = call.exchange.response
    if response is not None and media_type(response.headers) != JSON_TYPE:
        got = media_type(response.headers) or None
        message = f"content type {JSON_TYPE} is expected"
        yield odd(call.place, "interaction", "content-type", message, got)


def sound(bench: Bench, call: Call) -> Iterator[Finding]:
    """A good answer that holds an interaction."""
    yield from answered(call, 200)
    if call.status == 200:
        yield from json_body(call)
        found = bench.judged(call)
        yield from found.body
        if found.answer is None and not found.body and not call.broken:
            yield odd(call.place, "interaction", "no-body", "an interaction is expected", None)


def refused(bench: Bench, call: Call, *statuses: int) -> Iterator[Finding]:
    """An error answer with one of these statuses and the error object."""
    yield from answered(call, *statuses)
    if call.status >= 300:
        yield from json_body(call)
        found = bench.judged(call)
        yield from found.body
        if found.answer is None and not found.body:
            yield odd(call.place, "error", "no-body", "an error object is expected", None)


def streamed(bench: Bench, specimen: Specimen) -> Call:
    """A stream that was opened; without one there is nothing to say about its events."""
    call = bench.specimen(specimen)
    return opened(call)


def opened(call: Call) -> Call:
    response = call.exchange.response
    if response is None or response.status != 200 or media_type(response.headers) != EVENT_STREAM:
        raise NotTestableError(f"{call.place.source} opens no stream")
    return call


def differing(
    call: Call, got: Any, wanted: Any, pointer: str, rule: str, message: str
) -> Iterator[Finding]:
    """A finding, unless both are the same."""
    if got != wanted:
        yield odd(call.place, "interaction", rule, message, got, pointer=pointer)
