"""The embedded server: a local Interactions API for tests, demos and benchmarks."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .fault_plan import FaultPlan
from .json_values import Json, compact
from .recorded import RecordedRequest
from .scripts import ScriptedResponse, ScriptedTurn
from .service import Service
from .settings import Settings
from .store import Store

if TYPE_CHECKING:
    from .wire import Listener

_LOG_LENGTH = 10_000


class InteractionsServer:
    """A faithful local Interactions API on a real socket, in a thread of its own.

        with InteractionsServer() as server:
            client = Client(api_key="any", base_url=server.url)

    Options, all keywords:

    - `host`, `port`: where to listen; port 0 takes a free one and keeps it over restarts.
    - `revision`: what requests without a known `Api-Revision` header get.
    - `event_ids`: whether stream events carry an `event_id`; recorded live traffic has none.
    - `typeless_agents`: whether agents leave out `type` in deltas, as the streaming guide shows.
    - `require_auth`: whether a request without credentials is answered 401.
    - `strict`: whether to refuse what the live service was seen to refuse although its schema
      allows it (a function_result without name, a thought with an empty signature), and to say
      nothing that the schema does not declare.
    - `polls_until_done`: how many gets it takes to finish a background run.
    - `delete_answer`: "object" (200 and `{}`), "empty" (200, no body), "no_content" (204).
    - `seed`: makes ids and fault chances differ between servers.
    - `scenario`: replaces the model: a function from `Conversation` to `Answer`.
    - `faults`: texts as in `fault_plan`, in force from the start.
    - `on_request`: called with each request as it arrives, in the server's thread.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        on_request: Callable[[RecordedRequest], object] | None = None,
        **options: Any,
    ) -> None:
        self._host = host
        self._port = port
        self._on_request = on_request
        self._log: deque[RecordedRequest] = deque(maxlen=_LOG_LENGTH)
        settings = Settings(**options)
        self._service = Service(settings, FaultPlan(faults, settings.seed))
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    # life

    def start(self) -> InteractionsServer:
        """Listen; when this returns, connections are accepted."""
        if self._thread is not None:
            raise RuntimeError("the server runs already")
        listener = _listener(self._service, self._record)
        started: Future[int] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(listener, started), name="interactions-server", daemon=True
        )
        self._thread.start()
        try:
            self._port = started.result()
        except BaseException:
            self._thread.join()
            self._thread = None
            raise
        return self

    def stop(self) -> None:
        """Drop all connections and wait until the thread is gone. Interactions are kept."""
        if self._thread is None:
            return
        if self._stop is not None:
            self._call(self._stop.set)
        self._thread.join()
        self._thread = self._loop = self._stop = None

    def restart(self) -> None:
        """Stop and listen again on the same port, with the interactions there were."""
        self.stop()
        self.start()

    def __enter__(self) -> InteractionsServer:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, listener: Listener, started: Future[int]) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            await listener.run(self._host, self._port, started.set_result, self._stop)

        try:
            asyncio.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    def _record(self, request: RecordedRequest) -> None:
        self._log.append(request)
        if self._on_request is not None:
            self._on_request(request)

    def _call(self, function: Callable[[], object]) -> None:
        """Have the server's own loop call something."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(function)

    # address

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        """Base URL without a version segment."""
        return _url(self._host, self._port)

    # what happened

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, oldest first (the newest 10,000)."""
        return list(self._log)

    @property
    def store(self) -> Store:
        """The interactions the server remembers."""
        return self._service.store

    # what will happen

    @property
    def faults(self) -> FaultPlan:
        """What goes wrong; `server.faults.add("reset", after=3, on="create")`."""
        return self._service.faults

    def script(
        self, items: Sequence[Json], *, status: str = "completed", repeat: bool = False
    ) -> None:
        """Answer the next create with these steps, or with these raw events (`event_type`).

        Raw events are streamed as they are; the id they speak of becomes the interaction's.
        """
        self._service.scripts.turns.add(ScriptedTurn(items, status), repeat=repeat)

    def script_statuses(self, statuses: Sequence[str], *, repeat: bool = False) -> None:
        """Lead the next interaction through these statuses: one for create, one per get.

        The last one stays. If it is a running one, the interaction never finishes.
        """
        if not statuses:
            raise ValueError("at least one status is needed")
        self._service.scripts.statuses.add(list(statuses), repeat=repeat)

    def script_response(
        self,
        body: object,
        *,
        status: int = 200,
        content_type: str = "application/json",
        repeat: bool = False,
    ) -> None:
        """Answer the next request with this body: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else compact(body).encode()
        response = ScriptedResponse(status, content_type, data)
        self._service.scripts.responses.add(response, repeat=repeat)

    def script_frames(
        self,
        frames: Sequence[bytes],
        *,
        status: int = 200,
        content_type: str = "text/event-stream",
        repeat: bool = False,
    ) -> None:
        """Stream these bytes, one HTTP chunk each, as the answer to the next request."""
        response = ScriptedResponse(status, content_type, frames=frames)
        self._service.scripts.responses.add(response, repeat=repeat)

    def release(self) -> None:
        """End the silence of every request that came before: it goes on where it stalls."""
        self._call(self._service.released.notify)

    def clear(self) -> None:
        """Forget interactions, requests, scripts and faults."""
        self._log.clear()
        self.store.clear()
        self._service.scripts.clear()
        self.faults.clear()


def serve_forever(
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    faults: Iterable[str] = (),
    on_ready: Callable[[str], object] | None = None,
    on_request: Callable[[RecordedRequest], object] | None = None,
    **options: Any,
) -> None:
    """Serve in the foreground until interrupted (SIGINT, SIGTERM). Prints nothing itself.

    `on_ready` gets the base URL once connections are accepted, `on_request` each request as it
    arrives; the options are those of `InteractionsServer`.
    """
    settings = Settings(**options)
    service = Service(settings, FaultPlan(faults, settings.seed))
    listener = _listener(service, lambda request: on_request and on_request(request))

    async def serve() -> None:
        stop = asyncio.Event()
        _stop_on_signals(stop)

        def ready(bound: int) -> None:
            if on_ready:
                on_ready(_url(host, bound))

        await listener.run(host, port, ready, stop)

    asyncio.run(serve())


def _stop_on_signals(stop: asyncio.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:
            # Windows: there the interrupt ends asyncio.run by itself.
            return


def _listener(service: Service, record: Callable[[RecordedRequest], object]) -> Listener:
    try:
        from .wire import Listener
    except ImportError as error:
        hint = "the embedded server needs aiohttp: pip install 'gemini-interactions[server]'"
        raise ImportError(hint) from error
    return Listener(service, record)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
