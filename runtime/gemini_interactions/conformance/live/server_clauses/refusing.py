"""Clauses about requests that make no sense: each is refused, by an error that can be read."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from ...findings import Finding
from ..bench import Bench, Json, NotApplicableError
from ..specimens import PLAIN
from .clause import Clause, clause, refused, sound

__all__ = ["CLAUSES"]

NOBODY = "v1_nobody"
INPUT = "Reply with one word."


@clause("error.not-json", "A body that is no JSON is refused with 400.", probes=1)
def error_not_json(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.raw_create(b'{"input": '), 400)


@clause("error.no-target", "A create without model and agent is refused with 400.", probes=1)
def error_no_target(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.raw_create({"input": INPUT}), 400)


@clause("error.both-targets", "A create with a model and an agent is refused with 400.", probes=1)
def error_both_targets(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.raw_create(both_targets(bench)), 400)


@clause(
    "error.stream", "A stream that is refused is no stream, but an error with its status.", probes=1
)
def error_stream(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.raw_create({**both_targets(bench), "stream": True}), 400)


@clause("error.wrong-kind", "A field of another JSON kind is refused with 400.", probes=1)
def error_wrong_kind(bench: Bench) -> Iterator[Finding]:
    yield from refused(bench, bench.create(INPUT, store="perhaps"), 400)


@clause(
    "error.unknown-field",
    "A field that nobody knows is refused with 400, or it changes nothing.",
    probes=1,
)
def error_unknown_field(bench: Bench) -> Iterator[Finding]:
    call = bench.create(INPUT, never_heard_of=True)
    yield from sound(bench, call) if call.status == 200 else refused(bench, call, 400)


@clause(
    "error.unknown-previous", "A previous interaction that does not exist is refused.", probes=1
)
def error_unknown_previous(bench: Bench) -> Iterator[Finding]:
    call = bench.create(INPUT, previous_interaction_id=NOBODY)
    yield from refused(bench, call, 400, 404)


@clause(
    "error.unknown-id", "An interaction that does not exist is not found: 404 for each operation."
)
def error_unknown_id(bench: Bench) -> Iterator[Finding]:
    for call in (bench.get(NOBODY), bench.cancel(NOBODY), bench.delete(NOBODY)):
        yield from refused(bench, call, 404)
    yield from refused(bench, bench.get(NOBODY, stream=True), 404)


@clause("error.key", "Where keys matter, a request without one is refused.", needs=(PLAIN,))
def error_key(bench: Bench) -> Iterator[Finding]:
    request = bench.caller.request(
        "get", bench.id_of(PLAIN), headers={"x-goog-api-key": None, "Authorization": None}
    )
    call = bench.send(request)
    if call.status == 200:
        raise NotApplicableError("the server asks for no key")
    yield from refused(bench, call, 400, 401, 403)


@clause("route.unknown-path", "A path that is none of the API's is not found.")
def route_unknown_path(bench: Bench) -> Iterator[Finding]:
    request = bench.caller.request("get", NOBODY)
    call = bench.send(evolve(request, url=request.url + "/nothing"))
    yield from refused(bench, call, 404)


@clause("route.method", "A method that a path does not have is refused.", needs=(PLAIN,))
def route_method(bench: Bench) -> Iterator[Finding]:
    request = bench.caller.request("get", bench.id_of(PLAIN))
    yield from refused(bench, bench.send(evolve(request, method="PUT")), 404, 405)


@clause("route.encoded-id", "An id is the same with and without percent-encoding.", needs=(PLAIN,))
def route_encoded_id(bench: Bench) -> Iterator[Finding]:
    identity = bench.id_of(PLAIN)
    request = bench.caller.request("get", identity)
    head, _, tail = request.url.rpartition("/")
    url = f"{head}/%{ord(tail[0]):02X}{tail[1:]}" if tail[0] != "%" else request.url
    yield from sound(bench, bench.send(evolve(request, url=url)))


def both_targets(bench: Bench) -> Json:
    agent = bench.agent or "deep-research-pro-preview-12-2025"
    return {"model": bench.model, "agent": agent, "input": INPUT}


CLAUSES: tuple[Clause, ...] = (
    error_not_json,
    error_no_target,
    error_both_targets,
    error_stream,
    error_wrong_kind,
    error_unknown_field,
    error_unknown_previous,
    error_unknown_id,
    error_key,
    route_unknown_path,
    route_method,
    route_encoded_id,
)
