"""Pytest fixtures: a fresh server per test, or as many as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest

from .server import InteractionsServer


class ServerFactory(Protocol):
    """Starts a server with the options of `InteractionsServer`."""

    def __call__(self, **options: Any) -> InteractionsServer: ...


@pytest.fixture
def make_interactions_server() -> Iterator[ServerFactory]:
    """A function that starts servers; they stop with the test."""
    with ExitStack() as servers:

        def make(**options: Any) -> InteractionsServer:
            return servers.enter_context(InteractionsServer(**options))

        yield make


@pytest.fixture
def interactions_server(make_interactions_server: ServerFactory) -> InteractionsServer:
    """A fresh server with default options."""
    return make_interactions_server()
