"""What is secret stays out of logs, texts, tracebacks and hooks, whatever goes wrong."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from gemini_interactions import Hooks, InteractionsError, Timeout
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
SECRET = "sesame-3141"

WAYS: list[dict[str, Any]] = [
    {"api_key": SECRET},
    {"api_key": None, "credentials": lambda: SECRET},
    {"api_key": None, "headers": {"Authorization": f"Bearer {SECRET}"}},
    {"headers": {"X-Custom-Token": SECRET, "cookie": SECRET}},
    {"api_key": None, "http_options": {"headers": {"x-goog-api-key": SECRET}}},
]
FAULTS = [
    "",
    "error status=400",
    "error status=503 hits=0",
    "no-response hits=0",
    "head-only hits=0",
    "html",
    "broken-json",
    "redirect",
    "silent",
    "eof after=3",
    "cut after=3 hits=0",
    "malformed after=1",
]


class Everything(Hooks):
    def __init__(self) -> None:
        self.infos: list[Any] = []

    def __getattribute__(self, name: str) -> Any:
        return self.infos.append if name.startswith("on_") else super().__getattribute__(name)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """All that anybody logs, formatted."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keep()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def told(client: Any, hooks: Everything, call: Any) -> list[str]:
    """Every text that a user could come to see."""
    shown: list[Any] = [client, client.interactions, client._calls.settings, client._calls]
    texts: list[str] = []
    try:
        result = call()
        shown.append(result)
        shown += list(result) if hasattr(result, "until_done") else []
    except InteractionsError as error:
        shown += [error, error.__cause__, error.args, vars(error)]
        texts += traceback.format_exception(type(error), error, error.__traceback__)
    shown += hooks.infos
    return texts + [text for thing in shown for text in (str(thing), repr(thing))]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("stream", [False, True])
def test_nobody_tells(
    server: InteractionsServer,
    client: Any,
    shell: str,
    log: list[str],
    way: int,
    fault: str,
    stream: bool,
) -> None:
    hooks = Everything()
    made = client(server, hooks=hooks, timeout=Timeout(idle=0.05), resume=False, **WAYS[way])
    server.faults.parse(fault)
    query = {"key": SECRET, "access_token": SECRET}
    texts = told(
        made,
        hooks,
        lambda: made.interactions.create(
            model=MODEL,
            input="x",
            stream=stream,
            extra_query=query,
            extra_headers={"x-api-key": SECRET},
        ),
    )
    assert SECRET in str(server.requests[0].headers)
    assert f"key={SECRET}" in server.requests[0].raw_query
    answered = server.requests[0].status is not None and fault != "silent"
    if shell == "sync":  # urllib3 logs the path
        assert any("key=***" in text for text in log) == answered
    assert not [text for text in [*texts, *log] if SECRET in text]
    server.release()


def test_nothing_tells_when_nobody_answers(
    server: InteractionsServer, client: Any, log: list[str]
) -> None:
    for extra in ({}, {"proxy": f"http://user:{SECRET}@127.0.0.1:9"}):
        hooks = Everything()
        made = client(server, hooks=hooks, api_key=SECRET, base_url="http://127.0.0.1:9", **extra)
        call = made.interactions.get
        texts = told(made, hooks, lambda call=call: call("x", extra_query={"key": SECRET}))
        assert texts
        assert not [text for text in [*texts, *log] if SECRET in text]


def test_userinfo_in_the_base_url_is_refused_unseen(
    server: InteractionsServer, client: Any, log: list[str]
) -> None:
    for url in (f"http://u:{SECRET}@h", f"http://h?key={SECRET}"):
        with pytest.raises(InteractionsError) as caught:
            client(server, base_url=url)
        assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_the_request_and_the_response_show_no_secret(
    server: InteractionsServer, client: Any
) -> None:
    made = client(server, api_key=SECRET)
    raw = made.interactions.with_raw_response.create(
        model=MODEL, input="x", extra_query={"key": SECRET}
    )
    assert SECRET not in repr(raw)
    request = made._calls.request("create", _options(SECRET))
    assert SECRET not in repr(request)


def _options(secret: str) -> Any:
    from gemini_interactions._core.calls import CallOptions

    return CallOptions(extra_query={"key": secret})


@pytest.mark.sync_only
def test_urllib3_warns_without_secrets(
    server: InteractionsServer, client: Any, log: list[str]
) -> None:
    """It warns of headers that are none, and names the address."""
    answer = b"HTTP/1.1 404 Not Found\r\nX-One: 1\r\nno header\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = client(server, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(answer)

        asked: list[bytes] = []
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(InteractionsError):
            made.interactions.get("x", extra_query={"key": SECRET})
        thread.join()
    assert f"key={SECRET}".encode() in asked[0]
    assert any("Failed to parse headers" in text and "key=***" in text for text in log)
    assert not [text for text in log if SECRET in text]


@pytest.mark.sync_only
def test_nothing_is_registered_with_the_loggers_of_others(
    server: InteractionsServer, client: Any
) -> None:
    client(server).interactions.create(model=MODEL, input="x")
    for name in ("", "urllib3", "urllib3.connectionpool", "urllib3.connection"):
        assert not logging.getLogger(name).filters
