"""A stream over all its connections, without I/O.

A shell opens a connection, gives its chunks to `events`, and its end to `end`. Whatever goes wrong
on the way goes to `recover`, a procedure that gives the next connection, or `None` where the
interaction turned out to be over, or raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..errors import (
    APIError,
    ConnectionFailedError,
    InteractionsError,
    StreamInterruptedError,
    UnexpectedAnswerError,
)
from ..hooks import Hooks, ResumeInfo
from .answers import Origin, json_object, with_place
from .assembly import InteractionAssembler
from .events import EventReader, OnUnknown, is_running
from .exchange import OpenResponse, Pause, Policy, Procedure, attempt, exchange
from .progress import Progress
from .requests import Request
from .resume import Reconnection, Resume

if TYPE_CHECKING:
    from .._bindings import Bindings


@frozen(kw_only=True)
class StreamOptions:
    """What a caller can choose about a stream."""

    on_unknown: OnUnknown = "skip"
    raise_on_error: bool = True
    max_event_bytes: int | None = None
    assemble: bool = True


@frozen(kw_only=True)
class Reopening:
    """How to come back to a stream: its own request, and that of its interaction."""

    stream: Callable[[str, str | None], Request]
    interaction: Callable[[str], Request]


class StreamSession:
    def __init__(
        self,
        bindings: Bindings,
        *,
        policy: Policy,
        resume: Resume,
        reopening: Reopening,
        options: StreamOptions,
        progress: Progress,
    ) -> None:
        self.bindings = bindings
        self.policy = policy
        self.reopening = reopening
        self.options = options
        self.progress = progress
        self.reconnection = Reconnection(resume, progress)
        self.assembler = InteractionAssembler(bindings) if options.assemble else None
        self.fetched: Any = None
        self.over = False
        self._watched = type(policy.hooks).on_event is not Hooks.on_event

    def begin(self, origin: Origin) -> None:
        """A connection is open."""
        self.reader = EventReader(
            self.bindings,
            origin,
            on_unknown=self.options.on_unknown,
            raise_on_error=self.options.raise_on_error,
            max_event_bytes=self.options.max_event_bytes,
        )

    def events(self, chunk: bytes) -> Iterator[Any]:
        """The new events that a chunk completes."""
        return self.delivered(self.reader.feed(chunk))

    def end(self) -> Iterator[Any]:
        """The connection is over: the last events, if any, and the judgement."""
        yield from self.delivered(self.reader.close())
        self.reader.judge_document()
        if not self.reader.finished:
            raise self.progress.interrupted("the stream ended before its interaction did")
        self.over = True

    def delivered(self, events: Iterator[Any]) -> Iterator[Any]:
        for event in events:
            if not self.progress.is_repeated(event):
                self.take(event)
                yield event

    def take(self, event: Any) -> None:
        self.progress.deliver(event)
        if self.assembler is not None:
            self.assembler.add(event)
        if self._watched:
            self.policy.hooks.on_event(event)

    @property
    def is_done(self) -> bool:
        """Whether nothing more can come on this connection: `[DONE]` was read."""
        return self.reader.done

    @property
    def interaction(self) -> Any:
        """What there is of the interaction."""
        if self.fetched is not None:
            return self.fetched
        return self.assembler.interaction if self.assembler is not None else None

    # --- when it breaks ------------------------------------------------------------------------

    def recover(self, error: InteractionsError) -> Procedure[OpenResponse | None]:
        """The next connection after a failure, or `None` where the interaction is over."""
        if self.reader.finished and isinstance(error, ConnectionFailedError):
            self.over = True  # the end was there, only the connection was not closed in order
            return None
        first = error
        while True:
            pause = self.reconnection.pause_after(error, connecting=error is not first)
            if pause is None or not self.policy.deadline.allows(pause):
                return (yield from self.fall_back(first, error))
            self.policy.hooks.on_resume(
                ResumeInfo(
                    self.progress.interaction_id,
                    self.progress.cursor,
                    self.reconnection.failures,
                    pause,
                    error,
                )
            )
            response = yield from self.reconnect(pause)
            if not isinstance(response, InteractionsError):
                return response
            error = response

    def reconnect(self, pause: float) -> Procedure[OpenResponse | InteractionsError]:
        yield Pause(pause)
        assert self.progress.interaction_id is not None
        request = self.reopening.stream(self.progress.interaction_id, self.progress.cursor)
        try:
            response, origin = yield from attempt(request, self.policy, self.reconnection.failures)
        except InteractionsError as error:
            return error
        self.begin(origin)
        self.progress.reconnected()
        return response

    def fall_back(
        self, first: InteractionsError, last: InteractionsError
    ) -> Procedure[OpenResponse | None]:
        """Ask for the interaction itself, if that is wanted; else say what went wrong."""
        interaction_id = self.progress.interaction_id
        if self.reconnection.resume.fallback == "get" and interaction_id and is_broken(last):
            request = self.reopening.interaction(interaction_id)
            origin, body = yield from exchange(request, self.policy)
            payload = json_object(origin, body)
            interaction = self.bindings.structure(self.bindings.types.Interaction, payload)
            if not is_running(interaction.status):
                self.fetched, self.over = interaction, True
                self.progress.status = interaction.status
                return None
        raise self.final(last if isinstance(last, (APIError, UnexpectedAnswerError)) else first)

    def final(self, error: InteractionsError) -> InteractionsError:
        """The error a user sees: it knows how far the stream had come."""
        if isinstance(error, StreamInterruptedError):
            error.interaction = self.interaction
            return error
        if isinstance(error, ConnectionFailedError) and self.progress.delivered:
            interrupted = self.progress.interrupted(f"the stream broke: {error}", self.interaction)
            interrupted.__cause__ = error
            return interrupted
        return with_place(
            error,
            interaction_id=self.progress.interaction_id,
            last_event_id=self.progress.cursor,
            got=self.interaction if self.progress.delivered else None,
        )


def is_broken(error: InteractionsError) -> bool:
    return isinstance(error, (ConnectionFailedError, StreamInterruptedError, APIError))
