"""A server for each test, clients whose clock never waits, and a clean environment.

Every test that uses `client` runs twice: with a `Client`, and with an `AsyncClient` on an event
loop of its own behind a facade that looks like one. `sync_only` marks what is about urllib3,
threads or forks.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from gemini_interactions import AsyncClient, AsyncStream, Client, Clock, RawResponse
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

ClientFactory = Callable[..., Any]
URLLIB3 = {"pool", "connections"}
"""Fixtures of tests that look into urllib3."""


class FakeTime:
    """A clock that moves only when someone sleeps; `pauses` is what was slept."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, sleep=self.sleep)


# --- an asynchronous client that looks like a synchronous one --------------------------------


class Loop:
    """An event loop in a thread, for whoever cannot await."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def stop(self) -> None:
        self.run(self.loop.shutdown_asyncgens())
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Awaited:
    """Methods that wait for what the asynchronous ones of `inner` give."""

    def __init__(self, loop: Loop, inner: Any) -> None:
        self._loop = loop
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name in ("interactions", "with_raw_response"):
            return Awaited(self._loop, found)
        if name in ("conversation", "branch"):
            return lambda *args, **kwargs: Awaited(self._loop, found(*args, **kwargs))
        if not asyncio.iscoroutinefunction(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._faced(self._loop.run(found(*args, **kwargs)))

        return call

    def _faced(self, value: Any) -> Any:
        if isinstance(value, AsyncStream):
            return AwaitedStream(self._loop, value)
        if isinstance(value, RawResponse) and isinstance(value.value, AsyncStream):
            return RawResponse(
                status=value.status,
                headers=value.headers,
                request_id=value.request_id,
                value=self._faced(value.value),
            )
        return value

    def __repr__(self) -> str:
        return repr(self._inner)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class AwaitedStream(Awaited):
    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        try:
            return self._loop.run(self._inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sync_only: about urllib3, threads or forks")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shell" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("sync_only") is not None
        sync_only = marked or not URLLIB3.isdisjoint(metafunc.fixturenames)
        metafunc.parametrize("shell", ["sync"] if sync_only else ["sync", "async"], indirect=True)


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> str:
    """Which client this test is run with."""
    return str(request.param)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


# --- fixtures ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GEMINI_", "VERTEX_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server(interactions_server: InteractionsServer) -> InteractionsServer:
    return interactions_server


@pytest.fixture
def time() -> FakeTime:
    """The clock of the clients of this test."""
    return FakeTime()


@pytest.fixture
def client(time: FakeTime, shell: str, request: pytest.FixtureRequest) -> Iterator[ClientFactory]:
    """`client(server, **arguments)`: a client of that server, closed with the test."""
    with ExitStack() as opened:

        def make(server: InteractionsServer, **arguments: Any) -> Any:
            given = {"api_key": "test-key", "base_url": server.url, "clock": time.clock}
            settings: Any = {**given, **arguments}
            if shell == "sync":
                return opened.enter_context(Client(**settings))
            loop = request.getfixturevalue("loop")
            return opened.enter_context(Awaited(loop, AsyncClient(**settings)))

        yield make
