"""The client that a command line asks for, and the server it may need."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .._bindings import LATEST, REVISIONS
from .._core.limits import Clock
from ..client import Client
from ..hooks import Hooks, ResumeInfo, RetryInfo
from .exits import Exit, Failure
from .explain import is_local
from .terminal import Terminal

if TYPE_CHECKING:
    from ..testing import InteractionsServer

SETTINGS = ("api_revision", "base_url", "location", "project", "timeout")


@contextmanager
def connected(
    options: Namespace, terminal: Terminal, *, clock: Clock | None = None
) -> Generator[Client[Any], None, None]:
    """A client by the options, closed in the end."""
    given = {name: getattr(options, name) for name in SETTINGS}
    settings: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if options.vertex:
        settings["vertexai"] = True
    with ExitStack() as open_things:
        if is_local(options):
            settings |= local_settings(options, open_things)
        client: Client[Any] = Client(hooks=TellingHooks(terminal), clock=clock, **settings)
        yield open_things.enter_context(client)


def local_settings(options: Namespace, open_things: ExitStack) -> dict[str, Any]:
    if options.base_url:
        raise Failure(Exit.USAGE, "--local and --base-url are both given: there is one service")
    revision = options.api_revision or LATEST
    spoken = {"revision": revision} if revision in REVISIONS else {}  # else the client objects
    server = open_things.enter_context(embedded_server(**spoken))
    on_vertex = bool(options.vertex or options.project or options.location)
    return {"base_url": server.url, "api_key": "local", "vertexai": on_vertex}


@contextmanager
def embedded_server(**settings: Any) -> Generator[InteractionsServer, None, None]:
    """A server that runs for as long as the context lasts."""
    from ..testing import InteractionsServer

    server = InteractionsServer(**settings)
    with needing_aiohttp():
        server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def needing_aiohttp() -> Generator[None, None, None]:
    """Say which extra is missing, if one is."""
    try:
        yield
    except ImportError as error:
        what = "the embedded server needs aiohttp, which is not installed"
        hint = "pip install 'gemini-interactions[server]'"
        raise Failure(Exit.USAGE, what, next=hint) from error


class TellingHooks(Hooks):
    """Tells of requests that went out again."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def on_retry(self, info: RetryInfo) -> None:
        self.terminal.note(f"{info.error}; again in {info.pause:.1f} s")

    def on_resume(self, info: ResumeInfo) -> None:
        place = f"after event {info.last_event_id}" if info.last_event_id else "from the start"
        self.terminal.note(f"connection lost; going on {place} in {info.pause:.1f} s")
