"""A server for each test that asks for one, and one that refuses what the service refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gemini_interactions.testing import InteractionsServer


@pytest.fixture
def interactions_server() -> Iterator[InteractionsServer]:
    with InteractionsServer(strict=True) as server:
        yield server
