"""`client.interactions` of an asynchronous client: create, get, cancel, delete and wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from .._core.calls import Answer, Calls, Opened
from .._core.exchange import Procedure
from .._surface import RawResponse, Surface, raw
from .shell import AsyncShell
from .stream import AsyncStream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._bindings import latest
    from .._core.waiting import Polling
    from .._surface import (
        AgentCall,
        AgentRun,
        AgentStreamCall,
        AgentStreamRun,
        ModelCall,
        ModelRun,
        ModelStreamCall,
        ModelStreamRun,
        Options,
        StreamOptions,
    )
    from .chained import AsyncRunStream

EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class AsyncOperations(Surface):
    """What all forms of `client.interactions` do, with the origin of each answer."""

    def __init__(self, calls: Calls, shell: AsyncShell) -> None:
        super().__init__(calls)
        self.shell = shell

    @property
    def with_raw_response(self) -> AsyncRawInteractions:
        """The same operations, giving status, headers and request id as well."""
        return AsyncRawInteractions(self)

    async def created(self, stream: bool, arguments: dict[str, Any]) -> Any:
        """What a create gives: an answer, or several merged into one."""
        procedure = self.continuing(stream, arguments)
        if procedure is None:
            return (await self.answer_create(stream, arguments)).value
        await self.shell.ready()
        if not stream:
            return (await self.shell.run(procedure)).interaction
        from .chained import AsyncChainedStream
        from .workers import AsyncRunShell

        return await AsyncChainedStream[Any, Any](AsyncRunShell.of(self.shell), procedure).begun()

    async def ran(self, stream: bool, arguments: dict[str, Any]) -> Any:
        from .chained import AsyncRunStream
        from .workers import AsyncRunShell

        run = self.running(stream, arguments)
        shell = AsyncRunShell.of(self.shell)
        await shell.ready()
        if stream:
            return await AsyncRunStream[Any, Any](shell, run, run.whole()).begun()
        return (await shell.run(run.whole())).interaction

    async def answer_create(self, stream: bool, arguments: dict[str, Any]) -> Answer[Any]:
        await self.shell.ready()
        return await self.answer(self.creating(stream, arguments))

    async def answer_get(self, id: str, stream: bool, arguments: dict[str, Any]) -> Answer[Any]:
        await self.shell.ready()
        return await self.answer(self.getting(id, stream, arguments))

    async def answer_cancel(self, id: str, arguments: dict[str, Any]) -> Answer[Any]:
        await self.shell.ready()
        return await self.answer(self.cancelling(id, arguments))

    async def answer_delete(self, id: str, arguments: dict[str, Any]) -> Answer[None]:
        await self.shell.ready()
        return await self.answer(self.deleting(id, arguments))

    async def final_state(
        self, id: str, polling: Polling | None, on_poll: Any, arguments: dict[str, Any]
    ) -> Any:
        await self.shell.ready()
        return await self.shell.run(self.waiting(id, polling, on_poll, arguments))

    async def answer(self, procedure: Procedure[Answer[Any] | Opened]) -> Answer[Any]:
        found = await self.shell.run(procedure)
        if isinstance(found, Opened):
            return Answer(AsyncStream[Any, Any](self.shell, found), found.origin)
        return found


class AsyncInteractions(AsyncOperations):
    """The operations of the newest revision, typed to the last argument."""

    @overload
    async def create(
        self, *, stream: Literal[True], **arguments: Unpack[ModelStreamCall]
    ) -> AsyncStream[latest.Event, latest.Interaction]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **arguments: Unpack[AgentStreamCall]
    ) -> AsyncStream[latest.Event, latest.Interaction]: ...
    @overload
    async def create(
        self, *, stream: Literal[False] = False, **arguments: Unpack[ModelCall]
    ) -> latest.Interaction: ...
    @overload
    async def create(
        self, *, stream: Literal[False] = False, **arguments: Unpack[AgentCall]
    ) -> latest.Interaction: ...
    @overload
    async def create(
        self, *, stream: bool, **arguments: Unpack[ModelStreamCall]
    ) -> latest.Interaction | AsyncStream[latest.Event, latest.Interaction]: ...
    @overload
    async def create(
        self, *, stream: bool, **arguments: Unpack[AgentStreamCall]
    ) -> latest.Interaction | AsyncStream[latest.Event, latest.Interaction]: ...
    async def create(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Start an interaction with a model or an agent.

        With `stream=True` the events come as they happen; else the finished interaction does, or
        with `background=True` the started one. A create is never sent twice once it may have
        arrived, unless the service itself refused to take it (429, 503).
        """
        return await self.created(stream, arguments)

    @overload
    async def run(
        self, *, stream: Literal[True], **arguments: Unpack[ModelStreamRun]
    ) -> AsyncRunStream[latest.Event, latest.Interaction]: ...
    @overload
    async def run(
        self, *, stream: Literal[True], **arguments: Unpack[AgentStreamRun]
    ) -> AsyncRunStream[latest.Event, latest.Interaction]: ...
    @overload
    async def run(
        self, *, stream: Literal[False] = False, **arguments: Unpack[ModelRun]
    ) -> latest.Interaction: ...
    @overload
    async def run(
        self, *, stream: Literal[False] = False, **arguments: Unpack[AgentRun]
    ) -> latest.Interaction: ...
    @overload
    async def run(
        self, *, stream: bool, **arguments: Unpack[ModelStreamRun]
    ) -> latest.Interaction | AsyncRunStream[latest.Event, latest.Interaction]: ...
    @overload
    async def run(
        self, *, stream: bool, **arguments: Unpack[AgentStreamRun]
    ) -> latest.Interaction | AsyncRunStream[latest.Event, latest.Interaction]: ...
    async def run(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Create interactions until the model needs no more of `tools`, and give the last one.

        `tools` may hold functions: they are declared to the model and called as it wants, those of
        one round at the same time. What goes wrong in a call is told to the model. The run ends at
        the first status that is not `requires_action`. With `stream=True` the events of all
        rounds come as one stream of `RoundEvent`. `timeout` bounds all of it; see
        docs/conversations.md for `max_rounds`, `on_call` and `resume_from`.
        """
        return await self.ran(stream, arguments)

    @overload
    async def get(
        self,
        id: str,
        *,
        stream: Literal[True],
        last_event_id: str | None = None,
        include_input: bool | None = None,
        **arguments: Unpack[StreamOptions],
    ) -> AsyncStream[latest.Event, latest.Interaction]: ...
    @overload
    async def get(
        self,
        id: str,
        *,
        stream: Literal[False] = False,
        include_input: bool | None = None,
        **arguments: Unpack[Options],
    ) -> latest.Interaction: ...
    async def get(self, id: str, *, stream: bool = False, **arguments: Any) -> Any:
        """An interaction by its id; with `stream=True` its events, after `last_event_id`."""
        return (await self.answer_get(id, stream, arguments)).value

    async def cancel(self, id: str, **arguments: Unpack[Options]) -> latest.Interaction:
        """Stop a background interaction, and give its last state."""
        interaction: latest.Interaction = (await self.answer_cancel(id, {**arguments})).value
        return interaction

    async def delete(self, id: str, **arguments: Unpack[Options]) -> None:
        """Remove an interaction. This does not stop one that is running: `cancel` does."""
        await self.answer_delete(id, {**arguments})

    async def wait(
        self,
        id: str,
        *,
        polling: Polling | None = None,
        on_poll: Callable[[latest.Interaction], None] | None = None,
        **arguments: Unpack[Options],
    ) -> latest.Interaction:
        """Poll until an interaction is no longer running, whatever its status is then.

        Nothing is ever submitted again. `timeout` bounds the whole wait; when it runs out,
        `WaitTimeoutError` carries the last state.
        """
        interaction: latest.Interaction
        interaction = await self.final_state(id, polling, on_poll, {**arguments})
        return interaction


class AsyncLegacyInteractions(AsyncOperations, Generic[EventT, InteractionT]):
    """The operations of an older revision: arguments are checked against it at run time."""

    async def create(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Start an interaction with a model or an agent; see `AsyncInteractions.create`."""
        return await self.created(stream, arguments)

    async def run(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Let a model call functions; see `AsyncInteractions.run`."""
        return await self.ran(stream, arguments)

    @overload
    async def get(
        self, id: str, *, stream: Literal[True], **arguments: Any
    ) -> AsyncStream[EventT, InteractionT]: ...
    @overload
    async def get(
        self, id: str, *, stream: Literal[False] = False, **arguments: Any
    ) -> InteractionT: ...
    async def get(self, id: str, *, stream: bool = False, **arguments: Any) -> Any:
        """An interaction by its id; with `stream=True` its events, after `last_event_id`."""
        return (await self.answer_get(id, stream, arguments)).value

    async def cancel(self, id: str, **arguments: Any) -> InteractionT:
        """Stop a background interaction, and give its last state."""
        interaction: InteractionT = (await self.answer_cancel(id, arguments)).value
        return interaction

    async def delete(self, id: str, **arguments: Any) -> None:
        """Remove an interaction. This does not stop one that is running: `cancel` does."""
        await self.answer_delete(id, arguments)

    async def wait(
        self,
        id: str,
        *,
        polling: Polling | None = None,
        on_poll: Callable[[InteractionT], None] | None = None,
        **arguments: Any,
    ) -> InteractionT:
        """Poll until an interaction is no longer running; see `AsyncInteractions.wait`."""
        interaction: InteractionT = await self.final_state(id, polling, on_poll, arguments)
        return interaction


class AsyncRawInteractions:
    """Operations that give `RawResponse`."""

    def __init__(self, operations: AsyncOperations) -> None:
        self._operations = operations

    async def create(self, *, stream: bool = False, **arguments: Any) -> RawResponse[Any]:
        return raw(await self._operations.answer_create(stream, arguments))

    async def get(self, id: str, *, stream: bool = False, **arguments: Any) -> RawResponse[Any]:
        return raw(await self._operations.answer_get(id, stream, arguments))

    async def cancel(self, id: str, **options: Any) -> RawResponse[Any]:
        return raw(await self._operations.answer_cancel(id, options))

    async def delete(self, id: str, **options: Any) -> RawResponse[None]:
        return raw(await self._operations.answer_delete(id, options))
