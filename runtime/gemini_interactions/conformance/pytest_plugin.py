"""Pytest fixtures for projects that speak this API: assertions, and recordings as servers.

Registered as a plugin: nothing else is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from .recordings import Exchange
    from .replaying import ReplayServer


class Replay(Protocol):
    """Serves a recording, a file or its exchanges. With `whole`, all of it has to be asked for."""

    def __call__(
        self, recording: str | os.PathLike[str] | Iterable[Exchange], *, whole: bool = True
    ) -> ReplayServer: ...


@pytest.fixture
def assert_conforms() -> Callable[..., None]:
    """`assert_conforms(payload, kind=..., revision=..., strict=...)`; see `assertions`."""
    from .assertions import assert_conforms

    return assert_conforms


@pytest.fixture
def replay() -> Iterator[Replay]:
    """Starts replay servers. They stop with the test, and fail it where its requests differ."""
    from .replaying import ReplayServer

    running: list[tuple[ReplayServer, bool]] = []
    with ExitStack() as servers:

        def start(
            recording: str | os.PathLike[str] | Iterable[Exchange], *, whole: bool = True
        ) -> ReplayServer:
            server = servers.enter_context(ReplayServer(recording))
            running.append((server, whole))
            return server

        yield start
    for server, whole in running:
        server.check(whole=whole)
