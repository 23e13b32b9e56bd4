"""Clauses about deleting. They come last, for what they delete is used before."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding
from ..bench import Bench, Json, NotTestableError
from ..clauses import odd
from ..specimens import PLAIN
from .clause import Clause, answered, clause, refused

__all__ = ["CLAUSES"]

EMPTY: tuple[Json | None, ...] = (None, {})


@clause(
    "delete.answer", "A delete answers 200 with no body or an empty object, or 204.", needs=(PLAIN,)
)
def delete_answer(bench: Bench) -> Iterator[Finding]:
    call = bench.delete(bench.id_of(PLAIN))
    yield from answered(call, 200, 204)
    response = call.exchange.response
    body = response.body.strip() if response else b""
    if call.status in (200, 204) and body not in (b"", b"{}"):
        message = "nothing is expected, or an empty object"
        yield odd(call.place, "interaction", "body", message, call.evidence().answer)


@clause("delete.gone", "What was deleted is gone: 404 for every operation.", needs=(PLAIN,))
def delete_gone(bench: Bench) -> Iterator[Finding]:
    identity = bench.id_of(PLAIN)
    if bench.delete(identity).status not in (200, 204, 404):
        raise NotTestableError("it cannot be deleted")
    for call in (bench.get(identity), bench.get(identity, stream=True), bench.delete(identity)):
        yield from refused(bench, call, 404)


CLAUSES: tuple[Clause, ...] = (delete_answer, delete_gone)
