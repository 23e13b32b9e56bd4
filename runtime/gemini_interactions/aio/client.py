"""The client for asyncio."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from .._bindings import LATEST
from .._surface import calls_of, shown
from .interactions import AsyncInteractions, AsyncLegacyInteractions, AsyncOperations
from .shell import AsyncShell
from .transport import AsyncTransport

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from typing_extensions import Self, TypeVar, Unpack

    from .._bindings import LatestLabel, revisions
    from .._core.calls import Calls
    from .._surface import AgentStreamRun, ClientArguments, ModelStreamRun
    from .conversation import AsyncConversation

    OperationsT = TypeVar("OperationsT", bound=AsyncOperations, default=AsyncInteractions)
    EventT = TypeVar("EventT")
    InteractionT = TypeVar("InteractionT")
else:
    from typing import TypeVar

    OperationsT = TypeVar("OperationsT")


class AsyncClient(Generic[OperationsT]):
    """Talks to the Gemini API, or to Vertex AI, from any number of tasks and event loops.

    The arguments are those of `Client`, but for `session`, an aiohttp session of yours: it is used
    and never closed. A cancelled task drops its connection at once; the interaction goes on.
    """

    interactions: OperationsT

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: AsyncClient[AsyncInteractions],
            *,
            api_revision: LatestLabel = ...,
            session: ClientSession | None = None,
            **settings: Unpack[ClientArguments],
        ) -> None: ...
        @overload
        def __init__(
            self: AsyncClient[
                AsyncLegacyInteractions[
                    revisions.v2026_05_07.Event, revisions.v2026_05_07.Interaction
                ]
            ],
            *,
            api_revision: Literal["2026-05-07"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: AsyncClient[
                AsyncLegacyInteractions[
                    revisions.v2025_12_11.Event, revisions.v2025_12_11.Interaction
                ]
            ],
            *,
            api_revision: Literal["2025-12-11"],
            **settings: Any,
        ) -> None: ...
        @overload
        def __init__(
            self: AsyncClient[AsyncLegacyInteractions[Any, Any]],
            *,
            api_revision: str,
            **settings: Any,
        ) -> None: ...

    def __init__(self, *, session: ClientSession | None = None, **settings: Any) -> None:
        self._begin(calls_of(settings, own="session"), session)

    @classmethod
    def of(cls, calls: Calls) -> AsyncClient[Any]:
        """A client for operations that exist already."""
        client: AsyncClient[Any] = cls.__new__(cls)
        client._begin(calls, None)
        return client

    def _begin(self, calls: Calls, session: ClientSession | None) -> None:
        self._calls = calls
        self._transport = AsyncTransport(proxy=calls.settings.proxy, session=session)
        shell = AsyncShell(self._transport, calls)
        latest = calls.bindings.label == LATEST
        operations = AsyncInteractions if latest else AsyncLegacyInteractions
        self.interactions = operations(calls, shell)  # type: ignore[assignment]

    if TYPE_CHECKING:

        @overload
        def conversation(
            self: AsyncClient[AsyncInteractions], **settings: Unpack[ModelStreamRun]
        ) -> AsyncConversation: ...
        @overload
        def conversation(
            self: AsyncClient[AsyncInteractions], **settings: Unpack[AgentStreamRun]
        ) -> AsyncConversation: ...
        @overload
        def conversation(
            self: AsyncClient[AsyncLegacyInteractions[EventT, InteractionT]], **settings: Any
        ) -> AsyncConversation[EventT, InteractionT]: ...

    def conversation(self, **settings: Any) -> Any:
        """A dialogue: `send` is a turn of it, and what came before is known to the model.

        `settings` are the arguments of `interactions.run`, but for those that belong to one turn.
        """
        from .conversation import AsyncConversation

        return AsyncConversation(self.interactions, settings)

    async def close(self) -> None:
        """Close the connections this client opened on this loop. It can be used again afterwards.

        Those on other loops end with their loop.
        """
        await self._transport.close()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return shown(self, self._calls)
