"""A server for each test, clients whose clock never waits, and a clean environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from gemini_interactions import Client, Clock
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

ClientFactory = Callable[..., Any]


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
def client(time: FakeTime) -> Iterator[ClientFactory]:
    """`client(server, **arguments)`: a client of that server, closed with the test."""
    with ExitStack() as opened:

        def make(server: InteractionsServer, **arguments: Any) -> Any:
            given = {"api_key": "test-key", "base_url": server.url, "clock": time.clock}
            made: Any = Client(**{**given, **arguments})
            return opened.enter_context(made)

        yield make
