"""Clauses about a round with a function of the caller."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding
from ..bench import Bench, NotTestableError, status_of
from ..calling import Call
from ..clauses import odd
from ..specimens import ANSWERED, ASKED, ASKED_STREAM, WEATHER, function_calls
from .clause import Clause, clause, sound, streamed
from .streaming import same_as_stored, stored_of

__all__ = ["CLAUSES"]


@clause(
    "tool.call",
    "A model that needs a function asks for it: requires_action, and a call with id, name and "
    "arguments.",
    needs=(ASKED,),
)
def tool_call(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(ASKED)
    yield from sound(bench, call)
    answer = bench.answer(call)
    items = bench.family.items
    yield from calls_in(call, answer.get(items), items)
    if status_of(answer) != "requires_action" and function_calls(answer.get(items)):
        message = "requires_action is expected"
        yield odd(
            call.place, "interaction", "status", message, answer.get("status"), pointer="/status"
        )


@clause("tool.result", "With the result it goes on, and comes to its end.", needs=(ANSWERED,))
def tool_result(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(ANSWERED)
    yield from sound(bench, call)
    status = status_of(bench.answer(call))
    if status != "completed":
        message = "completed is expected"
        yield odd(call.place, "interaction", "status", message, status, pointer="/status")


@clause(
    "tool.stream",
    "Streamed, the fragments of a call's arguments add up to the call that is kept.",
    needs=(ASKED_STREAM,),
)
def tool_stream(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, ASKED_STREAM)
    found = bench.judged(call)
    yield from [*found.framing, *found.contents, *found.order]
    yield from same_as_stored(bench, call)
    items = bench.family.items
    yield from calls_in(call, stored_of(bench, call).get(items), items)


def calls_in(call: Call, items: object, pointer: str) -> Iterator[Finding]:
    """The function calls of an answer: of the declared function, with all that a caller needs."""
    found = function_calls(items)
    if not found:
        raise NotTestableError("the model called no function")
    for each in found:
        if each.get("name") != WEATHER["name"]:
            message = f"{WEATHER['name']} is the only function"
            yield odd(
                call.place, "interaction", "name", message, each.get("name"), pointer=f"/{pointer}"
            )
        if not each.get("id") or not isinstance(each.get("arguments"), dict):
            message = "a call is expected to have an id, and its arguments as an object"
            yield odd(call.place, "interaction", "required", message, each, pointer=f"/{pointer}")


CLAUSES: tuple[Clause, ...] = (tool_call, tool_result, tool_stream)
