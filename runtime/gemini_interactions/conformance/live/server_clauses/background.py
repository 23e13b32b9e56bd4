"""Clauses about interactions that run by themselves, and about stopping them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from ...._core.events import RUNNING
from ...findings import Finding
from ..bench import Bench, Json, status_of
from ..calling import Call
from ..clauses import odd
from ..specimens import BACKGROUND, CANCELLED, PLAIN, TO_CANCEL
from .clause import Clause, clause, opened, refused, sound
from .streaming import same_as_stored

__all__ = ["CLAUSES"]

CANCELLED_STATUS = "cancelled"


@clause(
    "background.create",
    "A create in the background answers while the interaction runs, and a get finds it.",
    needs=(BACKGROUND,),
)
def background_create(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(BACKGROUND)
    yield from sound(bench, call)
    status = status_of(bench.answer(call))
    if status not in RUNNING:
        message = "a status is expected that says that it runs"
        yield odd(call.place, "interaction", "status", message, status, pointer="/status")
    if not bench.id_in(call):
        message = "an interaction in the background is nothing without its id"
        yield odd(call.place, "interaction", "required", message, None, pointer="/id")
    yield from sound(bench, bench.get(bench.id_of(BACKGROUND)))


@clause(
    "background.stream",
    "One that runs can be followed to its end; the events add up to what is kept of it.",
    needs=(BACKGROUND,),
)
def background_stream(bench: Bench) -> Iterator[Finding]:
    call = opened(bench.get(bench.id_of(BACKGROUND), stream=True))
    found = bench.judged(call)
    yield from [*found.framing, *found.contents, *found.order]
    deque(bench.until_over(bench.id_of(BACKGROUND)), maxlen=0)
    yield from same_as_stored(bench, call)


@clause(
    "background.poll",
    "Polled, it gives its state each time, until it is over.",
    needs=(BACKGROUND,),
)
def background_poll(bench: Bench) -> Iterator[Finding]:
    created = bench.specimen(BACKGROUND)
    before = status_of(bench.answer(created))
    for call in bench.until_over(bench.id_of(BACKGROUND)):
        yield from sound(bench, call)
        status = status_of(bench.answer(call))
        if status != before and (before not in RUNNING or status == "queued" or not status):
            message = f"{status or 'no status'} cannot follow {before}"
            yield odd(call.place, "interaction", "status", message, status, pointer="/status")
        before = status


@clause("cancel.running", "A cancel stops an interaction that runs.", needs=(CANCELLED,))
def cancel_running(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(CANCELLED)
    yield from sound(bench, call)
    yield from is_cancelled(call, bench.answer(call))


@clause(
    "cancel.stays",
    "What was cancelled stays cancelled, for gets and for streams.",
    needs=(CANCELLED,),
)
def cancel_stays(bench: Bench) -> Iterator[Finding]:
    bench.answer(bench.specimen(CANCELLED))
    identity = bench.id_of(TO_CANCEL)
    call = bench.get(identity)
    yield from sound(bench, call)
    wrong = list(is_cancelled(call, bench.answer(call)))
    yield from wrong
    if not wrong:
        stream = opened(bench.get(identity, stream=True))
        found = bench.judged(stream)
        yield from [*found.framing, *found.contents, *found.order]
        yield from same_as_stored(bench, stream)


def is_cancelled(call: Call, answer: Json) -> Iterator[Finding]:
    status = status_of(answer)
    if status != CANCELLED_STATUS:
        message = f"{CANCELLED_STATUS} is expected"
        yield odd(call.place, "interaction", "status", message, status, pointer="/status")


@clause("cancel.over", "One that is over cannot be cancelled.", needs=(PLAIN,))
def cancel_over(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.cancel(bench.id_of(PLAIN)), 400, 409)


CLAUSES: tuple[Clause, ...] = (
    background_create,
    background_stream,
    background_poll,
    cancel_running,
    cancel_stays,
    cancel_over,
)
