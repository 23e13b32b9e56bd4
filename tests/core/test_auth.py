"""Headers: every backend, credential and revision, written out; refreshing; and nothing leaks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions._core import auth
from gemini_interactions._core.auth import (
    ApiKey,
    Bearer,
    Credential,
    GoogleCredentials,
    NoCredentials,
    as_credential,
    brings_credentials,
    merged,
    redacted,
    redacted_url,
    request_headers,
    same_origin,
    without_credentials,
)
from gemini_interactions._core.settings import Settings
from gemini_interactions.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
)

LAUNCH, LEGACY, CURRENT = REVISIONS


class FakeGoogle:
    """As google-auth's objects are: valid for as many uses as it is told."""

    def __init__(self, quota: str | None = None, *, valid: bool = True) -> None:
        self.valid = valid
        self.token: str | None = "T0" if valid else None
        self.quota_project_id = quota
        self.refreshed_over: list[object] = []

    def refresh(self, request: object) -> None:
        self.refreshed_over.append(request)
        self.token = f"T{len(self.refreshed_over)}"
        self.valid = True


def headers_of(
    revision: str | None = CURRENT,
    *,
    environ: dict[str, str] | None = None,
    extra: dict[str, str | None] | None = None,
    defaults: dict[str, str | None] | None = None,
    **client: Any,
) -> dict[str, str]:
    settings = Settings.resolve(environ=environ or {}, **client)
    header = revision and bindings_of(revision).header
    return request_headers(settings, revision=header, extra=extra, defaults=defaults)


# --- the matrix ----------------------------------------------------------------------------

VERTEX: dict[str, Any] = {"vertexai": True, "project": "p"}
QUOTA: dict[str, Any] = {"quota_project": "set"}
CLIENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "gemini-key": lambda: {"api_key": "K"},
    "gemini-bearer": lambda: {"credentials": lambda: "T"},
    "gemini-google": lambda: {"credentials": FakeGoogle("own")},
    "gemini-nobody": lambda: {"base_url": "http://localhost:1"},
    "gemini-key-quota": lambda: {**QUOTA, "api_key": "K"},
    "vertex-bearer": lambda: {**VERTEX, "credentials": lambda: "T"},
    "vertex-google": lambda: {**VERTEX, "credentials": FakeGoogle()},
    "vertex-google-own": lambda: {**VERTEX, "credentials": FakeGoogle("own")},
    "vertex-google-set": lambda: {**VERTEX, **QUOTA, "credentials": FakeGoogle("own")},
    "vertex-bearer-set": lambda: {**VERTEX, **QUOTA, "credentials": lambda: "T"},
    "vertex-key": lambda: {**VERTEX, "api_key": "K"},
    "express": lambda: {"vertexai": True, "api_key": "K"},
    "vertex-nobody": lambda: {"vertexai": True, "base_url": "http://localhost:1"},
}

# What is sent beside Api-Revision, which the launch revision does not know.
HEADERS = """
gemini-key          x-goog-api-key: K
gemini-bearer       Authorization: Bearer T
gemini-google       Authorization: Bearer T0 | x-goog-user-project: own
gemini-nobody
gemini-key-quota    x-goog-api-key: K | x-goog-user-project: set
vertex-bearer       Authorization: Bearer T
vertex-google       Authorization: Bearer T0
vertex-google-own   Authorization: Bearer T0 | x-goog-user-project: own
vertex-google-set   Authorization: Bearer T0 | x-goog-user-project: set
vertex-bearer-set   Authorization: Bearer T | x-goog-user-project: set
vertex-key          x-goog-api-key: K
express             x-goog-api-key: K
vertex-nobody
"""

REVISION_HEADERS: list[tuple[str, dict[str, str]]] = [
    (LAUNCH, {}),
    (LEGACY, {"Api-Revision": "2026-05-07"}),
    (CURRENT, {"Api-Revision": "2026-05-20"}),
]


def rows() -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for line in HEADERS.strip().splitlines():
        client, _, text = line.partition(" ")
        headers: dict[str, str] = {}
        for header in filter(None, text.strip().split(" | ")):
            name, value = header.split(": ")
            headers[name] = value
        found.append((client, headers))
    return found


@pytest.mark.parametrize(("revision", "revision_header"), REVISION_HEADERS)
@pytest.mark.parametrize(("client", "expected"), rows())
def test_every_header(
    client: str, expected: dict[str, str], revision: str, revision_header: dict[str, str]
) -> None:
    assert headers_of(revision, **CLIENTS[client]()) == {**expected, **revision_header}


def test_the_table_is_whole() -> None:
    assert [client for client, _ in rows()] == list(CLIENTS)


# --- who wins ------------------------------------------------------------------------------

OVERRIDES: list[tuple[dict[str, str | None], dict[str, str]]] = [
    # the call's headers -> what is sent, by a client with a token and a quota project
    ({}, {"Authorization": "Bearer T0", "x-goog-user-project": "own", "Api-Revision": CURRENT}),
    (
        {"api-revision": "mine", "X-GOOG-USER-PROJECT": "mine"},
        {"Authorization": "Bearer T0", "X-GOOG-USER-PROJECT": "mine", "api-revision": "mine"},
    ),
    (
        {"Api-Revision": None, "X-Goog-User-Project": None},
        {"Authorization": "Bearer T0"},
    ),
    ({"authorization": "Basic x"}, {"authorization": "Basic x", "Api-Revision": CURRENT}),
    ({"X-Goog-Api-Key": "mine"}, {"X-Goog-Api-Key": "mine", "Api-Revision": CURRENT}),
    ({"authorization": None}, {"x-goog-user-project": "own", "Api-Revision": CURRENT}),
    (
        {"x-goog-api-key": None},
        {"Authorization": "Bearer T0", "x-goog-user-project": "own", "Api-Revision": CURRENT},
    ),
]


@pytest.mark.parametrize(("caller", "expected"), OVERRIDES)
def test_the_caller_wins(caller: dict[str, str | None], expected: dict[str, str]) -> None:
    google = FakeGoogle("own")
    assert headers_of(credentials=google, extra=caller) == expected
    assert headers_of(credentials=google, headers=caller) == expected
    assert headers_of(credentials=google, http_options={"headers": caller}) == expected


def test_the_call_wins_over_the_client_and_both_over_defaults() -> None:
    sent = headers_of(
        api_key="K",
        defaults={"Accept": "default", "User-Agent": "default", "X-A": "default"},
        headers={"accept": "client", "X-Goog-Api-Key": "client", "x-b": "client"},
        extra={"ACCEPT": "call", "X-B": None, "user-agent": None},
    )
    assert sent == {
        "ACCEPT": "call",
        "X-A": "default",
        "Api-Revision": CURRENT,
        "X-Goog-Api-Key": "client",
    }


def test_credentials_are_not_asked_in_vain() -> None:
    def never() -> str:
        raise AssertionError

    assert headers_of(None, credentials=never, extra={"Authorization": "x"}) == {
        "Authorization": "x"
    }


def test_a_token_is_asked_for_at_each_attempt() -> None:
    tokens = iter(["one", "bearer two"])
    settings = Settings.resolve(environ={}, credentials=lambda: next(tokens))
    sent = [request_headers(settings, revision=None) for _ in range(2)]
    assert sent == [{"Authorization": "Bearer one"}, {"Authorization": "Bearer two"}]


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ({"": "x"}, "extra_headers: '' is not the name"),
        ({"X\r\nA": "x"}, "is not the name of a header"),
        ({7: "x"}, "7 is not the name of a header"),
        ({"X-A": b"x"}, "X-A must be a string or None, got bytes"),
        ({"X-A": "x\r\nHost: evil"}, "X-A holds characters"),
        ({"X-A": "\N{SNOWMAN}"}, "X-A holds characters"),
        (["X-A"], "extra_headers must be a mapping, got list"),
    ],
)
def test_what_is_no_header(extra: Any, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        headers_of(api_key="K", extra=extra)


NAMES = st.sampled_from(["Accept", "accept", "X-A", "x-a", "X-B"])
LAYERS = st.lists(st.dictionaries(NAMES, st.none() | st.sampled_from(["1", "2"])))


@given(LAYERS)
def test_merging(layers: list[dict[str, str | None]]) -> None:
    found = merged(*layers)
    names = [name.lower() for name in found]
    assert len(names) == len({*names})
    pairs = [(name.lower(), value) for layer in layers for name, value in layer.items()]
    assert {name.lower(): value for name, value in found.items()} == dict(pairs)


# --- credentials ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("credential", "headers", "may_block"),
    [
        (NoCredentials(), {}, False),
        (ApiKey(" K\n"), {"x-goog-api-key": "K"}, False),
        (Bearer("T"), {"Authorization": "Bearer T"}, False),
        (Bearer("Bearer T"), {"Authorization": "Bearer T"}, False),
        (Bearer(lambda: "T"), {"Authorization": "Bearer T"}, True),
        (GoogleCredentials(FakeGoogle()), {"Authorization": "Bearer T0"}, False),
    ],
)
def test_credential(credential: Credential, headers: dict[str, str], may_block: bool) -> None:
    assert (credential.headers(), credential.may_block()) == (headers, may_block)
    assert isinstance(credential, Credential)
    assert as_credential(credential) is credential


async def coroutine() -> str:
    return "T"


class Tokenless(FakeGoogle):
    token = None

    def __init__(self) -> None:
        self.valid = True


def bearer(token: Any) -> Bearer:
    return Bearer(token)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: ApiKey(""), "the API key is empty"),
        (lambda: Bearer(" "), "the access token is empty"),
        (lambda: Bearer("Bearer "), "the access token is empty"),
        (lambda: Bearer("a\r\nb"), "the access token holds blanks"),
        (lambda: bearer(7), "the access token must be a string, got int"),
        (lambda: bearer(coroutine), "must not be async"),
        (lambda: Bearer(lambda: "").headers(), "the access token is empty"),
        (lambda: bearer(lambda: None).headers(), "must be a string, got NoneType"),
        (lambda: GoogleCredentials(Tokenless()).headers(), "must be a string, got NoneType"),
    ],
)
def test_what_is_no_secret(make: Callable[[], object], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        make()


def test_a_credential_of_ones_own() -> None:
    class Signed:
        def headers(self) -> dict[str, str]:
            return {"X-Signature": "s"}

        def may_block(self) -> bool:
            return False

    assert headers_of(None, credentials=Signed()) == {"X-Signature": "s"}


# --- google-auth ---------------------------------------------------------------------------


def test_refreshed_when_not_valid_and_only_then() -> None:
    google = FakeGoogle(valid=False)
    credential = GoogleCredentials(google, transport=lambda: "transport")
    assert credential.may_block()
    assert credential.headers() == credential.headers() == {"Authorization": "Bearer T1"}
    assert not credential.may_block()
    google.valid = False
    assert credential.headers() == {"Authorization": "Bearer T2"}
    assert google.refreshed_over == ["transport", "transport"]


def test_many_threads_refresh_once() -> None:
    class Slow(FakeGoogle):
        def refresh(self, request: object) -> None:
            time.sleep(0.02)
            super().refresh(request)

    google = Slow(valid=False)
    credential = GoogleCredentials(google, transport=object)
    start = threading.Barrier(8)

    def headers(_: int) -> dict[str, str]:
        start.wait()
        return credential.headers()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(headers, range(8)))
    assert found == [{"Authorization": "Bearer T1"}] * 8
    assert len(google.refreshed_over) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_during_a_refresh_does_not_block_the_child() -> None:
    # In a fresh interpreter: here, pytest's own threads would make the fork a warning.
    script = """
import os, threading
from gemini_interactions._core.auth import GoogleCredentials
refreshing, done = threading.Event(), threading.Event()
class Google:
    valid, token, quota_project_id, parent = False, "T", None, os.getpid()
    def refresh(self, request):
        if os.getpid() == self.parent:
            refreshing.set()
            done.wait(20)
credential = GoogleCredentials(Google(), transport=object)
threading.Thread(target=credential.headers).start()
refreshing.wait(20)
child = os.fork()
if child == 0:
    credential.headers()
    os._exit(7)
status = os.waitpid(child, 0)[1]
done.set()
print(os.waitstatus_to_exitcode(status))
"""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.stdout.strip() == "7"


def test_a_key_without_a_scope_gets_one() -> None:
    class Unscoped(FakeGoogle):
        requires_scopes = True

        def with_scopes(self, scopes: list[str]) -> FakeGoogle:
            assert scopes == ["https://www.googleapis.com/auth/cloud-platform"]
            return FakeGoogle("scoped")

    assert GoogleCredentials(Unscoped()).headers()["x-goog-user-project"] == "scoped"


def test_real_credentials_of_google_auth() -> None:
    credentials = pytest.importorskip("google.oauth2.credentials")
    google = credentials.Credentials("ya29.real", quota_project_id="own")
    assert headers_of(None, credentials=google) == {
        "Authorization": "Bearer ya29.real",
        "x-goog-user-project": "own",
    }


def test_default_credentials_are_looked_for_once_and_late(monkeypatch: pytest.MonkeyPatch) -> None:
    google_auth = pytest.importorskip("google.auth")
    calls: list[object] = []

    def default(*, scopes: list[str]) -> tuple[FakeGoogle, str]:
        calls.append(scopes)
        return FakeGoogle("own"), "adc-project"

    monkeypatch.setattr(google_auth, "default", default)
    pending = Settings.resolve(environ={}, vertexai=True)
    assert calls == []
    assert pending.credential.may_block()
    assert isinstance(pending.credential, GoogleCredentials)
    settings = pending.with_project(pending.credential.project())
    assert settings.project == "adc-project"
    assert request_headers(settings, revision=None) == {
        "Authorization": "Bearer T0",
        "x-goog-user-project": "own",
    }
    assert calls == [["https://www.googleapis.com/auth/cloud-platform"]]


def test_no_default_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    google_auth = pytest.importorskip("google.auth")

    def default(*, scopes: list[str]) -> None:
        raise google_auth.exceptions.DefaultCredentialsError("none here")

    monkeypatch.setattr(google_auth, "default", default)
    with pytest.raises(ConfigurationError, match=r"gcloud auth .* google-auth says: none here"):
        headers_of(project="p")


def test_without_google_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*filter(lambda name: name.startswith("google.auth"), sys.modules), "google.auth"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r'pip install "gemini-interactions\[vertex\]"'):
        headers_of(project="p")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("TransportError", ("no route to host",), ConnectionFailedError),
        ("RefreshError", ("invalid_grant", {"refresh_token": "s3cr3t"}), AuthenticationError),
        ("RefreshError", (), AuthenticationError),
    ],
)
def test_a_refresh_that_fails(
    name: str, arguments: tuple[object, ...], expected: type[Exception]
) -> None:
    exceptions = pytest.importorskip("google.auth.exceptions")

    class Failing(FakeGoogle):
        def refresh(self, request: object) -> None:
            raise getattr(exceptions, name)(*arguments)

    with pytest.raises(expected, match="credentials could not be refreshed") as caught:
        GoogleCredentials(Failing(valid=False), transport=object).headers()
    assert "s3cr3t" not in f"{caught.value} {caught.value!r}"
    if isinstance(caught.value, ConnectionFailedError):
        assert not caught.value.sent


def test_a_failure_that_google_calls_passing_is_one() -> None:
    exceptions = pytest.importorskip("google.auth.exceptions")

    class Failing(FakeGoogle):
        def refresh(self, request: object) -> None:
            raise exceptions.RefreshError("503", retryable=True)

    with pytest.raises(ConnectionFailedError):
        GoogleCredentials(Failing(valid=False), transport=object).headers()


class Answering:
    """Stands in for a urllib3 pool; says which one was asked."""

    asked: list[tuple[str, str]]

    def __init__(self, *arguments: str, proxy_headers: dict[str, str] | None = None) -> None:
        self.name = f"{arguments} {proxy_headers}" if arguments else "direct"

    def request(self, method: str, url: str, **_: object) -> object:
        self.asked.append((self.name, url))
        return object()


def test_the_proxy_is_for_tokens_and_not_for_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("google.auth.transport.urllib3")
    Answering.asked = []
    monkeypatch.setattr("urllib3.PoolManager", Answering)
    monkeypatch.setattr("urllib3.ProxyManager", Answering)
    for proxy in (None, "http://proxy:3128", "http://us%40er:pw@proxy:3128"):
        transport: Any = auth.google_transport(proxy)
        transport("https://oauth2.googleapis.com/token", method="POST")
        transport("http://metadata.google.internal/token")
    direct = ("direct", "http://metadata.google.internal/token")
    token = "https://oauth2.googleapis.com/token"
    authorized = {"proxy-authorization": "Basic dXNAZXI6cHc="}
    assert Answering.asked == [
        *(("direct", token), direct),
        *((f"{('http://proxy:3128',)} {None}", token), direct),
        *((f"{('http://us%40er:pw@proxy:3128',)} {authorized}", token), direct),
    ]


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    script = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "import importlib.util as u, types\n"
        # The package's own __init__ may import more than these modules do.
        "package = types.ModuleType('gemini_interactions')\n"
        "package.__path__ = [sys.argv[1]]\n"
        "sys.modules['gemini_interactions'] = package\n"
        "from gemini_interactions._core import auth, routing, settings\n"
        "heavy = {'urllib3', 'aiohttp', 'google.auth', 'gemini_interactions_types', 'ssl'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)))\n"
    )
    package = os.path.dirname(os.path.dirname(auth.__file__))
    command = [sys.executable, "-c", script, package]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# --- what must not be shown ----------------------------------------------------------------

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Goog-Api-Key"),
        *("x-api-key", "API_KEY", "apikey", "X-Auth-Token", "x-goog-iam-authorization-token"),
    ],
)
def test_secret_headers(name: str) -> None:
    headers = {name: SECRET, "x-goog-user-project": "p", "Api-Revision": CURRENT}
    shown = {"x-goog-user-project": "p", "Api-Revision": CURRENT}
    assert redacted(headers) == {name: "***", **shown}
    assert without_credentials(headers) == shown


def test_harmless_headers_stay() -> None:
    headers = {"Idempotency-Key": "1", "Content-Type": "a", "Retry-After": "1", "X-Gone": None}
    assert redacted(headers) == headers


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/p?a=1&last_event_id=x#f", "https://h/p?a=1&last_event_id=x#f"),
        ("https://h/p?key=S", "https://h/p?key=***"),
        ("https://h/p?a=1&KEY=S&b=2", "https://h/p?a=1&KEY=***&b=2"),
        ("https://h/p?%6bey=S", "https://h/p?%6bey=***"),
        ("https://h/p?+key=S", "https://h/p?+key=***"),
        ("https://h/p?api_key=S&apiKey=S", "https://h/p?api_key=***&apiKey=***"),
        ("https://h/p?access_token=S", "https://h/p?access_token=***"),
        ("https://h/p?X-Goog-Signature=S", "https://h/p?X-Goog-Signature=***"),
        ("https://h/p?key=S=S;S&a=1", "https://h/p?key=***&a=1"),
        ("https://h/p?a=1;key=S", "https://h/p?a=1;key=***"),
        ("https://h/p?a=1?key=S", "https://h/p?a=1?key=***"),
        ("https://h/p#access_token=S", "https://h/p#access_token=***"),
        ("https://u:S@h:1/p?key=S", "https://***@h:1/p?key=***"),
        ("https://u:S@S@h/", "https://***@h/"),
        ("//S@h/p", "//***@h/p"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://[::1", "https://[::1"),
        ("?key=S", "?key=***"),
        ("https://h/?monkey=1", "https://h/?monkey=1"),
        ("", ""),
    ],
)
def test_redacted_url(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


@given(st.text(), st.sampled_from(["key", "token", "%6Bey", "api_key", "access_token"]), st.text())
def test_a_key_never_shows(before: str, name: str, after: str) -> None:
    for mark in "?&":
        assert SECRET not in redacted_url(f"https://h/{before}?{mark}{name}={SECRET}&{after}")


def test_redaction_is_linear() -> None:
    started = time.perf_counter()
    redacted_url("https://h/?" + "a=1;" * 200_000)
    redacted_url("//" * 200_000 + "@" * 200_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "credential",
    [
        ApiKey(SECRET),
        Bearer(SECRET),
        Bearer(lambda: SECRET),
        GoogleCredentials(FakeGoogle(SECRET)),
        GoogleCredentials(),
        NoCredentials(),
    ],
)
def test_credentials_do_not_show(credential: object) -> None:
    assert SECRET not in f"{credential!r} {credential} {[credential]}"


@pytest.mark.parametrize(
    "fail",
    [
        lambda: ApiKey(f"{SECRET} {SECRET}"),
        lambda: Bearer(f"{SECRET}\n{SECRET}"),
        lambda: Bearer(lambda: f"{SECRET} {SECRET}").headers(),
        lambda: as_credential(SECRET),
        lambda: headers_of(api_key="K", extra={"Cookie": f"{SECRET}\n"}),
    ],
)
def test_errors_do_not_show(fail: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - any of ours
        fail()
    assert SECRET not in f"{caught.value!r} {caught.value}"


# --- redirects -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://h/other?q#f", True),
        ("https://h:443/", True),
        ("HTTPS://H/", True),
        ("https://u:p@h/", True),
        ("http://h/", False),
        ("http://h:443/", False),
        ("https://h:8443/", False),
        ("https://h.evil/", False),
        ("https://evil/h", False),
        ("https://h@evil/", False),
        ("https://h:port/", False),
        ("https://[::1", False),
        ("//h/", False),
        ("/relative", False),
        ("", False),
    ],
)
def test_same_origin(other: str, same: bool) -> None:
    assert same_origin("https://h/p", other) is same
    assert same_origin(other, "https://h/p") is same


def test_no_origin_is_not_the_same_as_none() -> None:
    assert not same_origin("", "")
    assert not same_origin("/a", "/a")
    assert not same_origin("https:///a", "https:///a")


def test_who_brings_credentials() -> None:
    assert brings_credentials({"AUTHORIZATION": "x"})
    assert brings_credentials({"X-Goog-Api-Key": "x"})
    assert not brings_credentials({"authorization": None, "x-goog-api-key": None, "cookie": "x"})
