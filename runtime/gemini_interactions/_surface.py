"""What both clients have in common on their outside: arguments, options, raw answers.

Nothing here does I/O; each client brings the shell that performs what is described here.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import frozen

from ._bindings import LATEST, REVISIONS, bindings_of
from ._core.calls import Answer, Calls, Opened, only_options, split_options
from ._core.limits import Clock, Timeout, as_timeout
from ._core.requests import did_you_mean
from ._core.resume import Resume, as_resume
from ._core.retry import Retry, as_retry
from ._core.settings import Settings
from ._core.waiting import Polling
from .errors import ConfigurationError, InvalidRequestError
from .hooks import Hooks

if TYPE_CHECKING:
    from typing_extensions import TypedDict

    from ._bindings import latest, latest_params
    from ._core.dialogues.asking import Reply
    from ._core.dialogues.decisions import OnCall
    from ._core.dialogues.rounds import Run
    from ._core.dialogues.run_state import RunState
    from ._core.events import OnUnknown
    from ._core.exchange import Procedure
    from ._core.limits import TimeoutLike
    from ._core.resume import ResumeLike
    from ._core.retry import RetryLike
    from ._core.settings import VertexPaths
    from .tools import Tool

    class ClientArguments(TypedDict, total=False):
        """What every client takes; what is not given comes from the environment."""

        api_key: str | None
        vertexai: bool | None
        project: str | None
        location: str | None
        credentials: object
        base_url: str | None
        api_version: str | None
        quota_project: str | None
        vertex_paths: VertexPaths
        timeout: TimeoutLike
        retry: RetryLike
        resume: ResumeLike
        polling: Polling | None
        headers: Mapping[str, str | None] | None
        http_options: object
        proxy: str | None
        hooks: Hooks | None
        clock: Clock | None

    class Options(TypedDict, total=False):
        """What every call takes beside its own arguments."""

        timeout: TimeoutLike
        retry: RetryLike
        extra_headers: Mapping[str, str]
        extra_query: Mapping[str, Any]

    class StreamOptions(Options, total=False):
        """What every stream takes beside that."""

        resume: ResumeLike
        on_unknown: OnUnknown
        raise_on_error: bool
        max_event_bytes: int | None
        assemble: bool

    class CreateOptions(TypedDict, total=False):
        """What every create takes beside its fields."""

        extra_body: Mapping[str, Any]
        follow_continuation: bool | int

    class ModelCall(
        latest_params.CreateModelInteractionFields, CreateOptions, Options, total=False
    ): ...

    class AgentCall(
        latest_params.CreateAgentInteractionFields, CreateOptions, Options, total=False
    ): ...

    class ModelStreamCall(
        latest_params.CreateModelInteractionFields, CreateOptions, StreamOptions, total=False
    ): ...

    class AgentStreamCall(
        latest_params.CreateAgentInteractionFields, CreateOptions, StreamOptions, total=False
    ): ...

    # A run takes functions among its tools: the one field that differs from a create's.

    ToolLike: TypeAlias = Callable[..., Any] | Tool | latest_params.ToolParam

    class FunctionResult(Protocol):
        """What answers a call, as the object of any revision."""

        @property
        def call_id(self) -> str | None: ...

    ResultLike: TypeAlias = Mapping[str, Any] | FunctionResult

    class LoopOptions(TypedDict, total=False):
        """How the calls of a model are made."""

        max_rounds: int
        max_parallel: int
        on_call: OnCall | None
        checkpoint: Callable[[RunState], object] | None

    class RunOptions(LoopOptions, total=False):
        """What a run takes beside what a create takes."""

        resume_from: RunState | latest.Interaction | str | None
        results: Iterable[ResultLike]

    class ModelRun(ModelCall, RunOptions, total=False):
        tools: Sequence[ToolLike] | None  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]

    class AgentRun(AgentCall, RunOptions, total=False):
        tools: Sequence[ToolLike] | None  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]

    class ModelStreamRun(ModelStreamCall, RunOptions, total=False):
        tools: Sequence[ToolLike] | None  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]

    class AgentStreamRun(AgentStreamCall, RunOptions, total=False):
        tools: Sequence[ToolLike] | None  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]

    class TurnOptions(CreateOptions, StreamOptions, LoopOptions, total=False):
        """What a turn of a conversation takes beside its input."""


ValueT = TypeVar("ValueT")

ARGUMENTS = ("timeout", "retry", "resume", "polling", "hooks", "clock", "api_revision")


def calls_of(arguments: dict[str, Any], own: str) -> Calls:
    """The operations of a client that was built like this; `own` is what only that client takes."""
    given = dict(arguments)
    timeout, retry, resume, polling, hooks, clock, revision = (
        given.pop(name, None) for name in ARGUMENTS
    )
    revision = LATEST if revision is None else revision
    if revision not in REVISIONS:
        known = ", ".join(REVISIONS)
        raise ConfigurationError(f"there is no revision {revision!r}: choose one of {known}")
    settings = resolved(given, revision, own)
    default = Timeout() if settings.timeout is None else Timeout(total=settings.timeout)
    return Calls(
        bindings=bindings_of(revision),
        settings=settings,
        timeout=as_timeout(timeout, default),
        retry=as_retry(retry, Retry()),
        resume=as_resume(resume, Resume()),
        polling=polling or Polling(),
        hooks=hooks or Hooks(),
        clock=clock or Clock(),
    )


def resolved(settings: dict[str, Any], revision: str, own: str) -> Settings:
    refuse_unknown(settings, own)
    return Settings.resolve(environ=os.environ, api_revision=revision, **settings)


def refuse_unknown(names: Iterable[str], *own: str) -> None:
    """An argument that no client takes is an error; `own` are those that only this one does."""
    known = [*inspect.signature(Settings.resolve).parameters, *ARGUMENTS, *own]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise ConfigurationError(f"the client has no argument {name!r}{hint}")


def shown(client: object, calls: Calls) -> str:
    """A client as text."""
    where = calls.settings.base_url or calls.settings.backend
    return f"{type(client).__name__}({where}, api_revision={calls.bindings.label!r})"


@frozen(kw_only=True)
class RawResponse(Generic[ValueT]):
    """An answer with its HTTP side. `parse()` gives what the plain call would have given."""

    status: int | None
    headers: Mapping[str, str]
    request_id: str | None
    value: ValueT

    def parse(self) -> ValueT:
        return self.value


def raw(answer: Answer[ValueT]) -> RawResponse[ValueT]:
    origin = answer.origin
    return RawResponse(
        status=origin.status,
        headers=origin.headers,
        request_id=origin.request_id(),
        value=answer.value,
    )


class Surface:
    """What the arguments of `client.interactions` ask for, as procedures for a shell."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def creating(self, stream: bool, arguments: dict[str, Any]) -> Procedure[Answer[Any] | Opened]:
        if "follow_continuation" in arguments:
            raise InvalidRequestError("follow_continuation makes several answers one: none is raw")
        return self.calls.create_stream(arguments) if stream else self.calls.create(arguments)

    def continuing(self, stream: bool, arguments: dict[str, Any]) -> Procedure[Reply] | None:
        """A create with the parts that follow it, where that is wanted."""
        follow = arguments.pop("follow_continuation", False)
        if follow is False:
            return None
        from ._core.dialogues.asking import Asking
        from ._core.dialogues.continuation import most_parts

        most = most_parts(follow)
        asking = Asking.of(self.calls, arguments, streaming=stream, most_parts=most, waits=False)
        return asking.whole(arguments)

    def running(self, stream: bool, arguments: dict[str, Any]) -> Run:
        from ._core.dialogues.rounds import Run

        return Run.of(self.calls, stream, arguments)

    def getting(
        self, id: str, stream: bool, arguments: dict[str, Any]
    ) -> Procedure[Answer[Any] | Opened]:
        options = split_options(arguments)
        get = self.calls.get_stream if stream else self.calls.get
        return get(id, arguments, options)

    def cancelling(self, id: str, arguments: dict[str, Any]) -> Procedure[Answer[Any] | Opened]:
        return self.calls.cancel(id, only_options(arguments))

    def deleting(self, id: str, arguments: dict[str, Any]) -> Procedure[Answer[Any] | Opened]:
        return self.calls.delete(id, only_options(arguments))

    def waiting(
        self, id: str, polling: Polling | None, on_poll: Any, arguments: dict[str, Any]
    ) -> Procedure[Any]:
        return self.calls.wait(id, only_options(arguments), polling, on_poll)
