"""Paths, request log, and what the server refuses."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions.testing.routes import Route, find_route

Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"
VERTEX = "/v1beta1/projects/p/locations/global/interactions"


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1beta/interactions", Route("create")),
        ("POST", "/gateway/a/v9/interactions", Route("create")),
        ("POST", VERTEX, Route("create")),
        ("GET", f"{VERTEX}/abc", Route("get", "abc")),
        ("POST", f"{VERTEX}/abc/cancel", Route("cancel", "abc")),
        ("DELETE", "/v1/interactions/abc", Route("delete", "abc")),
        ("GET", "/v1/interactions/a%2Fb%3Fc", Route("get", "a/b?c")),
        ("GET", "/v1/interactions/interactions", Route("get", "interactions")),
        ("GET", "/v1/interactions/a/b", None),
        ("GET", "/v1/interactions/", None),
        ("GET", "/v1/interactions", None),
        ("POST", "//v1/interactions", None),
        ("POST", "/interactions", None),
        ("POST", "/v1/interactions/abc:cancel", None),
        ("PUT", "/v1/interactions/abc", None),
        ("GET", "/v1/agents", None),
    ],
)
def test_find_route(method: str, path: str, route: Route | None) -> None:
    assert find_route(method, path) == route


@pytest.mark.parametrize("prefix", ["/v1beta/interactions", "/proxy/v1/interactions", VERTEX])
def test_all_operations_below_any_prefix(api: Any, prefix: str) -> None:
    body = {"model": MODEL, "input": "Hello.", "background": True}
    identity = api.call("POST", prefix, json=body).json()["id"]

    assert api.call("GET", f"{prefix}/{identity}").json()["id"] == identity
    assert api.call("POST", f"{prefix}/{identity}/cancel").json()["status"] == "cancelled"
    assert api.call("DELETE", f"{prefix}/{identity}").json() == {}
    operations = [request.operation for request in api.server.requests]
    assert operations == ["create", "get", "cancel", "delete"]


def test_the_log_keeps_requests_as_they_came(api: Any) -> None:
    api.call(
        "GET",
        "/v1/interactions/a%2Fb?stream=false&last_event_id=x%20y",
        headers={"X-Goog-Api-Key": "secret", "Api-Revision": "2026-05-20"},
    )
    api.call("POST", "/v1/interactions", body=b"{broken")

    first, second = api.server.requests
    assert (first.method, first.raw_path) == ("GET", "/v1/interactions/a%2Fb")
    assert first.raw_query == "stream=false&last_event_id=x%20y"
    assert first.query == {"stream": "false", "last_event_id": "x y"}
    assert first.headers["x-goog-api-key"] == "secret"
    assert (first.interaction_id, first.status) == ("a/b", 404)
    assert "secret" not in repr(first)
    assert (second.body, second.json, second.status) == (b"{broken", None, 400)


CALL = {"type": "function_result", "call_id": "nobody", "name": "f", "result": "x"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"input": "x"}, 400, "Exactly one"),
        ({"model": MODEL, "agent": "a", "input": "x"}, 400, "Exactly one"),
        ({"model": MODEL}, 400, "'input' is required"),
        ({"model": MODEL, "input": []}, 400, "'input' is required"),
        ({"model": MODEL, "agent_config": {"type": "dynamic"}, "input": "x"}, 400, "agent_config"),
        ({"agent": "a", "generation_config": {"seed": 1}, "input": "x"}, 400, "generation_config"),
        ({"model": MODEL, "input": "x", "background": True, "store": False}, 400, "store"),
        ({"model": MODEL, "input": "x", "stream": "yes"}, 400, "boolean"),
        ({"model": MODEL, "input": "x", "previous_interaction_id": "v1_no"}, 404, "v1_no"),
        ({"model": MODEL, "input": [CALL]}, 400, "nobody"),
        ({"model": MODEL, "input": [{**CALL, "result": [{"a": 1}]}]}, 400, "input[0].result[0]"),
        ({"model": MODEL, "input": [{"role": "user", "content": "x"}]}, 400, "step_list"),
        ({"model": MODEL, "input": [{"content": "x"}]}, 400, "'type' parameter is required"),
        ({"model": MODEL, "continuation_token": "nonsense"}, 400, "continuation_token"),
        ([], 400, "not a JSON object"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_refused_requests(api: Any, body: Any, status: int, words: str, stream: bool) -> None:
    sent = {"stream": True, **body} if stream and body else body
    reply = api.call("POST", "/v1beta/interactions", json=sent)

    assert reply.status == status
    assert set(reply.json()) == {"error"}
    assert reply.json()["error"]["code"] == {400: "invalid_request", 404: "not_found"}[status]
    assert words in reply.json()["error"]["message"]


def test_malformed_json(api: Any) -> None:
    for body in (b"", b"{", b"\xff"):
        reply = api.call("POST", "/v1/interactions", body=body)
        assert (reply.status, reply.json()["error"]["code"]) == (400, "invalid_request")


def test_credentials_are_asked_for_on_demand(make_interactions_server: Any, api_for: Any) -> None:
    api = api_for(make_interactions_server(require_auth=True))

    refused = api.call("GET", "/v1/interactions/x")
    assert (refused.status, refused.json()["error"]["code"]) == (401, "unauthenticated")
    for headers in ({"x-goog-api-key": "k"}, {"Authorization": "Bearer t"}):
        assert api.call("GET", "/v1/interactions/x", headers=headers).status == 404


def test_strict_servers_ask_for_more_than_the_schema(
    make_interactions_server: Any, api_for: Any
) -> None:
    api = api_for(make_interactions_server(strict=True))
    call: Json = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
    nameless: Json = {"type": "function_result", "call_id": "c", "result": "x"}
    unsigned: Json = {"type": "thought", "signature": ""}

    for steps, words in (([call, nameless], "'name'"), ([unsigned], "'signature'")):
        body = {"model": MODEL, "input": steps}
        reply = api.call("POST", "/v1/interactions", json=body)
        assert reply.status == 400
        assert words in reply.json()["error"]["message"]


def test_unknown_options_are_refused(make_interactions_server: Any) -> None:
    with pytest.raises(ValueError, match="1999-01-01"):
        make_interactions_server(revision="1999-01-01")
    with pytest.raises(TypeError, match="colour"):
        make_interactions_server(colour="blue")
