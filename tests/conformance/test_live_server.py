"""`conform server`: good servers hold every clause, and each clause catches its bad server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gemini_interactions import ConnectionFailedError
from gemini_interactions.conformance.live.clauses import Verdict
from gemini_interactions.conformance.live.server_check import CLAUSES, check_server, plan
from gemini_interactions.conformance.recordings import Recorder, read_recording
from gemini_interactions.errors import ConfigurationError
from gemini_interactions.testing import REVISIONS, InteractionsServer, RecordedRequest
from gemini_interactions.testing.reply import Reply, bytes_reply, error_body, json_reply
from gemini_interactions.testing.sse import DONE_FRAME

from .bad_server import BadServer, Json, Tamper, asked, changed, events, instead

NEWEST = REVISIONS[-1]


def check(
    server: InteractionsServer,
    *only: str,
    revision: str = NEWEST,
    strict: bool = True,
    **options: Any,
) -> dict[str, Verdict]:
    settings = {
        "base_url": server.url,
        "api_key": "s3cr3t-key",
        "api_revision": revision,
        "timeout": options.pop("timeout", None),
    }
    found = check_server(plan(only), settings, strict=strict, **options)
    return {verdict.clause: verdict for verdict in found}


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """What does not just hold."""
    return {
        verdict.clause: verdict.outcome
        for verdict in verdicts.values()
        if verdict.outcome != "holds"
    }


# --- good servers ------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS)
def test_our_server_holds_every_clause_in_strict_mode(revision: str) -> None:
    with InteractionsServer(strict=True, require_auth=True, revision=revision) as server:
        verdicts = check(server, revision=revision)
        creates = [request for request in server.requests if request.operation == "create"]
        assert len(server.store) == 0
    assert [*verdicts] == [clause.id for clause in CLAUSES]
    expected = {"get.input": "not applicable"} if revision == "2025-12-11" else {}
    assert outcomes(verdicts) == expected
    assert not any(verdict.findings for verdict in verdicts.values())
    assert len(creates) == plan().creates + plan().probes


@pytest.mark.parametrize("revision", REVISIONS)
def test_our_server_as_it_is_deviates_only_as_is_known(revision: str) -> None:
    with InteractionsServer(revision=revision) as server:
        verdicts = check(server, revision=revision, strict=False)
    assert outcomes(verdicts).keys() <= {"get.input", "error.key"}
    known = {
        finding.deviation.known for verdict in verdicts.values() for finding in verdict.findings
    }
    assert None not in known
    assert known <= {"object-constant", "answers-are-paid-for"}


@pytest.mark.parametrize(
    "fault",
    [
        "one-byte hits=0",
        "pieces size=7 hits=0",
        "multi-line hits=0",
        "line-endings style=mixed hits=0",
        "bom hits=0",
        "done form=tight hits=0",
        "comments times=2 every=0.001 hits=0",
    ],
)
def test_another_spelling_of_the_same_stream_breaks_nothing(fault: str) -> None:
    with InteractionsServer(strict=True, faults=[fault]) as server:
        assert outcomes(check(server, "stream")) == {}


def test_every_answer_can_be_recorded(tmp_path: Path) -> None:
    path = tmp_path / "check.jsonl"
    with InteractionsServer() as server, Recorder(path) as recorder:
        check(server, "stream.type", "get.same", recorder=recorder)
        assert len([*read_recording(path)]) == len(server.requests)
    assert "s3cr3t-key" not in path.read_text()


# --- bad servers -------------------------------------------------------------------------------


def is_(operation: str, **fields: Any) -> Callable[[RecordedRequest], bool]:
    """Requests of an operation, whose body has these fields."""

    def matches(request: RecordedRequest) -> bool:
        body = request.json if isinstance(request.json, dict) else {}
        return request.operation == operation and all(
            body.get(name) == value for name, value in fields.items()
        )

    return matches


def streams(request: RecordedRequest) -> bool:
    return request.wants_stream and request.operation == "create"


def attached(request: RecordedRequest) -> bool:
    return request.wants_stream and request.operation == "get"


def resumed(request: RecordedRequest) -> bool:
    return attached(request) and request.last_event_id is not None


def polled(request: RecordedRequest) -> bool:
    return request.operation == "get" and not request.wants_stream


def follows_up(request: RecordedRequest) -> bool:
    return is_("create")(request) and "previous_interaction_id" in request.json


def is_malformed(request: RecordedRequest) -> bool:
    return request.operation == "create" and request.json is None


def has(*names: str) -> Callable[[RecordedRequest], bool]:
    return lambda request: is_("create")(request) and set(names) <= request.json.keys()


def lacks(*names: str) -> Callable[[RecordedRequest], bool]:
    return lambda request: is_("create")(request) and not set(names) & (request.json or {}).keys()


def put(**fields: Any) -> Callable[[Json], None]:
    return lambda body: body.update(fields)


def gone(request: RecordedRequest) -> bool:
    return request.interaction_id == "v1_nobody"


def without_key(request: RecordedRequest) -> bool:
    return "x-goog-api-key" not in request.headers


def accepted() -> Reply:
    answer = {"id": "v1_taken", "status": "completed", "model": "m", "steps": []}
    return json_reply(200, answer)


def page() -> Reply:
    return bytes_reply(404, "text/html", b"<h1>Not found</h1>")


def failed() -> Reply:
    return json_reply(500, error_body("internal", "Something broke."))


def only_done() -> Reply:
    return Reply(200, {"Content-Type": "text/event-stream"}, (DONE_FRAME,), "chunked")


def shouted(found: list[Json]) -> None:
    """The first text of a stream says something else."""
    for event in found:
        if event.get("delta", {}).get("type") == "text":
            event["delta"]["text"] += "!"
            return


def torn(found: list[Json]) -> None:
    """A fragment of the arguments is another one."""
    for event in found:
        if event.get("delta", {}).get("type") == "arguments_delta":
            event["delta"]["arguments"] = event["delta"]["arguments"].replace('"}', '!"}')


def status_back(found: list[Json]) -> None:
    for event in found:
        if event["event_type"] == "interaction.status_update":
            event["status"] = "queued"


def known_field(found: list[Json]) -> None:
    found[2]["step"]["surprise"] = True


def same_ids(found: list[Json]) -> None:
    for event in found:
        event["event_id"] = "evt_1"


def without_usage(found: list[Json]) -> None:
    found[-1]["interaction"].pop("usage")


def renamed_steps(body: Json) -> None:
    if "steps" in body:
        body["outputs"] = body.pop("steps")


def other_usage(body: Json) -> None:
    if "usage" in body:
        body["usage"]["total_tokens"] += 1


def without_input(body: Json) -> None:
    body["steps"] = [step for step in body.get("steps", []) if step["type"] != "user_input"]


def forgetful(body: Json) -> Json:
    found: Json = json.loads(json.dumps(body).replace("Ada", "nobody"))
    return found


def text_arguments(body: Json) -> None:
    for step in body.get("steps", []):
        if step["type"] == "function_call":
            step["arguments"] = json.dumps(step["arguments"])


def kept(body: Json) -> None:
    del body["store"]


def by_header(fault: str) -> Tamper:
    """A fault of the embedded server, on every request that it makes sense for."""

    def tamper(request: RecordedRequest, answer: Any) -> Reply:
        request.headers["x-test-fault"] = fault
        reply: Reply = answer(request)
        return reply

    return tamper


def undeleted(request: RecordedRequest, answer: Any) -> Reply:
    reply: Reply = json_reply(200, {}) if request.operation == "delete" else answer(request)
    return reply


def lax_path(request: RecordedRequest) -> bool:
    return request.raw_path.endswith("/nothing")


def encoded(request: RecordedRequest) -> bool:
    return "%" in request.raw_path


BAD_SERVERS: dict[str, Tamper] = {
    "create.answer": changed(is_("create"), put(surprise=1)),
    "create.over": changed(is_("create"), put(status="in_progress")),
    "create.revision": changed(is_("create"), renamed_steps),
    "get.same": changed(polled, other_usage),
    "get.input": changed(polled, without_input),
    "previous.context": changed(follows_up, forgetful),
    "store.off": asked(has("store"), kept),
    "stream.type": by_header("content-type value=text/plain"),
    "stream.frames": by_header("malformed after=3"),
    "stream.names": by_header("no-event-name"),
    "stream.events": events(streams, known_field),
    "stream.order": events(streams, lambda found: found[1:]),
    "stream.status": events(streams, status_back),
    "stream.end": by_header("no-done"),
    "stream.event-ids": events(streams, same_ids),
    "stream.same": events(streams, shouted),
    "stream.closing": events(streams, without_usage),
    "resume.replay": events(attached, lambda found: found[1:]),
    "resume.every": by_header("duplicates events=1"),
    "resume.left": events(resumed, lambda found: found[1:]),
    "resume.unknown-event": instead(resumed, only_done),
    "background.create": changed(is_("create", background=True), put(status="completed")),
    "background.poll": changed(polled, put(status="queued")),
    "background.stream": events(attached, shouted),
    "cancel.running": changed(is_("cancel"), put(status="in_progress")),
    "cancel.stays": changed(polled, put(status="completed")),
    "cancel.over": instead(is_("cancel"), accepted),
    "tool.call": changed(has("tools"), text_arguments),
    "tool.result": changed(follows_up, put(status="incomplete")),
    "tool.stream": events(streams, torn),
    "error.not-json": instead(is_malformed, accepted),
    "error.no-target": instead(lacks("model", "agent"), accepted),
    "error.both-targets": instead(has("model", "agent"), accepted),
    "error.stream": instead(has("stream"), only_done),
    "error.wrong-kind": instead(is_("create", store="perhaps"), accepted),
    "error.unknown-field": instead(has("never_heard_of"), failed),
    "error.unknown-previous": instead(has("previous_interaction_id"), accepted),
    "error.unknown-id": instead(gone, failed),
    "error.key": instead(without_key, failed),
    "route.unknown-path": instead(lax_path, page),
    "route.method": instead(lambda request: request.method == "PUT", accepted),
    "route.encoded-id": instead(encoded, page),
    "delete.answer": instead(is_("delete"), lambda: json_reply(200, {"deleted": True})),
    "delete.gone": undeleted,
}


@pytest.mark.parametrize("clause", [clause.id for clause in CLAUSES])
def test_each_clause_catches_the_server_that_breaks_it(clause: str) -> None:
    with BadServer(BAD_SERVERS[clause], polls_until_done=3) as server:
        verdict = check(server, clause, patience=0.2)[clause]
    assert verdict.outcome == "broken", verdict
    assert verdict.evidence


FAULTS = [
    ("error status=500 on=create", "create", {"create.answer"}),
    ("html on=create", "create", {"create.answer"}),
    ("json-array on=create", "create", {"create.answer"}),
    ("empty on=create", "create", {"create.answer"}),
    ("broken-json on=create", "create", {"create.answer"}),
    ("cut at=40 on=create", "create", {"create.answer"}),
    ("content-type on=create", "create", {"create.answer"}),
    ("json-answer", "stream", {"stream.type"}),
    ("error status=503", "stream", {"stream.type"}),
    ("noise", "stream", {"stream.frames"}),
    ("bad-utf8", "stream", {"stream.frames", "stream.same"}),
    ("event-name", "stream", {"stream.names"}),
    ("unknown-event", "stream", {"stream.events", "stream.event-ids"}),
    ("no-event-ids", "stream", {"stream.event-ids"}),
    ("separators", "stream", {"stream.same"}),
    ("no-usage", "stream", {"stream.closing"}),
    ("no-done", "stream", {"stream.end"}),
    ("cut after=5", "stream", {"stream.end"}),
    ("reset after=5", "stream", {"stream.end"}),
    ("eof after=5", "stream", {"stream.end"}),
    ("stall after=5", "stream", {"stream.end"}),
    ("bare-error after=5", "stream", {"stream.end"}),
    ("no-blank-line", "stream", {"stream.frames", "stream.end"}),
    ("doubled", "stream", {"stream.order", "stream.event-ids", "stream.end", "stream.same"}),
]
"""A fault, the clauses to try, and those of them that have to be broken by it: just these."""


@pytest.mark.parametrize(("fault", "group", "broken"), FAULTS, ids=[each[0] for each in FAULTS])
def test_a_fault_breaks_the_clauses_that_are_about_it(
    fault: str, group: str, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gemini_interactions.conformance.live.calling.IDLE", 0.3)
    with InteractionsServer(strict=True, faults=[fault]) as server:
        found = outcomes(check(server, group))
    assert {clause for clause, outcome in found.items() if outcome == "broken"} == broken


@pytest.mark.parametrize(
    ("fault", "allowed"),
    [
        ("no-event-ids hits=0", {"event-ids"}),
        ("unknown-event hits=0", {"event-ids", "x-open"}),
    ],
)
def test_what_is_known_counts_in_strict_mode_only(fault: str, allowed: set[str]) -> None:
    with InteractionsServer(strict=True, faults=[fault]) as server:
        lenient = check(server, "stream", strict=False)
        server.clear()
        server.faults.parse(fault)
        strict = check(server, "stream")
    let_pass = {each.deviation.known for verdict in lenient.values() for each in verdict.findings}
    assert "broken" not in outcomes(lenient).values()
    assert let_pass == allowed
    assert "broken" in outcomes(strict).values()


def test_another_revision_than_the_one_asked_for_is_told() -> None:
    def deaf(request: RecordedRequest, answer: Any) -> Reply:
        request.headers.pop("api-revision", None)
        reply: Reply = answer(request)
        return reply

    with BadServer(deaf, revision="2026-05-07") as server:
        assert check(server, "create")["create.revision"].outcome == "broken"


def test_a_server_that_needs_more_time_than_there_is_cannot_be_tested() -> None:
    with InteractionsServer(strict=True, polls_until_done=1000) as server:
        verdict = check(server, "background.poll", patience=0.1)["background.poll"]
    assert verdict.outcome == "not testable"
    assert "still runs after 0.1 s" in verdict.reason


def test_where_nobody_listens_there_is_nothing_to_check() -> None:
    with InteractionsServer() as server:
        pass
    with pytest.raises(ConnectionFailedError):
        check(server)


def test_a_finding_has_its_place_and_pointer() -> None:
    with BadServer(events(streams, known_field)) as server:
        [found] = check(server, "stream.events")["stream.events"].findings
    assert found.place.source == "POST /v1beta/interactions"
    assert found.place.position == "event 3"
    assert found.deviation.pointer == "/step/surprise"
    assert found.deviation.rule == "unknown-field"


def test_a_part_of_the_clauses_takes_only_what_it_needs() -> None:
    assert (plan(["stream"]).creates, plan(["stream"]).probes) == (1, 0)
    assert (plan(["tool.result"]).creates, plan(["error.both-targets"]).probes) == (2, 1)
    assert plan(["cancel.stays"]).creates == 1
    with InteractionsServer(strict=True) as server:
        check(server, "tool.result", "cancel.stays")
        assert sum(request.operation == "create" for request in server.requests) == 3
    with pytest.raises(ConfigurationError, match="'steam'"):
        plan(["steam"])


def test_a_server_that_is_busy_is_not_accused() -> None:
    with InteractionsServer(strict=True, faults=["error status=429 hits=0"]) as server:
        verdict = check(server, "create.answer")["create.answer"]
    assert verdict.outcome == "not testable"
    assert "429" in verdict.reason


def test_a_stream_in_one_piece_can_be_left_and_resumed() -> None:
    with InteractionsServer(strict=True, faults=["pieces size=1000000 hits=0"]) as server:
        assert outcomes(check(server, "resume")) == {}
