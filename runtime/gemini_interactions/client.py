"""The client: what it was told, what it keeps open, and the operations it offers."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from ._bindings import LATEST
from ._shell import Shell
from ._surface import calls_of, shown
from .interactions import Interactions, LegacyInteractions, Operations
from .transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack
    from typing_extensions import TypeVar as TypeVarWithDefault
    from urllib3 import PoolManager

    from ._bindings import LatestLabel, revisions
    from ._surface import AgentStreamRun, ClientArguments, ModelStreamRun
    from .aio import AsyncClient
    from .aio.interactions import AsyncInteractions, AsyncLegacyInteractions
    from .conversation import Conversation

    OperationsT = TypeVarWithDefault("OperationsT", bound=Operations, default=Interactions)
else:
    OperationsT = TypeVar("OperationsT")


EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class Aio:
    """`client.aio`: the same client for asyncio, with operations of the same revision.

    Its connections are its own: close it by itself.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(
            self, client: Client[Interactions], owner: object
        ) -> AsyncClient[AsyncInteractions]: ...
        @overload
        def __get__(
            self, client: Client[LegacyInteractions[EventT, InteractionT]], owner: object
        ) -> AsyncClient[AsyncLegacyInteractions[EventT, InteractionT]]: ...

    def __get__(self, client: Any, owner: object) -> Any:
        return self if client is None else client._asynchronous()


class Client(Generic[OperationsT]):
    """Talks to the Gemini API, or to Vertex AI. Safe to share between threads.

    What is not given comes from the environment; docs/usage.md lists the variables. `timeout` is a
    `Timeout`, or a number of seconds for a whole call; `retry` a `Retry`, or how many attempts;
    `resume` a `Resume`, or `False` to switch it off. All three can be given to a single call too.
    `pool` is a urllib3 pool of yours: it is used and never closed.
    """

    interactions: OperationsT
    aio = Aio()

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: Client[Interactions],
            *,
            api_revision: LatestLabel = ...,
            pool: PoolManager | None = None,
            **settings: Unpack[ClientArguments],
        ) -> None: ...
        @overload
        def __init__(
            self: Client[
                LegacyInteractions[revisions.v2026_05_07.Event, revisions.v2026_05_07.Interaction]
            ],
            *,
            api_revision: Literal["2026-05-07"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: Client[
                LegacyInteractions[revisions.v2025_12_11.Event, revisions.v2025_12_11.Interaction]
            ],
            *,
            api_revision: Literal["2025-12-11"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: Client[LegacyInteractions[Any, Any]],
            *,
            api_revision: str,
            **settings: Any,
        ) -> None: ...

    def __init__(self, *, pool: PoolManager | None = None, **settings: Any) -> None:
        calls = calls_of(settings, own="pool")
        self._calls = calls
        self._transport = Transport(proxy=calls.settings.proxy, pool=pool)
        self._aio: AsyncClient[Any] | None = None
        shell = Shell(self._transport, calls.headers, calls.clock)
        operations = Interactions if calls.bindings.label == LATEST else LegacyInteractions
        self.interactions = operations(calls, shell)  # type: ignore[assignment]

    if TYPE_CHECKING:

        @overload
        def conversation(
            self: Client[Interactions], **settings: Unpack[ModelStreamRun]
        ) -> Conversation: ...
        @overload
        def conversation(
            self: Client[Interactions], **settings: Unpack[AgentStreamRun]
        ) -> Conversation: ...
        @overload
        def conversation(
            self: Client[LegacyInteractions[EventT, InteractionT]], **settings: Any
        ) -> Conversation[EventT, InteractionT]: ...

    def conversation(self, **settings: Any) -> Any:
        """A dialogue: `send` is a turn of it, and what came before is known to the model.

        `settings` are the arguments of `interactions.run`, but for those that belong to one turn.
        """
        from .conversation import Conversation

        return Conversation(self.interactions, settings)

    def _asynchronous(self) -> AsyncClient[Any]:
        if self._aio is None:
            from .aio import AsyncClient

            self._aio = AsyncClient.of(self._calls)
        return self._aio

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
        return shown(self, self._calls)
