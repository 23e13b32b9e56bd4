"""A server for each test; what a loop says in its debug mode is an error."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

Main = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
def server(interactions_server: InteractionsServer) -> InteractionsServer:
    return interactions_server


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GEMINI_", "VERTEX_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def run(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[Main], Any]]:
    """Run a coroutine function; no task may be left, and the loop may not complain."""

    def run(main: Main) -> Any:
        async def alone() -> Any:
            result = await main()
            for _ in range(3):
                await asyncio.sleep(0)
            ours = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            assert ours == []
            return result

        with caplog.at_level(logging.ERROR, "asyncio"):
            result = asyncio.run(alone(), debug=True)
        gc.collect()
        return result

    yield run
    assert [r.getMessage() for r in caplog.records if r.name == "asyncio"] == []
