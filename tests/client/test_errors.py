"""One tree of errors: its shape, its texts, the bodies it understands, its trips through pickle."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import (
    NotFoundError,
    RedirectRefusedError,
    RunState,
    ToolCall,
    UnexpectedAnswerError,
    errors,
)
from gemini_interactions._bindings import bindings_of
from gemini_interactions._core.dialogues.dialogue import Dialogue
from gemini_interactions.bridge import Loss
from gemini_interactions.errors import APIError, InteractionsError, ServerError, class_for
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, InteractionsError)
]


def create(client: Any, **arguments: Any) -> Any:
    return client.interactions.create(model=MODEL, input="Hello.", **arguments)


def failing(client: Any, server: InteractionsServer, body: object, status: int = 400) -> APIError:
    server.script_response(body, status=status)
    with pytest.raises(APIError) as caught:
        create(client(server))
    return caught.value


# --- the tree ------------------------------------------------------------------------------


def documented() -> dict[str, str]:
    """Class -> its base, as the picture in the module says."""
    above = ["InteractionsError"]
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]+)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            tree[found[2]] = above[depth - 1]
            above[depth:] = [found[2]]
    return tree


def test_the_documented_tree_is_the_real_one() -> None:
    real = {
        cls.__name__: next(b.__name__ for b in cls.__bases__ if issubclass(b, InteractionsError))
        for cls in CLASSES
        if cls is not InteractionsError
    }
    assert documented() == real


def test_builtin_bases_help_those_who_catch_them() -> None:
    assert issubclass(errors.InvalidRequestError, ValueError)
    assert issubclass(errors.ConfigurationError, ValueError)
    assert issubclass(errors.TimeoutExpiredError, TimeoutError)
    assert issubclass(errors.WaitTimeoutError, TimeoutError)


def test_all_of_them_are_public() -> None:
    import gemini_interactions

    assert {cls.__name__ for cls in CLASSES} <= set(gemini_interactions.__all__)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (None, "APIError"),
        (302, "RedirectRefusedError"),
        (400, "BadRequestError"),
        (418, "APIError"),
        (429, "RateLimitError"),
        (500, "ServerError"),
        (501, "NotImplementedByServiceError"),
        (599, "ServerError"),
    ],
)
def test_the_class_follows_the_status(status: int | None, name: str) -> None:
    assert class_for(status).__name__ == name


# --- copies --------------------------------------------------------------------------------


def example(cls: type[InteractionsError]) -> InteractionsError:
    interaction = bindings_of().types.Interaction(id="i", status="in_progress")
    values: dict[str, Any] = {
        "sent": True,
        "method": "GET",
        "url": "http://h/x",
        "limit": "idle",
        "status": 400,
        "code": "c",
        "details": [{"a": 1}],
        "request_id": "r",
        "headers": {"a": "b"},
        "body": {"error": {}},
        "content_type": "text/html",
        "interaction_id": "i",
        "last_event_id": "e",
        "interaction": interaction,
        "losses": [Loss("/config/logprobs", "it has no counterpart")],
        "tool": "look_up",
        "parameter": "word",
        "problems": [("word", "is missing")],
        "result": {"a": 1},
        "state": RunState(revision="2026-05-20", round=1, dialogue=Dialogue(), asked="x"),
        "pending": [ToolCall(round=1, index=0, id="c", name="f", arguments={"a": 1})],
        "event": bindings_of().types.UnknownEvent(tag="t", raw={}, problem=None),
    }
    init = cls.__init__
    parameters = inspect.signature(init).parameters if inspect.isfunction(init) else {}
    given = {name: value for name, value in values.items() if name in parameters}
    return cls("the message", **given)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_errors_survive_copies(cls: type[InteractionsError], copied: Any) -> None:
    error = example(cls)
    error.add_note("a note") if hasattr(error, "add_note") else None
    twin = copied(error)
    assert type(twin) is cls
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


def test_a_real_error_survives_a_pickle(server: InteractionsServer, client: Any) -> None:
    error = failing(client, server, {"error": {"code": "c", "message": "m"}}, 404)
    twin = pickle.loads(pickle.dumps(error))
    assert isinstance(twin, NotFoundError)
    assert twin.headers == error.headers


# --- texts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_is_one_line(cls: type[InteractionsError]) -> None:
    error = example(cls)
    error.args = ("one\ntwo\r\n  three",)
    vars(error).update({"message": "one\ntwo\r\n  three"} if hasattr(error, "message") else {})
    assert "one two three" in str(error)
    assert len(str(error).splitlines()) == 1


def test_the_text_names_what_matters(server: InteractionsServer, client: Any) -> None:
    server.faults.add("header", name="x-request-id", value="r-1")
    error = failing(client, server, {"error": {"code": "bad", "message": "No\nsuch thing."}})
    where = f"POST {server.url}/v1beta/interactions"
    assert str(error) == f"400 bad: No such thing. ({where}, request id r-1)"
    assert error.message == "No\nsuch thing."
    assert error.headers["x-request-id"] == "r-1"


# --- bodies --------------------------------------------------------------------------------

GOOGLE = {"code": 400, "message": "m", "status": "INVALID_ARGUMENT", "details": [{"@type": "t"}]}
BODIES: list[tuple[object, str | int | None, str, Any]] = [
    ({"error": {"code": "invalid_request", "message": "m"}}, "invalid_request", "m", None),
    ({"error": {"code": 400, "message": "m"}}, 400, "m", None),
    ({"error": GOOGLE}, 400, "m", [{"@type": "t"}]),
    ([{"error": GOOGLE}], 400, "m", [{"@type": "t"}]),
    ({"error": {"status": "INVALID_ARGUMENT", "message": "m"}}, "INVALID_ARGUMENT", "m", None),
    ({"error": "only text"}, None, "only text", None),
    ({"error": {"message": None}}, None, "the service gives no reason", None),
    ({"error": {"code": [1], "message": "m"}}, None, "m", None),
    ({"message": "elsewhere"}, None, '{"message":"elsewhere"}', None),
    (b"plain text", None, "plain text", None),
    (b"<html>\n<h1>Bad\xff</h1>", None, "<html> <h1>Bad\ufffd</h1>", None),
    (b"", None, "the answer has no body", None),
    (b"[]", None, "[]", None),
    (b"null", None, "null", None),
]


@pytest.mark.parametrize(("body", "code", "message", "details"), BODIES)
def test_bodies_of_all_shapes(
    server: InteractionsServer,
    client: Any,
    body: object,
    code: str | int | None,
    message: str,
    details: Any,
) -> None:
    error = failing(client, server, body)
    assert (error.status, error.code, error.message) == (400, code, message)
    assert error.details == details
    assert (error.method, error.url) == ("POST", f"{server.url}/v1beta/interactions")
    if not isinstance(body, bytes):
        assert error.body == body


def test_a_long_body_is_kept_whole_and_shown_in_part(
    server: InteractionsServer, client: Any
) -> None:
    page = b"<html>" + b"x" * 5000
    error = failing(client, server, page, 500)
    assert error.body == page.decode()
    assert len(error.message) < 250


@pytest.mark.parametrize("shape", ["object", "int-code", "google", "array", "text"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_shapes_of_the_server(
    server: InteractionsServer, client: Any, shape: str, stream: bool
) -> None:
    server.faults.add("error", status=403, shape=shape, message="Not you.")
    with pytest.raises(errors.PermissionDeniedError, match=r"403.*Not you"):
        create(client(server), stream=stream)


def test_an_error_with_a_good_status(server: InteractionsServer, client: Any) -> None:
    server.faults.add("json-array", code=503)
    with pytest.raises(ServerError) as caught:
        create(client(server))
    assert (caught.value.status, caught.value.code) == (503, 503)
    assert len(server.requests) == 1


def test_html_with_a_good_status(server: InteractionsServer, client: Any) -> None:
    server.faults.add("html")
    with pytest.raises(UnexpectedAnswerError, match=r"HTTP 200 with text/html.*DOCTYPE") as caught:
        create(client(server))
    assert caught.value.content_type == "text/html"


def test_json_that_breaks_off(server: InteractionsServer, client: Any) -> None:
    server.faults.add("broken-json")
    with pytest.raises(UnexpectedAnswerError, match="v1_broken"):
        create(client(server))


# --- redirects -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("operation", ["create", "stream", "get", "cancel", "delete"])
def test_no_redirect_is_followed(
    make_interactions_server: Any, client: Any, status: int, elsewhere: bool, operation: str
) -> None:
    server, other = make_interactions_server(), make_interactions_server()
    target = f"{other.url if elsewhere else server.url}/v1beta/interactions?token=hidden"
    server.faults.add("redirect", status=status, url=target, hits=0)
    made = client(server)
    calls: dict[str, Callable[[], Any]] = {
        "create": lambda: create(made),
        "stream": lambda: create(made, stream=True),
        "get": lambda: made.interactions.get("x"),
        "cancel": lambda: made.interactions.cancel("x"),
        "delete": lambda: made.interactions.delete("x"),
    }
    with pytest.raises(RedirectRefusedError, match=str(status)) as caught:
        calls[operation]()
    assert (len(server.requests), len(other.requests)) == (1, 0)
    host = target.split("/")[2]
    assert f"sent us to {host}, which is refused" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("", "nowhere"),
        ("/elsewhere", "another path"),
        ("//evil.example/x", "evil.example"),
        ("https://u:p@evil.example?x", "evil.example"),
    ],
)
def test_odd_locations(server: InteractionsServer, client: Any, location: str, shown: str) -> None:
    server.faults.add("redirect", url=location)
    with pytest.raises(RedirectRefusedError, match=f"sent us to {shown},"):
        create(client(server))


def test_the_cause_is_told_without_secrets(server: InteractionsServer, client: Any) -> None:
    made = client(server, api_key="sesame-key", retry=1)
    server.stop()
    with pytest.raises(errors.ConnectionFailedError) as caught:
        create(made)
    assert "sesame" not in "".join(traceback.format_exception(caught.value))
