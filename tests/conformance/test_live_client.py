"""`conform client`: our clients hold every clause, and each clause catches its bad client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import urllib3

from gemini_interactions import AsyncClient, Client, Clock
from gemini_interactions.conformance.findings import Finding
from gemini_interactions.conformance.live.clauses import Verdict
from gemini_interactions.conformance.live.client_clauses import AFTERWARDS, CLAUSES
from gemini_interactions.conformance.live.client_judge import ClientJudge, judging_server
from gemini_interactions.errors import ConfigurationError
from gemini_interactions.testing import REVISIONS, InteractionsServer, RecordedRequest

NEWEST = REVISIONS[-1]
IDS = [*(clause.id for clause in CLAUSES), *(clause.id for clause in AFTERWARDS)]
MODELS = {"2025-12-11": "gemini-2.5-flash"}
MODEL = "gemini-3-flash-preview"
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
}
AT_ONCE = Clock(sleep=lambda seconds: None)
CUT = "cut after=4 on=create; error status=503 on=poll; cut after=2 on=resume"


def found_by(judge: ClientJudge, *, strict: bool = True) -> dict[str, Verdict]:
    return {verdict.clause: verdict for verdict in judge.verdicts(strict=strict)}


# --- good clients ------------------------------------------------------------------------------


def use(client: Any, model: str) -> None:
    """Every operation, with a stream that is cut and taken up again."""
    calls: Any = client.interactions
    with calls.create(model=model, input="Count from 1 to 25.", stream=True) as stream:
        last = list(stream)[-1]
    assert last.interaction.status == "completed"
    asked = calls.create(model=model, input="Weather in Paris?", tools=[WEATHER])
    steps = getattr(asked, "steps", None) or asked.outputs
    call = next(step for step in steps if step.type == "function_call")
    result = {
        "type": "function_result",
        "call_id": call.id,
        "name": call.name,
        "result": {"weather": "sunny"},
    }
    calls.create(model=model, input=[result], previous_interaction_id=asked.id, tools=[WEATHER])
    running = calls.create(model=model, input="Slowly.", background=True)
    calls.wait(running.id)
    stopped = calls.create(model=model, input="Never mind.", background=True)
    calls.cancel(stopped.id)
    calls.get(stopped.id)
    calls.delete(stopped.id)


async def use_async(client: Any, model: str) -> None:
    calls = client.interactions
    stream = await calls.create(model=model, input="Count from 1 to 25.", stream=True)
    async with stream:
        events = [event async for event in stream]
    assert events[-1].interaction.status == "completed"
    running = await calls.create(model=model, input="Slowly.", background=True)
    await calls.wait(running.id)
    await calls.delete(running.id)


@pytest.mark.parametrize("revision", REVISIONS)
def test_our_client_holds_every_clause_in_strict_mode(revision: str) -> None:
    with judging_server(revision=revision, faults=[CUT]) as (server, judge):
        options: Any = {"api_revision": revision, "clock": AT_ONCE}
        with Client(api_key="any", base_url=server.url, **options) as client:
            use(client, MODELS.get(revision, MODEL))
        resumes = [request for request in server.requests if request.last_event_id]
    verdicts = found_by(judge)
    assert [*verdicts] == IDS
    assert {each.outcome for each in verdicts.values()} == {"holds"}
    assert resumes
    assert not any(each.findings for each in verdicts.values())


@pytest.mark.parametrize("revision", REVISIONS)
def test_our_asynchronous_client_does_as_well(revision: str) -> None:
    async def run(url: str) -> None:
        options: Any = {"api_revision": revision, "clock": AT_ONCE}
        async with AsyncClient(api_key="any", base_url=url, **options) as client:
            await use_async(client, MODELS.get(revision, MODEL))

    with judging_server(revision=revision, faults=[CUT]) as (server, judge):
        asyncio.run(run(server.url))
    assert {each.outcome for each in found_by(judge).values()} == {"holds"}


def test_on_vertex_our_client_does_as_well() -> None:
    with (
        judging_server() as (server, judge),
        Client(
            api_key="any", base_url=server.url, vertexai=True, project="p", location="us"
        ) as client,
    ):
        client.interactions.create(model=MODEL, input="Hello.")
    assert {each.outcome for each in found_by(judge).values()} == {"holds", "not testable"}


# --- bad clients -------------------------------------------------------------------------------


class Raw:
    """A client that sends what it is told to."""

    def __init__(self, server: InteractionsServer) -> None:
        self.server = server
        self.pool = urllib3.PoolManager(retries=False)

    def send(
        self,
        method: str = "POST",
        path: str = "/v1beta/interactions",
        body: Any = None,
        **headers: str | None,
    ) -> Any:
        """A good create, but for what is said; `None` takes a header away."""
        if body is None and method == "POST" and path.startswith("/v1beta/interactions"):
            body = {"model": MODEL, "input": "Hello."}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        own = {
            "content-type": "application/json" if data else None,
            "x-goog-api-key": "any",
            "api-revision": NEWEST,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        given = {name: value for name, value in own.items() if value is not None}
        address = self.server.url + path
        answer = self.pool.request(method, address, body=data, headers=given)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json and answer.status < 300 else {}


@contextmanager
def raw(**options: Any) -> Iterator[tuple[Raw, ClientJudge]]:
    with judging_server(**options) as (server, judge):
        client = Raw(server)
        yield client, judge
        client.pool.clear()


Bad = Callable[[Raw], object]


def unknown_cursor(client: Raw) -> None:
    identity = client.send()["id"]
    client.send("GET", f"/v1beta/interactions/{identity}?stream=true&last_event_id=evt_999")


def cursor_without_stream(client: Raw) -> None:
    identity = client.send()["id"]
    client.send("GET", f"/v1beta/interactions/{identity}?last_event_id=evt_1")


def sent_twice(client: Raw) -> None:
    client.server.faults.parse("error status=500 on=create")
    client.send()
    client.send()


def stray_result(client: Raw) -> None:
    stray = {"type": "function_result", "call_id": "none", "name": "x", "result": "y"}
    client.send(body={"model": MODEL, "input": [stray]})


def get_with(query: str, **headers: str | None) -> Bad:
    def send(client: Raw) -> None:
        identity = client.send()["id"]
        client.send("GET", f"/v1beta/interactions/{identity}{query}", **headers)

    return send


def get_with_body(client: Raw) -> None:
    identity = client.send()["id"]
    client.send("GET", f"/v1beta/interactions/{identity}", body={"stream": True})


BAD_CLIENTS: dict[str, list[Bad]] = {
    "route.path": [
        lambda client: client.send(path="/v1beta//interactions"),
        lambda client: client.send(path="/v1beta/models/x:generateContent"),
        lambda client: client.send("PUT", "/v1beta/interactions/x"),
    ],
    "route.query": [
        lambda client: client.send(path="/v1beta/interactions?alt=sse"),
        get_with("?stream=True"),
        get_with("?include_input=1"),
    ],
    "route.stream": [
        lambda client: client.send(accept="text/event-stream"),
        get_with("", accept="text/event-stream"),
    ],
    "header.key": [
        lambda client: client.send(path="/v1beta/interactions?key=s3cr3t"),
        lambda client: client.send(x_goog_api_key=None),
    ],
    "header.revision": [lambda client: client.send(api_revision="2024-01-01")],
    "header.accept": [
        lambda client: client.send(accept="text/html"),
        get_with("?stream=true", accept="application/json"),
    ],
    "header.content-type": [
        lambda client: client.send(content_type=None),
        lambda client: client.send(content_type="text/plain"),
    ],
    "body.json": [
        lambda client: client.send(body=b'{"model": '),
        lambda client: client.send(body=b"[1]"),
        lambda client: client.send(body='{"model": "x", "input": "é"}'.encode("latin-1")),
    ],
    "body.schema": [
        lambda client: client.send(body={"model": MODEL, "input": "Hi.", "temprature": 1}),
        lambda client: client.send(body={"model": MODEL, "input": [{"type": "text", "text": 5}]}),
        lambda client: client.send(body={"model": MODEL, "input": "Hi.", "stream": "true"}),
    ],
    "body.none": [get_with_body],
    "resume.cursor": [unknown_cursor, cursor_without_stream],
    "create.once": [sent_twice],
    "body.meaning": [stray_result],
}


@pytest.mark.parametrize("clause", IDS)
def test_each_clause_catches_the_client_that_breaks_it(clause: str) -> None:
    for bad in BAD_CLIENTS[clause]:
        with raw() as (client, judge):
            bad(client)
        verdict = found_by(judge)[clause]
        assert verdict.outcome == "broken", bad
        assert verdict.evidence


def test_a_client_that_does_nothing_wrong_is_not_accused() -> None:
    """The frame that the bad clients use is good itself."""
    with raw() as (client, judge):
        identity = client.send(accept="*/*")["id"]
        client.send("GET", f"/v1beta/interactions/{identity}?stream=true", accept="text/*")
        client.send("POST", f"/v1beta/interactions/{identity}/cancel", body=b"{}")
    assert {each.outcome for each in found_by(judge).values()} == {"holds", "not testable"}


def test_a_revision_that_was_agreed_on_has_to_be_named() -> None:
    for named, outcome in ((NEWEST, "holds"), ("2026-05-07", "broken"), (None, "broken")):
        with raw(revision=NEWEST) as (client, judge):
            client.send(api_revision=named)
        assert found_by(judge)["header.revision"].outcome == outcome
    with raw(revision="2025-12-11") as (client, judge):
        client.send(api_revision=None)
    assert found_by(judge)["header.revision"].outcome == "holds"
    with raw() as (client, judge):
        client.send(api_revision=None)
    assert found_by(judge)["header.revision"].outcome == "holds"


@pytest.mark.parametrize(
    ("fault", "again", "outcome"),
    [
        ("cut after=1 on=create", True, "broken"),
        ("no-response on=create", True, "broken"),
        ("no-response on=create", False, "holds"),
        ("error status=503 on=create", True, "not testable"),
        ("error status=429 on=create", True, "not testable"),
    ],
)
def test_only_a_create_that_may_have_arrived_must_not_be_repeated(
    fault: str, again: bool, outcome: str
) -> None:
    with raw(faults=[fault]) as (client, judge):
        body = {"model": MODEL, "input": "Hello.", "stream": True}
        with suppress(urllib3.exceptions.HTTPError):
            client.send(body=body)
        client.send(body={**body, "input": "Hello." if again else "And now?"})
    assert found_by(judge)["create.once"].outcome == outcome


def test_known_deviations_count_in_strict_mode_only() -> None:
    with raw() as (client, judge):
        client.send(body={"model": "gemini-99", "input": "Hello."})
    assert found_by(judge, strict=False)["body.schema"].outcome == "holds"
    assert found_by(judge, strict=True)["body.schema"].outcome == "broken"


def test_many_known_deviations_do_not_hide_an_unknown_one() -> None:
    with raw() as (client, judge):
        for _ in range(25):
            client.send(body={"model": "gemini-99", "input": "Hello."})
        client.send(body={"model": MODEL, "input": "Hi.", "temprature": 1})
    assert found_by(judge, strict=False)["body.schema"].outcome == "broken"


def test_no_key_is_shown() -> None:
    said: list[tuple[RecordedRequest, list[Finding]]] = []
    options: dict[str, Any] = {"on_judged": lambda *judged: said.append(judged)}
    with raw(**options) as (client, judge):
        client.send(path="/v1beta/interactions?key=s3cr3t", x_goog_api_key="s3cr3t")
    assert said[0][1]
    assert "s3cr3t" not in repr(found_by(judge))
    assert "s3cr3t" not in repr(said[0][1])


def test_a_finding_has_its_place_and_pointer() -> None:
    with raw() as (client, judge):
        client.send()
        client.send(body={"model": MODEL, "input": "Hi.", "temprature": 1})
    [found] = found_by(judge)["body.schema"].findings
    assert found.place.source == "POST /v1beta/interactions"
    assert found.place.position == "request 2"
    assert found.deviation.pointer == "/temprature"


def test_what_is_not_installed_is_said_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gemini_interactions.conformance import examining

    examining.validator_of.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "jsonschema_rs", None)
    missing = r"pip install 'gemini-interactions\[conformance\]'"
    with pytest.raises(ConfigurationError, match=missing), judging_server():
        pass
    examining.validator_of.cache_clear()
