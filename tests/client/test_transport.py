"""Sockets: deadlines that run out, proxies, where requests go on Vertex AI and with which token."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time as real_time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3

import gemini_interactions as genai
from gemini_interactions import (
    AuthenticationError,
    Clock,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    ServerError,
    Timeout,
    TimeoutExpiredError,
)
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


def create(client: Any, **arguments: Any) -> Any:
    return client.interactions.create(model=MODEL, input="Hello.", **arguments)


@pytest.fixture
def slow(client: Any, server: InteractionsServer) -> Iterator[Any]:
    """A client in real time."""
    yield lambda **arguments: client(server, clock=Clock(), **arguments)
    server.release()


# --- deadlines -----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["silent", "slow-head seconds=5"])
@pytest.mark.parametrize(
    ("timeout", "limit"),
    [
        (Timeout(idle=0.1), "idle"),
        (0.1, "total"),
        (Timeout(idle=0.1, total=9), "idle"),
        (Timeout(total=0.1), "total"),
    ],
)
def test_a_limit_runs_out_and_is_named(
    server: InteractionsServer, slow: Any, fault: str, timeout: Any, limit: str
) -> None:
    server.faults.parse(fault)
    with pytest.raises(TimeoutExpiredError) as caught:
        create(slow(), timeout=timeout)
    assert (caught.value.limit, caught.value.sent) == (limit, True)
    assert len(server.requests) == 1


def test_http_options_bring_milliseconds(server: InteractionsServer, slow: Any) -> None:
    server.faults.add("silent")
    with pytest.raises(TimeoutExpiredError) as caught:
        create(slow(http_options={"timeout": 100}))
    assert caught.value.limit == "total"


def test_a_call_overrides_the_client(server: InteractionsServer, slow: Any) -> None:
    server.faults.add("slow-head", seconds=0.2)
    assert create(slow(timeout=0.05), timeout=5).status == "completed"


def test_the_total_covers_a_body_that_drips(slow: Any) -> None:
    with dripping() as url, pytest.raises(TimeoutExpiredError) as caught:
        slow(base_url=url).interactions.get("x", timeout=0.3, retry=1)
    assert caught.value.limit == "total"


@contextmanager
def dripping() -> Iterator[str]:
    """A server whose body comes a byte at a time and never ends."""

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                real_time.sleep(0.01)

    with listening(serve) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def listening(serve: Any) -> Iterator[int]:
    """A raw server: `serve(connection)` in a thread for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join(5)


@contextmanager
def deaf() -> Iterator[str]:
    """A port that takes no more connections, and does not refuse them either."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        real_time.sleep(0.05)
        yield f"http://127.0.0.1:{address[1]}"
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(("timeout", "limit"), [(Timeout(connect=0.1), "connect"), (0.1, "total")])
def test_connecting_has_a_limit(slow: Any, timeout: Any, limit: str) -> None:
    with deaf() as url, pytest.raises(TimeoutExpiredError, match="nothing was sent") as caught:
        create(slow(base_url=url), timeout=timeout, retry=1)
    assert (caught.value.limit, caught.value.sent) == (limit, False)


def test_sending_has_a_limit_too(slow: Any) -> None:
    def ignore(connection: socket.socket) -> None:
        with connection:
            gate.wait(5)

    gate = threading.Event()
    with listening(ignore) as port:
        made = slow(base_url=f"http://127.0.0.1:{port}", retry=1)
        for timeout in (Timeout(connect=0.1), Timeout(total=0.1)):
            with pytest.raises(ConnectionFailedError) as caught:
                made.interactions.create(model=MODEL, input="x" * 20_000_000, timeout=timeout)
            assert caught.value.sent
        gate.set()


def test_the_total_covers_the_retries(server: InteractionsServer, client: Any, time: Any) -> None:
    server.faults.add("error", status=503, hits=0)
    with pytest.raises(ServerError):
        create(client(server, retry=1000), timeout=30)
    assert sum(time.pauses) < 30
    assert len(server.requests) == len(time.pauses) + 1 < 20


def test_a_token_that_takes_all_the_time(
    server: InteractionsServer, client: Any, time: Any
) -> None:
    def token() -> str:
        time.sleep(100)
        return "t"

    made = client(server, api_key=None, credentials=token)
    with pytest.raises(TimeoutExpiredError, match="nothing was sent") as caught:
        create(made, timeout=50)
    assert caught.value.limit == "total"
    assert server.requests == []


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", True, 1e300])
def test_a_timeout_that_makes_no_sense_is_refused(
    server: InteractionsServer, client: Any, timeout: Any
) -> None:
    with pytest.raises(ConfigurationError, match="positive number of seconds"):
        create(client(server), timeout=timeout)
    with pytest.raises(ConfigurationError, match="positive number of seconds"):
        Timeout(connect=timeout)
    assert server.requests == []


# --- proxies -------------------------------------------------------------------------------


class Proxy:
    """A small HTTP proxy: forwards what names a whole URL, tunnels after CONNECT."""

    def __init__(self, refuse: int = 0) -> None:
        self.heads: list[bytes] = []
        self.refuse = refuse

    def serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            self.heads.append(head)
            if self.refuse:
                connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self.refuse)
                return
            address = head.split(b" ")[1].removeprefix(b"http://").split(b"/")[0]
            host, _, port = address.decode().partition(":")
            with socket.create_connection((host, int(port)), timeout=5) as onward:
                if head.startswith(b"CONNECT"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    onward.sendall(self.local(head))
                back = threading.Thread(target=self.pump, args=(onward, connection), daemon=True)
                back.start()
                self.pump(connection, onward)
                back.join(5)

    def local(self, data: bytes) -> bytes:
        """A request as the server behind the proxy expects it: without the host in its path."""
        return re.sub(rb"(?<=^POST )http://[^/]*", b"", data)

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(self.local(data))
            sink.shutdown(socket.SHUT_WR)


def test_requests_go_through_the_proxy(server: InteractionsServer, client: Any) -> None:
    proxy = Proxy()
    with listening(proxy.serve) as port:
        with client(server, proxy=f"http://user:p%40ss@127.0.0.1:{port}/") as made:
            assert create(made).status == "completed"
            assert made.interactions.create(model=MODEL, input="x", stream=True).until_done()
        head = proxy.heads[0]
    assert head.startswith(f"POST {server.url}/v1beta/interactions ".encode())
    assert b"Basic " + base64.b64encode(b"user:p@ss") in head
    assert "proxy-authorization" in server.requests[0].headers  # forwarded by this simple proxy


def test_https_is_tunnelled(server: InteractionsServer, client: Any) -> None:
    proxy = Proxy()
    url = server.url.replace("http:", "https:")
    with listening(proxy.serve) as port:
        made = client(server, base_url=url, proxy=f"http://u:p@127.0.0.1:{port}", retry=1)
        with pytest.raises(ConnectionFailedError, match="TLS"):
            create(made)
        made.close()
        head = proxy.heads[0]
    assert head.startswith(b"CONNECT 127.0.0.1:")
    assert b"proxy-authorization: basic dtpw" in head.lower()
    assert b"test-key" not in head


def test_a_proxy_that_refuses_or_is_not_there(server: InteractionsServer, client: Any) -> None:
    proxy = Proxy(refuse=407)
    url = server.url.replace("http:", "https:")
    with listening(proxy.serve) as port:
        made = client(server, base_url=url, proxy=f"http://127.0.0.1:{port}", retry=1)
        with pytest.raises(ConnectionFailedError, match="the proxy fails") as caught:
            create(made)
    assert not caught.value.sent
    made = client(server, proxy=f"http://u:sesame@127.0.0.1:{port}", retry=1)
    with pytest.raises(ConnectionFailedError, match="nothing was sent") as caught:
        create(made)
    assert "sesame" not in str(caught.value)
    assert server.requests == []


@pytest.mark.sync_only
def test_proxy_and_pool_exclude_each_other(server: InteractionsServer, client: Any) -> None:
    with pytest.raises(ConfigurationError, match="proxy and pool"):
        client(server, proxy="http://127.0.0.1:1", pool=urllib3.PoolManager())


# --- Vertex AI -----------------------------------------------------------------------------

SCOPED = "/v1beta1/projects/p/locations/global/interactions"


def test_vertex_paths_over_the_wire(server: InteractionsServer, client: Any) -> None:
    made = client(server, vertexai=True, project="p", quota_project="q")
    created = create(made)
    made.interactions.get(created.id)
    made.interactions.delete(created.id)
    paths = [request.raw_path for request in server.requests]
    assert paths == [SCOPED, f"{SCOPED}/{created.id}", f"{SCOPED}/{created.id}"]
    assert all(r.headers["x-goog-user-project"] == "q" for r in server.requests)


def test_a_token_is_asked_for_at_every_attempt(server: InteractionsServer, client: Any) -> None:
    tokens = iter(["one", "two", "three"])
    made = client(server, api_key=None, credentials=lambda: next(tokens))
    server.faults.add("error", status=503, hits=2)
    create(made)
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer one", "Bearer two", "Bearer three"]
    assert "x-goog-api-key" not in server.requests[0].headers


class FakeGoogle:
    """The shape of a google-auth object."""

    project_id = "of-the-key"
    quota_project_id = "paying"

    def __init__(self) -> None:
        self.token: str | None = None
        self.valid = False
        self.refreshed = 0

    def refresh(self, request: object) -> None:
        self.refreshed += 1
        self.token, self.valid = f"token-{self.refreshed}", True


def test_google_credentials(server: InteractionsServer, client: Any) -> None:
    google = FakeGoogle()
    made = client(server, api_key=None, vertexai=True, project="p", credentials=google)
    create(made)
    create(made)
    google.valid = False
    create(made)
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert server.requests[0].headers["x-goog-user-project"] == "paying"
    assert server.requests[0].raw_path == SCOPED


def test_credentials_that_cannot_be_refreshed(
    server: InteractionsServer, client: Any, time: Any
) -> None:
    from google.auth import exceptions as google_exceptions

    exceptions: Any = google_exceptions
    google = FakeGoogle()
    problem: Exception = exceptions.RefreshError("invalid_grant")

    def fail(request: object) -> None:
        raise problem

    google.refresh = fail  # type: ignore[method-assign]
    made = client(server, api_key=None, vertexai=True, project="p", credentials=google)
    with pytest.raises(AuthenticationError, match="invalid_grant"):
        create(made)
    problem = exceptions.TransportError("no network")
    with pytest.raises(ConnectionFailedError, match=r"no network .nothing was sent") as caught:
        create(made)
    assert not caught.value.sent
    assert len(time.pauses) == 3
    assert server.requests == []


class Diverted(urllib3.PoolManager):
    """Brings requests for Google to the server of the test."""

    def __init__(self, server: InteractionsServer) -> None:
        super().__init__()
        self.server = server
        self.asked: list[str] = []

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        self.asked.append(url)
        local = re.sub("^https://[^/]*", self.server.url, url)
        return super().request(method, local, *args, **options)


@pytest.mark.sync_only
def test_the_default_credentials_name_the_project(
    server: InteractionsServer, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("google.auth.default", lambda scopes: (FakeGoogle(), "mine"))
    pool = Diverted(server)
    made = client(server, api_key=None, base_url=None, vertexai=True, location="eu", pool=pool)
    create(made)
    create(made)
    path = "/v1beta1/projects/mine/locations/eu/interactions"
    assert pool.asked == [f"https://aiplatform.eu.rep.googleapis.com{path}"] * 2
    assert server.requests[-1].headers["authorization"] == "Bearer token-1"
    pool.clear()


@pytest.mark.sync_only
def test_google_is_where_requests_go_by_themselves(server: InteractionsServer, client: Any) -> None:
    pool = Diverted(server)
    create(client(server, base_url=None, pool=pool))
    assert pool.asked == ["https://generativelanguage.googleapis.com/v1beta/interactions"]
    pool.clear()


def test_the_arguments_of_the_official_client(server: InteractionsServer, time: Any) -> None:
    options = {
        "base_url": server.url,
        "api_version": "v1test",
        "headers": {"x-own": "1"},
        "timeout": 5000,
    }
    with genai.Client(
        vertexai=True,
        project="p",
        location="europe-west4",
        credentials=FakeGoogle(),
        http_options=options,
    ) as client:
        interaction = client.interactions.create(model=MODEL, input="Hello.")
    assert interaction.output_text
    request = server.requests[0]
    assert request.raw_path == "/v1test/projects/p/locations/europe-west4/interactions"
    assert request.headers["x-own"] == "1"
    as_object = SimpleNamespace(**options, retry_options=None)
    with genai.Client(api_key="k", http_options=as_object) as client:
        client.interactions.create(model=MODEL, input="Hello.")
    assert server.requests[1].raw_path == "/v1test/interactions"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"api_kye": "k"}, "no argument 'api_kye': did you mean api_key?"),
        ({"retries": 3}, "no argument 'retries': did you mean retry?"),
        ({"api_revision": "2020-01-01"}, "there is no revision"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"proxy": "nonsense"}, "proxy"),
        ({"headers": {"x": "a\r\nb: sesame"}}, "headers: x holds characters"),
        ({"api_key": "sesame\n1"}, "api_key holds blanks"),
    ],
)
def test_a_client_that_cannot_be_built(
    server: InteractionsServer, client: Any, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        client(server, **arguments)
    assert "sesame" not in str(caught.value)


def test_headers_that_cannot_be_sent_do_not_show_their_values(
    server: InteractionsServer, client: Any
) -> None:
    made = client(server)
    for value in ("sesame\r\nx: y", "sesame\0", "sesame \u2028"):
        with pytest.raises(InvalidRequestError, match="x-token") as caught:
            create(made, extra_headers={"x-token": value})
        assert "sesame" not in str(caught.value)
    broken = client(server, api_key=None, credentials=lambda: "sesame\n1")
    with pytest.raises(ConfigurationError, match="the access token") as refused:
        create(broken)
    assert "sesame" not in str(refused.value)
    assert server.requests == []
