"""The operations on one interaction: ids, paths, options, empty answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from gemini_interactions import BadRequestError, InvalidRequestError, NotFoundError
from gemini_interactions._bindings import REVISIONS
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
IDS = [
    "v1_plain-id",
    "a/b",
    "a?b=c",
    "..",
    ".",
    "a b",
    "ünï/コード",
    "a#b",
    "%2F",
    "a%",
    "x" * 2000,
]


def background(server: InteractionsServer, interactions: Any) -> Any:
    server.script_statuses(["in_progress"])
    return interactions.create(model=MODEL, input="x", background=True)


@pytest.mark.parametrize("operation", ["get", "cancel", "delete"])
@pytest.mark.parametrize("identity", IDS)
def test_an_id_is_one_segment_whatever_it_holds(
    server: InteractionsServer, client: Any, operation: str, identity: str
) -> None:
    with pytest.raises(NotFoundError):
        getattr(client(server).interactions, operation)(identity)
    request = server.requests[-1]
    head, tail = "/v1beta/interactions/", "/cancel" if operation == "cancel" else ""
    assert request.raw_path.startswith(head)
    assert request.raw_path.endswith(tail)
    segment = request.raw_path[len(head) : len(request.raw_path) - len(tail)]
    assert "/" not in segment
    assert segment not in (".", "..")
    assert unquote(segment) == identity
    assert request.interaction_id == identity
    assert request.raw_query == ""


@pytest.mark.parametrize("operation", ["get", "cancel", "delete", "wait"])
@pytest.mark.parametrize("identity", ["", None, 3, b"x", "\ud800"])
def test_what_is_no_id_is_refused(
    server: InteractionsServer, client: Any, operation: str, identity: Any
) -> None:
    with pytest.raises(InvalidRequestError, match=r"^id "):
        getattr(client(server).interactions, operation)(identity)
    assert server.requests == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_get_cancel_and_delete(server: InteractionsServer, client: Any, revision: str) -> None:
    interactions = client(server, api_revision=revision).interactions
    created = background(server, interactions)
    assert interactions.get(created.id).status == "in_progress"
    assert interactions.cancel(created.id).status == "cancelled"
    assert server.requests[-1].body == b""
    assert interactions.delete(created.id) is None
    with pytest.raises(NotFoundError) as caught:
        interactions.get(created.id)
    assert caught.value.status == 404


@pytest.mark.parametrize("answer", ["object", "empty", "no_content"])
def test_delete_does_not_mind_how_it_is_answered(
    make_interactions_server: Any, client: Any, answer: str
) -> None:
    server = make_interactions_server(delete_answer=answer)
    interactions = client(server).interactions
    for _ in range(3):
        created = interactions.create(model=MODEL, input="x")
        assert interactions.delete(created.id) is None
        raw = interactions.with_raw_response
        created = interactions.create(model=MODEL, input="x")
        assert raw.delete(created.id).status == (204 if answer == "no_content" else 200)


def test_the_raw_response_of_every_operation(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = background(server, interactions)
    server.faults.add("header", name="x-request-id", value="r-7", hits=0)
    raw = interactions.with_raw_response
    for answer in (raw.get(created.id), raw.cancel(created.id), raw.delete(created.id)):
        assert (answer.status, answer.request_id) == (200, "r-7")
        assert answer.parse() is answer.value
    with raw.create(model=MODEL, input="x", stream=True).value as stream:
        assert stream.until_done().status == "completed"


def test_include_input(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = interactions.create(model=MODEL, input="Hello.")
    whole = interactions.get(created.id, include_input=True)
    assert server.requests[-1].raw_query == "include_input=true"
    assert whole.steps[0].type == "user_input"
    interactions.get(created.id, include_input=None)
    assert server.requests[-1].raw_query == ""


def test_a_parameter_that_the_revision_lacks_is_refused(
    server: InteractionsServer, client: Any
) -> None:
    interactions = client(server).interactions
    refused: list[tuple[str, Any]] = [("inputs", True), ("include_input", 1), ("extra_body", {})]
    for name, value in refused:
        with pytest.raises(InvalidRequestError, match=name):
            interactions.get("x", **{name: value})
    assert server.requests == []


@pytest.mark.parametrize("operation", ["cancel", "delete", "wait"])
@pytest.mark.parametrize(
    ("argument", "hint"),
    [("timeot", "timeout"), ("extra_header", "extra_headers"), ("resume", ""), ("stream", "")],
)
def test_an_unknown_argument_is_named(
    server: InteractionsServer, client: Any, operation: str, argument: str, hint: str
) -> None:
    with pytest.raises(InvalidRequestError, match=f"no argument '{argument}'") as caught:
        getattr(client(server).interactions, operation)("x", **{argument: 1})
    assert hint in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("argument", "hint"), [("include_inptu", "include_input"), ("timeot", "timeout")]
)
def test_get_suggests_what_was_meant(
    server: InteractionsServer, client: Any, argument: str, hint: str
) -> None:
    with pytest.raises(InvalidRequestError, match=f"{argument} .*did you mean {hint}"):
        client(server).interactions.get("x", **{argument: 1})
    assert server.requests == []


def test_cancel_of_what_is_over(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = interactions.create(model=MODEL, input="x")
    with pytest.raises(BadRequestError, match="only running ones"):
        interactions.cancel(created.id)


def test_a_cancel_whose_answer_was_lost_did_its_work(
    server: InteractionsServer, client: Any
) -> None:
    interactions = client(server).interactions
    created = background(server, interactions)
    # The answer is lost, not the work: the server runs the operation before the head.
    server.faults.add("head-only", on="cancel", reset=True)
    assert interactions.cancel(created.id).status == "cancelled"
    assert [r.operation for r in server.requests] == ["create", "cancel", "cancel", "get"]


def test_a_cancel_that_is_refused_keeps_its_error(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = background(server, interactions)
    server.faults.add("no-response", on="cancel")
    server.faults.add("error", on="cancel", nth=2, status=400)
    with pytest.raises(BadRequestError) as caught:
        interactions.cancel(created.id)
    assert caught.value.maybe_done
    server.faults.clear()
    server.faults.add("error", on="cancel", status=404, message="Method not found.")
    with pytest.raises(NotFoundError, match="Method not found"):
        interactions.cancel(created.id)


def test_a_delete_whose_answer_was_lost_did_its_work(
    server: InteractionsServer, client: Any
) -> None:
    interactions = client(server).interactions
    created = interactions.create(model=MODEL, input="x")
    server.faults.add("head-only", on="delete", reset=True)
    assert interactions.delete(created.id) is None
    assert [r.status for r in server.requests if r.method == "DELETE"] == [200, 404]
    with pytest.raises(NotFoundError):
        interactions.delete(created.id)
    raw = interactions.with_raw_response
    created = interactions.create(model=MODEL, input="x")
    server.faults.add("head-only", on="delete", reset=True)
    assert raw.delete(created.id).status == 404
