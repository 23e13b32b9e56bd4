"""The connections that a client opens by itself."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest

from gemini_interactions import Client
from gemini_interactions._pool import StandingPool, new_pool
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


@pytest.fixture
def first() -> Iterator[InteractionsServer]:
    with InteractionsServer() as server:
        yield server


@pytest.fixture
def second() -> Iterator[InteractionsServer]:
    with InteractionsServer() as server:
        yield server


def get(pool: StandingPool, server: InteractionsServer) -> int:
    return pool.request("GET", f"{server.url}/v1beta/interactions/x", redirect=False).status


def test_every_origin_has_its_own_connections(
    first: InteractionsServer, second: InteractionsServer
) -> None:
    pool = new_pool(None)
    assert isinstance(pool, StandingPool)
    for server in (first, second, first, first, second):
        assert get(pool, server) == 404
    assert [len(server.requests) for server in (first, second)] == [3, 2]
    assert len(pool.pools) == 2
    pool.clear()


def test_connections_that_were_closed_are_not_asked_again(first: InteractionsServer) -> None:
    pool = new_pool(None)
    assert isinstance(pool, StandingPool)
    assert get(pool, first) == 404
    pool.clear()
    assert get(pool, first) == 404
    pool.clear()


def test_head_and_body_of_a_request_travel_together() -> None:
    """What one `send` gave to loopback, one `recv` takes: two would come as they please."""
    body = b'{"id":"x","status":"completed"}'
    requests: list[list[bytes]] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while piece := connection.recv(1 << 16):
                requests.append([piece])
                while not is_whole(b"".join(requests[-1])):
                    requests[-1].append(connection.recv(1 << 16))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                )

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(api_key="k", base_url=url) as client:
            for number in range(10):
                client.interactions.create(model=MODEL, input="Hello.")
                client.interactions.get(f"id-{number}")
        thread.join()
    assert [len(pieces) for pieces in requests] == [1] * 20
    assert [pieces[0].partition(b" ")[0] for pieces in requests] == [b"POST", b"GET"] * 10


def is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    said = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and len(body) == int(said[1] if said else 0)
