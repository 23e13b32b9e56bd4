"""The client: what it was told, what it keeps open, and the operations it offers."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from ._bindings import LATEST, REVISIONS, bindings_of
from ._core.calls import Calls
from ._core.limits import Clock, Timeout, TimeoutLike, as_timeout
from ._core.requests import did_you_mean
from ._core.resume import Resume, ResumeLike, as_resume
from ._core.retry import Retry, RetryLike, as_retry
from ._core.settings import Settings, VertexPaths
from ._core.waiting import Polling
from ._shell import Shell
from .errors import ConfigurationError
from .hooks import Hooks
from .interactions import Interactions, LegacyInteractions, Operations
from .transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Self, TypeVar
    from urllib3 import PoolManager

    from ._bindings import v2025_12_11, v2026_05_07

    OperationsT = TypeVar("OperationsT", bound=Operations, default=Interactions)
else:
    from typing import TypeVar

    OperationsT = TypeVar("OperationsT")


ARGUMENTS = ("timeout", "retry", "resume", "polling", "pool", "hooks", "clock")


class Client(Generic[OperationsT]):
    """Talks to the Gemini API, or to Vertex AI. Safe to share between threads.

    What is not given comes from the environment; docs/usage.md lists the variables. `timeout` is a
    `Timeout`, or a number of seconds for a whole call; `retry` a `Retry`, or how many attempts;
    `resume` a `Resume`, or `False` to switch it off. All three can be given to a single call too.
    `pool` is a urllib3 pool of yours: it is used and never closed.
    """

    interactions: OperationsT

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Client[Interactions],
            *,
            api_revision: Literal["2026-05-20"] = ...,
            api_key: str | None = None,
            vertexai: bool | None = None,
            project: str | None = None,
            location: str | None = None,
            credentials: object = None,
            base_url: str | None = None,
            api_version: str | None = None,
            quota_project: str | None = None,
            vertex_paths: VertexPaths = "default",
            timeout: TimeoutLike = None,
            retry: RetryLike = None,
            resume: ResumeLike = None,
            polling: Polling | None = None,
            headers: Mapping[str, str | None] | None = None,
            http_options: object = None,
            proxy: str | None = None,
            pool: PoolManager | None = None,
            hooks: Hooks | None = None,
            clock: Clock | None = None,
        ) -> None: ...
        @overload
        def __init__(
            self: Client[LegacyInteractions[v2026_05_07.Event, v2026_05_07.Interaction]],
            *,
            api_revision: Literal["2026-05-07"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: Client[LegacyInteractions[v2025_12_11.Event, v2025_12_11.Interaction]],
            *,
            api_revision: Literal["2025-12-11"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: Client[LegacyInteractions[Any, Any]], *, api_revision: str, **settings: Any
        ) -> None: ...

    def __init__(
        self,
        *,
        api_revision: str = LATEST,
        timeout: TimeoutLike = None,
        retry: RetryLike = None,
        resume: ResumeLike = None,
        polling: Polling | None = None,
        proxy: str | None = None,
        pool: PoolManager | None = None,
        hooks: Hooks | None = None,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        if api_revision not in REVISIONS:
            known = ", ".join(REVISIONS)
            raise ConfigurationError(
                f"there is no revision {api_revision!r}: choose one of {known}"
            )
        resolved = resolve(settings, proxy, api_revision)
        default = Timeout() if resolved.timeout is None else Timeout(total=resolved.timeout)
        calls = Calls(
            bindings=bindings_of(api_revision),
            settings=resolved,
            timeout=as_timeout(timeout, default),
            retry=as_retry(retry, Retry()),
            resume=as_resume(resume, Resume()),
            polling=polling or Polling(),
            hooks=hooks or Hooks(),
            clock=clock or Clock(),
        )
        self._calls = calls
        self._transport = Transport(proxy=resolved.proxy, pool=pool)
        shell = Shell(self._transport, calls.headers, calls.clock)
        operations = Interactions if api_revision == LATEST else LegacyInteractions
        self.interactions = operations(calls, shell)  # type: ignore[assignment]

    def close(self) -> None:
        """Close the connections this client opened. It can be used again afterwards."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        settings = self._calls.settings
        where = settings.base_url or settings.backend
        return f"Client({where}, api_revision={self._calls.bindings.label!r})"


def resolve(settings: dict[str, Any], proxy: str | None, revision: str) -> Settings:
    known = inspect.signature(Settings.resolve).parameters
    for name in settings:
        if name not in known:
            hint = did_you_mean(name, [*known, *ARGUMENTS])
            raise ConfigurationError(f"the client has no argument {name!r}{hint}")
    return Settings.resolve(environ=os.environ, proxy=proxy, api_revision=revision, **settings)
