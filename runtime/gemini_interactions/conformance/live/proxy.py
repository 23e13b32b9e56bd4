"""A reverse proxy that records and judges what passes. Nothing that passes waits for the judge."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import frozen

from ..._core.auth import redacted_url
from ...errors import ConfigurationError
from ...testing import RecordedRequest
from ..examining import Examiner, Options
from ..findings import Finding, Place
from ..inputs import LIMIT
from ..inputs.exchanges import items_of
from ..recordings import Exchange, Recorder
from ..report import Report
from .client_clauses import CLAUSES, Seen

if TYPE_CHECKING:
    from .relay import Relay

__all__ = ["Passed", "Proxy"]

MISSING: Final = "the proxy needs aiohttp: pip install 'gemini-interactions[conformance]'"
BY_EXAMINER: Final = frozenset({"body.json", "body.schema"})
"""Clauses of clients that judging the exchange covers."""


@frozen(kw_only=True)
class Passed:
    """One exchange that passed."""

    line: str
    """Its request line, without secrets."""
    status: int | None
    events: int | None
    deviations: int
    """How many deviations it adds, the known ones aside."""
    known: int


class Proxy:
    """Listens in a thread of its own and passes everything on to `to`.

    `recorder` gets every exchange, `on_passed` a line about each, in a thread of their own.
    `report` is the judgement so far; it is complete after `stop`.
    """

    def __init__(
        self,
        to: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        revision: str | None = None,
        recorder: Recorder | None = None,
        on_passed: Callable[[Passed], object] | None = None,
    ) -> None:
        parts = urlsplit(to)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"{redacted_url(to)!r} is no address to pass requests on to")
        self._to = to
        self._host = host
        self._port = port
        self._recorder = recorder
        self._on_passed = on_passed
        self._seen = Seen(revision=revision)
        self._examiner = Examiner("proxy", Options(revision=revision))
        self._exchanges: queue.SimpleQueue[Exchange | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._failure: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def report(self) -> Report:
        return self._examiner.report

    # --- life -----------------------------------------------------------------------------------

    def start(self) -> Proxy:
        """Listen; when this returns, connections are accepted."""
        relay = new_relay(self._to, self._exchanges.put)
        started: Future[int] = Future()
        passing = threading.Thread(target=self._pass, args=(relay, started), daemon=True)
        passing.start()
        self._port = started.result()
        judging = threading.Thread(target=self._judge, daemon=True)
        judging.start()
        self._threads = [passing, judging]
        return self

    def stop(self) -> None:
        """Drop all connections; judge what passed to the end. Raises what kept it from that."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._threads:
            passing, judging = self._threads
            passing.join()
            self._exchanges.put(None)
            judging.join()
            self._examiner.finished()
        self._threads, self._loop, self._stop = [], None, None
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> Proxy:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _pass(self, relay: Relay, started: Future[int]) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            await relay.run(self._host, self._port, started.set_result, self._stop)

        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    # --- judging --------------------------------------------------------------------------------

    def _judge(self) -> None:
        while (exchange := self._exchanges.get()) is not None:
            try:
                self._take(exchange)
            except Exception as error:
                self._failure = self._failure or error

    def _take(self, exchange: Exchange) -> None:
        if self._recorder is not None:
            self._recorder.write(exchange)
        passed = self._judged(exchange)
        if self._on_passed is not None:
            self._on_passed(passed)

    def _judged(self, exchange: Exchange) -> Passed:
        result = self._examiner.result
        before = result.deviations, result.known
        self._seen.count += 1
        line = f"{exchange.request.method} {address(exchange.request.url)}"
        place = Place(source=line, position=f"exchange {self._seen.count}")
        for finding in self._about_request(exchange, place):
            self._examiner.report.add(result, finding)
        self._examiner.take_all(items_of(exchange, place, LIMIT))
        response = exchange.response
        events = response.events if response else None
        return Passed(
            line=line,
            status=response.status if response else None,
            events=None if events is None else len(events),
            deviations=result.deviations - before[0],
            known=result.known - before[1],
        )

    def _about_request(self, exchange: Exchange, place: Place) -> list[Finding]:
        request = recorded_request(exchange)
        return [
            finding
            for clause in CLAUSES
            if clause.id not in BY_EXAMINER and clause.applies(request, self._seen)
            for finding in clause.check(request, self._seen, place)
        ]


def new_relay(to: str, taped: Callable[[Exchange], object]) -> Relay:
    try:
        from .relay import Relay
    except ImportError as error:
        raise ConfigurationError(MISSING) from error
    return Relay(to, taped)


def address(url: str) -> str:
    """Path and query of a URL, without secrets."""
    parts = urlsplit(redacted_url(url))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def recorded_request(exchange: Exchange) -> RecordedRequest:
    """The request as the clauses of clients look at it."""
    request = exchange.request
    parts = urlsplit(request.url)
    return RecordedRequest(
        method=request.method,
        raw_path=parts.path,
        raw_query=parts.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
