"""`client.interactions`: create, get, cancel, delete and wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from ._core.calls import Answer, Calls, Opened
from ._core.exchange import Procedure
from ._shell import Shell
from ._surface import RawResponse, Surface, raw
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._bindings import latest
    from ._core.waiting import Polling
    from ._surface import (
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
    from .chained import RunStream

EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class Operations(Surface):
    """What all forms of `client.interactions` do, with the origin of each answer."""

    def __init__(self, calls: Calls, shell: Shell) -> None:
        super().__init__(calls)
        self.shell = shell

    @property
    def with_raw_response(self) -> RawInteractions:
        """The same operations, giving status, headers and request id as well."""
        return RawInteractions(self)

    def created(self, stream: bool, arguments: dict[str, Any]) -> Any:
        """What a create gives: an answer, or several merged into one."""
        procedure = self.continuing(stream, arguments)
        if procedure is None:
            return self.answer_create(stream, arguments).value
        if not stream:
            return self.shell.run(procedure).interaction
        from ._workers import RunShell
        from .chained import ChainedStream

        return ChainedStream[Any, Any](RunShell.of(self.shell), procedure)

    def ran(self, stream: bool, arguments: dict[str, Any]) -> Any:
        from ._workers import RunShell
        from .chained import RunStream

        run = self.running(stream, arguments)
        run.refuse_async()
        shell = RunShell.of(self.shell)
        if stream:
            return RunStream[Any, Any](shell, run, run.whole())
        return shell.run(run.whole()).interaction

    def answer_create(self, stream: bool, arguments: dict[str, Any]) -> Answer[Any]:
        return self.answer(self.creating(stream, arguments))

    def answer_get(self, id: str, stream: bool, arguments: dict[str, Any]) -> Answer[Any]:
        return self.answer(self.getting(id, stream, arguments))

    def answer_cancel(self, id: str, arguments: dict[str, Any]) -> Answer[Any]:
        return self.answer(self.cancelling(id, arguments))

    def answer_delete(self, id: str, arguments: dict[str, Any]) -> Answer[None]:
        return self.answer(self.deleting(id, arguments))

    def final_state(
        self, id: str, polling: Polling | None, on_poll: Any, arguments: dict[str, Any]
    ) -> Any:
        return self.shell.run(self.waiting(id, polling, on_poll, arguments))

    def answer(self, procedure: Procedure[Answer[Any] | Opened]) -> Answer[Any]:
        found = self.shell.run(procedure)
        if isinstance(found, Opened):
            return Answer(Stream[Any, Any](self.shell, found), found.origin)
        return found


class Interactions(Operations):
    """The operations of the newest revision, typed to the last argument."""

    @overload
    def create(
        self, *, stream: Literal[True], **arguments: Unpack[ModelStreamCall]
    ) -> Stream[latest.Event, latest.Interaction]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **arguments: Unpack[AgentStreamCall]
    ) -> Stream[latest.Event, latest.Interaction]: ...
    @overload
    def create(
        self, *, stream: Literal[False] = False, **arguments: Unpack[ModelCall]
    ) -> latest.Interaction: ...
    @overload
    def create(
        self, *, stream: Literal[False] = False, **arguments: Unpack[AgentCall]
    ) -> latest.Interaction: ...
    @overload
    def create(
        self, *, stream: bool, **arguments: Unpack[ModelStreamCall]
    ) -> latest.Interaction | Stream[latest.Event, latest.Interaction]: ...
    @overload
    def create(
        self, *, stream: bool, **arguments: Unpack[AgentStreamCall]
    ) -> latest.Interaction | Stream[latest.Event, latest.Interaction]: ...
    def create(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Start an interaction with a model or an agent.

        With `stream=True` the events come as they happen; else the finished interaction does, or
        with `background=True` the started one. A create is never sent twice once it may have
        arrived, unless the service itself refused to take it (429, 503).
        """
        return self.created(stream, arguments)

    @overload
    def run(
        self, *, stream: Literal[True], **arguments: Unpack[ModelStreamRun]
    ) -> RunStream[latest.Event, latest.Interaction]: ...
    @overload
    def run(
        self, *, stream: Literal[True], **arguments: Unpack[AgentStreamRun]
    ) -> RunStream[latest.Event, latest.Interaction]: ...
    @overload
    def run(
        self, *, stream: Literal[False] = False, **arguments: Unpack[ModelRun]
    ) -> latest.Interaction: ...
    @overload
    def run(
        self, *, stream: Literal[False] = False, **arguments: Unpack[AgentRun]
    ) -> latest.Interaction: ...
    @overload
    def run(
        self, *, stream: bool, **arguments: Unpack[ModelStreamRun]
    ) -> latest.Interaction | RunStream[latest.Event, latest.Interaction]: ...
    @overload
    def run(
        self, *, stream: bool, **arguments: Unpack[AgentStreamRun]
    ) -> latest.Interaction | RunStream[latest.Event, latest.Interaction]: ...
    def run(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Create interactions until the model needs no more of `tools`, and give the last one.

        `tools` may hold functions: they are declared to the model and called as it wants, those of
        one round at the same time. What goes wrong in a call is told to the model. The run ends at
        the first status that is not `requires_action`. With `stream=True` the events of all
        rounds come as one stream of `RoundEvent`. `timeout` bounds all of it; see
        docs/conversations.md for `max_rounds`, `on_call` and `resume_from`.
        """
        return self.ran(stream, arguments)

    @overload
    def get(
        self,
        id: str,
        *,
        stream: Literal[True],
        last_event_id: str | None = None,
        include_input: bool | None = None,
        **arguments: Unpack[StreamOptions],
    ) -> Stream[latest.Event, latest.Interaction]: ...
    @overload
    def get(
        self,
        id: str,
        *,
        stream: Literal[False] = False,
        include_input: bool | None = None,
        **arguments: Unpack[Options],
    ) -> latest.Interaction: ...
    def get(self, id: str, *, stream: bool = False, **arguments: Any) -> Any:
        """An interaction by its id; with `stream=True` its events, after `last_event_id`."""
        return self.answer_get(id, stream, arguments).value

    def cancel(self, id: str, **arguments: Unpack[Options]) -> latest.Interaction:
        """Stop a background interaction, and give its last state."""
        interaction: latest.Interaction = self.answer_cancel(id, {**arguments}).value
        return interaction

    def delete(self, id: str, **arguments: Unpack[Options]) -> None:
        """Remove an interaction. This does not stop one that is running: `cancel` does."""
        self.answer_delete(id, {**arguments})

    def wait(
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
        interaction = self.final_state(id, polling, on_poll, {**arguments})
        return interaction


class LegacyInteractions(Operations, Generic[EventT, InteractionT]):
    """The operations of an older revision: arguments are checked against it at run time."""

    def create(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Start an interaction with a model or an agent; see `Interactions.create`."""
        return self.created(stream, arguments)

    def run(self, *, stream: bool = False, **arguments: Any) -> Any:
        """Let a model call functions; see `Interactions.run`."""
        return self.ran(stream, arguments)

    @overload
    def get(
        self, id: str, *, stream: Literal[True], **arguments: Any
    ) -> Stream[EventT, InteractionT]: ...
    @overload
    def get(self, id: str, *, stream: Literal[False] = False, **arguments: Any) -> InteractionT: ...
    def get(self, id: str, *, stream: bool = False, **arguments: Any) -> Any:
        """An interaction by its id; with `stream=True` its events, after `last_event_id`."""
        return self.answer_get(id, stream, arguments).value

    def cancel(self, id: str, **arguments: Any) -> InteractionT:
        """Stop a background interaction, and give its last state."""
        interaction: InteractionT = self.answer_cancel(id, arguments).value
        return interaction

    def delete(self, id: str, **arguments: Any) -> None:
        """Remove an interaction. This does not stop one that is running: `cancel` does."""
        self.answer_delete(id, arguments)

    def wait(
        self,
        id: str,
        *,
        polling: Polling | None = None,
        on_poll: Callable[[InteractionT], None] | None = None,
        **arguments: Any,
    ) -> InteractionT:
        """Poll until an interaction is no longer running; see `Interactions.wait`."""
        interaction: InteractionT = self.final_state(id, polling, on_poll, arguments)
        return interaction


class RawInteractions:
    """Operations that give `RawResponse`."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def create(self, *, stream: bool = False, **arguments: Any) -> RawResponse[Any]:
        return raw(self._operations.answer_create(stream, arguments))

    def get(self, id: str, *, stream: bool = False, **arguments: Any) -> RawResponse[Any]:
        return raw(self._operations.answer_get(id, stream, arguments))

    def cancel(self, id: str, **options: Any) -> RawResponse[Any]:
        return raw(self._operations.answer_cancel(id, options))

    def delete(self, id: str, **options: Any) -> RawResponse[None]:
        return raw(self._operations.answer_delete(id, options))
