"""URLs: every backend, place, operation and revision, written out; and ids that fight back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions._core.routing import Router, path_segment
from gemini_interactions._core.settings import Settings
from gemini_interactions.errors import ConfigurationError, InvalidRequestError
from gemini_interactions_types._support.routes import Parameter, Route

LAUNCH, LEGACY, CURRENT = REVISIONS

# --- the matrix ----------------------------------------------------------------------------

CLIENTS: dict[str, dict[str, Any]] = {
    "gemini": {"api_key": "k"},
    "gemini-bearer": {"credentials": lambda: "t"},
    "vertex": {"project": "p"},
    "vertex-global": {"project": "p", "location": "global"},
    "vertex-us": {"project": "p", "location": "us"},
    "vertex-eu": {"project": "p", "location": "eu", "credentials": lambda: "t"},
    "vertex-region": {"project": "p", "location": "us-central1"},
    "vertex-key": {"vertexai": True, "api_key": "k", "project": "p", "location": "eu"},
    "express": {"vertexai": True, "api_key": "k"},
    "scoped": {"project": "p", "vertex_paths": "scoped"},
    "unscoped": {"project": "p", "location": "eu", "vertex_paths": "unscoped"},
    "unscoped-no-project": {"vertexai": True, "vertex_paths": "unscoped"},
    "gateway": {"vertexai": True, "base_url": "https://gw.example/ai/"},
    "gateway-project": {"project": "p", "location": "eu", "base_url": "https://gw.example/ai/"},
}

# Which client and host; then operation, revisions, path. The id is "i1".
URLS = """
gemini https://generativelanguage.googleapis.com
    create all     /v1beta/interactions
    get    all     /v1beta/interactions/i1
    cancel all     /v1beta/interactions/i1/cancel
    delete all     /v1beta/interactions/i1
gemini-bearer https://generativelanguage.googleapis.com
    create all     /v1beta/interactions
    get    all     /v1beta/interactions/i1
    cancel all     /v1beta/interactions/i1/cancel
    delete all     /v1beta/interactions/i1
vertex https://aiplatform.googleapis.com
    create all     /v1beta1/projects/p/locations/global/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/global/interactions/i1
    cancel later   /v1beta1/projects/p/locations/global/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/global/interactions/i1
vertex-global https://aiplatform.googleapis.com
    create all     /v1beta1/projects/p/locations/global/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/global/interactions/i1
    cancel later   /v1beta1/projects/p/locations/global/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/global/interactions/i1
vertex-us https://aiplatform.us.rep.googleapis.com
    create all     /v1beta1/projects/p/locations/us/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/us/interactions/i1
    cancel later   /v1beta1/projects/p/locations/us/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/us/interactions/i1
vertex-eu https://aiplatform.eu.rep.googleapis.com
    create all     /v1beta1/projects/p/locations/eu/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/eu/interactions/i1
    cancel later   /v1beta1/projects/p/locations/eu/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/eu/interactions/i1
vertex-region https://us-central1-aiplatform.googleapis.com
    create all     /v1beta1/projects/p/locations/us-central1/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/us-central1/interactions/i1
    cancel later   /v1beta1/projects/p/locations/us-central1/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/us-central1/interactions/i1
vertex-key https://aiplatform.eu.rep.googleapis.com
    create all     /v1beta1/projects/p/locations/eu/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/eu/interactions/i1
    cancel later   /v1beta1/projects/p/locations/eu/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/eu/interactions/i1
express https://aiplatform.googleapis.com
    create all     /v1beta1/interactions
    get    all     /v1beta1/interactions/i1
    cancel all     /v1beta1/interactions/i1/cancel
    delete all     /v1beta1/interactions/i1
scoped https://aiplatform.googleapis.com
    create all     /v1beta1/projects/p/locations/global/interactions
    get    all     /v1beta1/projects/p/locations/global/interactions/i1
    cancel all     /v1beta1/projects/p/locations/global/interactions/i1/cancel
    delete all     /v1beta1/projects/p/locations/global/interactions/i1
unscoped https://aiplatform.eu.rep.googleapis.com
    create all     /v1beta1/interactions
    get    all     /v1beta1/interactions/i1
    cancel all     /v1beta1/interactions/i1/cancel
    delete all     /v1beta1/interactions/i1
unscoped-no-project https://aiplatform.googleapis.com
    create all     /v1beta1/interactions
    get    all     /v1beta1/interactions/i1
    cancel all     /v1beta1/interactions/i1/cancel
    delete all     /v1beta1/interactions/i1
gateway https://gw.example/ai
    create all     /v1beta1/interactions
    get    all     /v1beta1/interactions/i1
    cancel all     /v1beta1/interactions/i1/cancel
    delete all     /v1beta1/interactions/i1
gateway-project https://gw.example/ai
    create all     /v1beta1/projects/p/locations/eu/interactions
    get    launch  /v1beta1/interactions/i1
    cancel launch  /v1beta1/interactions/i1/cancel
    delete launch  /v1beta1/interactions/i1
    get    later   /v1beta1/projects/p/locations/eu/interactions/i1
    cancel later   /v1beta1/projects/p/locations/eu/interactions/i1/cancel
    delete later   /v1beta1/projects/p/locations/eu/interactions/i1
"""

WHEN = {"all": REVISIONS, "launch": (LAUNCH,), "later": (LEGACY, CURRENT)}


def rows() -> Iterator[tuple[str, str, str, str]]:
    client = host = ""
    for line in URLS.strip().splitlines():
        if not line.startswith(" "):
            client, host = line.split()
            continue
        operation, when, path = line.split()
        for revision in WHEN[when]:
            yield client, operation, revision, host + path


def url_of(
    operation: str,
    revision: str = CURRENT,
    *,
    id: object = "i1",
    query: dict[str, object] | None = None,
    extra_query: dict[str, object] | None = None,
    **client: Any,
) -> str:
    bindings = bindings_of(revision)
    router = Router.of(bindings.backends, Settings.resolve(environ={}, **client))
    return router.url(
        bindings.routes[f"interactions.{operation}"],
        path={} if operation == "create" else {"id": id},
        query=query,
        extra_query=extra_query,
    )


@pytest.mark.parametrize(("client", "operation", "revision", "expected"), list(rows()))
def test_every_url(client: str, operation: str, revision: str, expected: str) -> None:
    assert url_of(operation, revision, **CLIENTS[client]) == expected


def test_the_table_is_whole() -> None:
    covered = {row[:3] for row in rows()}
    operations = ("create", "get", "cancel", "delete")
    assert covered == {(c, o, r) for c in CLIENTS for o in operations for r in REVISIONS}


# --- base URLs and versions ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("base_url", "api_version", "expected"),
    [
        ("http://127.0.0.1:8080", None, "http://127.0.0.1:8080/v1beta/interactions"),
        ("http://127.0.0.1:8080/", None, "http://127.0.0.1:8080/v1beta/interactions"),
        ("http://[::1]:8080/", None, "http://[::1]:8080/v1beta/interactions"),
        ("https://gw.example/a/b", None, "https://gw.example/a/b/v1beta/interactions"),
        ("https://gw.example/a/b//", None, "https://gw.example/a/b/v1beta/interactions"),
        ("https://gw.example//a//b", None, "https://gw.example/a/b/v1beta/interactions"),
        ("https://gw.example/v1beta", None, "https://gw.example/v1beta/interactions"),
        ("https://gw.example/v1beta/", None, "https://gw.example/v1beta/interactions"),
        ("https://gw.example/a/v1beta/", None, "https://gw.example/a/v1beta/interactions"),
        ("https://gw.example/v1alpha", None, "https://gw.example/v1alpha/interactions"),
        ("https://gw.example/v1", None, "https://gw.example/v1/interactions"),
        ("https://gw.example/v1", "v1", "https://gw.example/v1/interactions"),
        ("https://gw.example/v1", "v1beta", "https://gw.example/v1/v1beta/interactions"),
        ("https://gw.example/a", "2026-05-20", "https://gw.example/a/2026-05-20/interactions"),
        ("https://gw.example/a", "", "https://gw.example/a/interactions"),
        ("https://gw.example/v1", "", "https://gw.example/v1/interactions"),
        ("https://gw.example", "", "https://gw.example/interactions"),
        ("https://v1", None, "https://v1/v1beta/interactions"),
        ("https://gw.example/vertex", None, "https://gw.example/vertex/v1beta/interactions"),
        ("https://gw.example/{id}%7Bid", None, "https://gw.example/{id}%7Bid/v1beta/interactions"),
        (None, "v1", "https://generativelanguage.googleapis.com/v1/interactions"),
    ],
)
def test_base_url_and_version(base_url: str | None, api_version: str | None, expected: str) -> None:
    assert url_of("create", api_key="k", base_url=base_url, api_version=api_version) == expected


def test_a_base_url_at_google_is_used_as_it_is() -> None:
    url = url_of("create", project="p", base_url="https://psc-aiplatform.p.googleapis.com")
    assert url == (
        "https://psc-aiplatform.p.googleapis.com/v1beta1/projects/p/locations/global/interactions"
    )


@pytest.mark.parametrize(
    ("location", "warns"),
    [("global", False), ("us", False), ("eu", False), ("us-central1", True), ("asia", True)],
)
def test_a_region_is_a_warning(
    location: str, warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        url_of("create", project="p", location=location)
    assert (location in caplog.text) is warns


def test_a_place_that_is_not_used_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        url_of("create", api_key="k")
        url_of("create", project="p", location="asia", base_url="https://gw.example")
    assert not caplog.text


def test_no_route_before_the_project_is_known() -> None:
    settings = Settings.resolve(environ={}, vertexai=True)
    with pytest.raises(ConfigurationError, match="project is not known yet"):
        Router.of(bindings_of().backends, settings)


# --- ids -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "segment"),
    [
        ("v1_Abc-9.~", "v1_Abc-9.~"),
        ("a/b", "a%2Fb"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("../../x", "..%2F..%2Fx"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("...", "..."),
        (" ", "%20"),
        ("a%2Fb", "a%252Fb"),
        ("{project}", "%7Bproject%7D"),
        ("i:cancel", "i%3Acancel"),
        ("a\r\nHost: x", "a%0D%0AHost%3A%20x"),
        ("\N{SNOWMAN}", "%E2%98%83"),
    ],
)
def test_an_id_is_one_segment(id: str, segment: str) -> None:
    base = "https://generativelanguage.googleapis.com/v1beta/interactions"
    assert url_of("get", id=id, api_key="k") == f"{base}/{segment}"
    assert url_of("cancel", id=id, api_key="k") == f"{base}/{segment}/cancel"


@example("..").via("dots")
@example("%2e%2E/").via("encoded already")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_id_comes_back_whole(id: str) -> None:
    url = url_of("cancel", id=id, project="p")
    segments = urlsplit(url).path.split("/")
    assert segments[:-2] == [
        "",
        *("v1beta1", "projects", "p", "locations", "global", "interactions"),
    ]
    assert (unquote(segments[-2]), segments[-1]) == (id, "cancel")
    assert segments[-2] not in (".", "..")
    assert url.isascii()
    assert not {*"?#\\ \t\r\n"} & {*url}


@pytest.mark.parametrize(
    ("id", "problem"),
    [
        ("", "id is empty"),
        (None, "id must be a string, got NoneType"),
        (7, "id must be a string, got int"),
        (b"i", "id must be a string, got bytes"),
        ("\ud800", "id is not valid Unicode"),
    ],
)
def test_what_is_no_id(id: object, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{problem}$"):
        path_segment("id", id)
    with pytest.raises(InvalidRequestError, match=problem):
        url_of("get", id=id, api_key="k")


# --- the query -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "extra", "expected"),
    [
        ({}, {}, ""),
        ({"stream": None, "last_event_id": None}, {}, ""),
        ({"stream": True}, {}, "?stream=true"),
        ({"stream": False}, {}, "?stream=false"),
        (
            {"stream": True, "last_event_id": "a+b/c="},
            {},
            "?stream=true&last_event_id=a%2Bb%2Fc%3D",
        ),
        ({"include_input": True}, {}, "?include_input=true"),
        ({"last_event_id": ""}, {}, "?last_event_id="),
        ({}, {"a": [1, 2.5, "x y", True, None]}, "?a=1&a=2.5&a=x%20y&a=true"),
        ({}, {"a": [], "b": ()}, ""),
        ({"stream": True}, {"stream": False}, "?stream=false"),
        ({"stream": True}, {"stream": None}, ""),
        ({"stream": True}, {"alt": "sse"}, "?stream=true&alt=sse"),
        ({}, {"a&b=c": "&=#?"}, "?a%26b%3Dc=%26%3D%23%3F"),
    ],
)
def test_query(query: dict[str, object], extra: dict[str, object], expected: str) -> None:
    url = url_of("get", api_key="k", query=query, extra_query=extra)
    assert url == f"https://generativelanguage.googleapis.com/v1beta/interactions/i1{expected}"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_cursor_comes_back_whole(cursor: str) -> None:
    query = urlsplit(url_of("get", api_key="k", query={"last_event_id": cursor})).query
    assert parse_qsl(query, keep_blank_values=True) == [("last_event_id", cursor)]


@pytest.mark.parametrize(
    ("revision", "query", "extra", "problem"),
    [
        (LAUNCH, {"include_input": True}, {}, "has no parameter include_input in this revision"),
        (CURRENT, {"strean": True}, {}, "interactions.get has no parameter strean"),
        (CURRENT, {"stream": "true"}, {}, "stream must be bool, got str"),
        (CURRENT, {"stream": 1}, {}, "stream must be bool, got int"),
        (CURRENT, {"last_event_id": 3}, {}, "last_event_id must be str, got int"),
        (CURRENT, {}, {"a": {"b": 1}}, "query parameter a cannot be sent: it is a dict"),
        (CURRENT, {}, {"a": [[1]]}, "query parameter a cannot be sent: it is a list"),
        (CURRENT, {}, {"a": "\ud800"}, "not valid Unicode"),
    ],
)
def test_what_is_no_query(
    revision: str, query: dict[str, object], extra: dict[str, object], problem: str
) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        url_of("get", revision, api_key="k", query=query, extra_query=extra)


def test_a_number_is_a_number() -> None:
    size = Parameter(name="size", kind="integer")
    route = Route(
        operation="things.list",
        method="GET",
        paths={"gemini": "/{api_version}/things"},
        vertex_default="vertex",
        query=(size,),
    )
    router = Router(root="https://h", version="v1", backend="gemini")
    assert router.url(route, query={"size": 10}) == "https://h/v1/things?size=10"
    for wrong in (True, 1.5, "10"):
        with pytest.raises(InvalidRequestError, match="size must be int"):
            router.url(route, query={"size": wrong})


@pytest.mark.parametrize("operation", ["create", "get", "cancel", "delete"])
@pytest.mark.parametrize("revision", REVISIONS)
def test_alt_is_never_ours(operation: str, revision: str) -> None:
    query: dict[str, object] = {"stream": True} if operation == "get" else {}
    assert "alt" not in url_of(operation, revision, api_key="k", query=query)
