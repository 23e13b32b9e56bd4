"""A stream over all its connections, without I/O.

A shell opens a connection, gives its chunks to `events`, and its end to `end`. Whatever goes wrong
on the way goes to `recover`, a procedure that gives the next connection, or `None` where the
interaction turned out to be over, or raises. What it raises goes through `final` to the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from ..errors import (
    ConnectionFailedError,
    InteractionsError,
    InvalidRequestError,
    StreamInterruptedError,
    UnexpectedAnswerError,
    UnknownEventError,
)
from ..hooks import Hooks, ResumeInfo
from .answers import Origin, with_place
from .assembly import InteractionAssembler
from .events import ERROR, UNKNOWN, EventReader, OnUnknown, is_running
from .exchange import OpenResponse, Pause, Policy, Procedure, attempt
from .log import logger
from .progress import Progress
from .requests import Request
from .resume import Reconnection, Resume, is_interruption, may_pass

if TYPE_CHECKING:
    from .._bindings import Bindings

InteractionT = TypeVar("InteractionT")


@frozen(kw_only=True)
class StreamOptions:
    """What a caller can choose about a stream."""

    on_unknown: OnUnknown = "skip"
    raise_on_error: bool = True
    max_event_bytes: int | None = None
    assemble: bool = True


@frozen(kw_only=True)
class Reopening:
    """How to come back to a stream, and how to ask for its interaction instead."""

    stream: Callable[[str, str | None], Request]
    interaction: Callable[[str], Procedure[Any]]


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
        self._fetched_payload: Mapping[str, Any] = {}
        self._over = False
        self._in_turns = False
        self._watched = type(policy.hooks).on_event is not Hooks.on_event

    def begin(self, origin: Origin) -> None:
        """A connection is open."""
        self.reader = EventReader(
            self.bindings,
            origin,
            raise_on_error=self.options.raise_on_error,
            max_event_bytes=self.options.max_event_bytes,
        )
        self.reader.in_turns = self._in_turns

    def take_turns(self) -> None:
        """Give `None` between the pieces of a long event, to a shell that can let others go on."""
        self._in_turns = self.reader.in_turns = True

    def events(self, chunk: bytes) -> Iterator[Any]:
        """The new events that a chunk completes."""
        return self.delivered(self.reader.feed(chunk))

    def end(self, broken: ConnectionFailedError | None = None) -> Iterator[Any]:
        """The connection is over, in order or broken: the last events, and the judgement."""
        yield from self.delivered(self.reader.close())
        if broken is None:
            self.reader.judge_document()
        if not self.progress.is_over(self.reader.done):
            early = "the stream ended before its interaction did"
            raise broken or self.progress.interrupted(early)
        self._over = True

    def delivered(self, events: Iterator[Any]) -> Iterator[Any]:
        takes = self.progress.takes
        assemble = self.assembler.add if self.assembler is not None else None
        watch = self.policy.hooks.on_event if self._watched else None
        for event in events:
            if event is None:
                yield event
                continue
            if not takes(event) or (event.event_type == UNKNOWN and self.skips(event)):
                continue
            if assemble is not None:
                assemble(event)
            if watch is not None:
                watch(event)
            yield event

    def skips(self, event: Any) -> bool:
        """Whether an unknown event is left out; an error of odd form was asked for as an event."""
        if self.options.on_unknown == "raise":
            raise UnknownEventError(f"unknown event {event.tag!r}: {event.problem}", event=event)
        if self.options.on_unknown == "yield" or event.tag == ERROR:
            return False
        logger.warning("skipped an event of unknown type %r", event.tag)
        return True

    @property
    def is_done(self) -> bool:
        """Whether nothing more can come on this connection: `[DONE]` was read."""
        return self.reader.done

    @property
    def over(self) -> bool:
        """Whether the interaction was seen to its end."""
        return self._over or self.progress.ended

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is needed: what follows a terminal event may come, or not."""
        return self.progress.ended

    @property
    def interaction(self) -> Any:
        """What there is of the interaction."""
        if self.fetched is not None:
            return self.fetched
        return self.assembler.interaction if self.assembler is not None else None

    @property
    def payload(self) -> Mapping[str, Any]:
        """The interaction as JSON, in the order in which it came."""
        if self.fetched is not None or self.assembler is None:
            return self._fetched_payload
        return self.assembler.payload

    def result(self) -> Procedure[Any]:
        """The whole interaction once the stream is over, asked for where it was not assembled."""
        if self.fetched is None and (self.assembler is None or self.progress.is_tail):
            yield from self.fetch()
        return self.interaction

    def fetch(self) -> Procedure[None]:
        if not self.progress.interaction_id:
            raise InvalidRequestError("the interaction was neither assembled nor stored")
        answer = yield from self.reopening.interaction(self.progress.interaction_id)
        self.fetched, self._fetched_payload = answer.value, answer.payload

    def closed(self) -> InteractionsError:
        """What a stream raises that is read on after it was left."""
        return self.final(self.progress.interrupted("the stream was closed before its end"))

    # --- when it breaks ------------------------------------------------------------------------

    def recover(self, error: InteractionsError) -> Procedure[OpenResponse | None]:
        """The next connection after a failure, or `None` where the interaction is over."""
        if not is_interruption(error):
            raise error
        failure = error
        while True:
            pause = self.reconnection.pause_after(failure)
            if pause is None or not self.policy.deadline.allows(pause):
                yield from self.give_up(error, failure)
                return None
            self.policy.hooks.on_resume(
                ResumeInfo(
                    self.progress.interaction_id,
                    self.progress.cursor,
                    self.reconnection.failures,
                    pause,
                    failure,
                )
            )
            yield Pause(pause)
            try:
                return (yield from self.reconnect())
            except InteractionsError as problem:
                failure = problem

    def reconnect(self) -> Procedure[OpenResponse]:
        assert self.progress.interaction_id is not None
        request = self.reopening.stream(self.progress.interaction_id, self.progress.cursor)
        response, origin = yield from attempt(request, self.policy, self.reconnection.failures)
        self.begin(origin)
        self.progress.reconnected()
        return response

    def give_up(self, error: InteractionsError, last: InteractionsError) -> Procedure[None]:
        """No connection any more: the end all the same, or the interaction itself, or an error."""
        if not self.progress.settled and not (yield from self.falls_back()):
            if last is error or not may_pass(last):
                raise last
            why = f"the stream broke and cannot be taken up again: {last}"
            raise self.progress.interrupted(why) from last
        self._over = True

    def falls_back(self) -> Procedure[bool]:
        """Ask for the interaction itself, if that is wanted; whether it has come to its end."""
        if self.reconnection.resume.fallback != "get" or not self.progress.interaction_id:
            return False
        try:
            yield from self.fetch()
        except InteractionsError as error:
            logger.info("the interaction itself cannot be had either: %s", error)
            return False
        status = self.fetched.status
        if not status or is_running(status):
            self.fetched = None
            return False
        self.progress.status = status
        return True

    def final(self, error: InteractionsError) -> InteractionsError:
        """The error a user sees: it knows how far the stream had come."""
        got = self.interaction if self.progress.delivered else None
        if isinstance(error, ConnectionFailedError) and self.progress.delivered:
            broken, error = error, self.progress.interrupted(f"the stream broke: {error}")
            error.__cause__ = broken
        if isinstance(error, StreamInterruptedError):
            error.interaction = got
            return error
        if isinstance(error, UnexpectedAnswerError):
            got = got or error.interaction
        return with_place(
            error,
            interaction_id=self.progress.interaction_id,
            last_event_id=self.progress.cursor,
            got=got,
        )


class StreamView(Generic[InteractionT]):
    """How far a stream has come, as its user sees it, whatever shell drives it."""

    def __init__(self, session: StreamSession) -> None:
        self._session = session

    @property
    def interaction_id(self) -> str | None:
        """The id of the interaction, once the service has said it."""
        return self._session.progress.interaction_id

    @property
    def last_event_id(self) -> str | None:
        """The cursor: what to resume after. It moves as events are handed over."""
        return self._session.progress.cursor

    @property
    def status(self) -> str | None:
        """The last status that was said."""
        return self._session.progress.status

    @property
    def interaction(self) -> InteractionT | None:
        """The interaction as assembled so far: whole once the stream is over.

        After a `last_event_id`, what was before it is missing; `until_done` gives it whole.
        """
        found: InteractionT | None = self._session.interaction
        return found

    def __repr__(self) -> str:
        place = f"interaction_id={self.interaction_id!r}, status={self.status!r}"
        return f"{type(self).__name__}({place})"
