"""A stream as its user sees it: typed events, over as many connections as it takes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import ConnectionFailedError, InteractionsError
from .transport import Response

if TYPE_CHECKING:
    from ._core.calls import Opened
    from ._core.exchange import OpenResponse
    from ._shell import Shell

EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class Stream(Generic[EventT, InteractionT]):
    """Iterate over it; close it, or use it as a context manager, if you leave early.

    Iteration ends after the end of the interaction and nowhere else: a stream that is closed or
    broken raises. Leaving early does not stop a background interaction on the service: `cancel`
    does.
    """

    def __init__(self, shell: Shell, opened: Opened) -> None:
        self._shell = shell
        self._response = as_response(opened.response)
        self._session = opened.session
        self._closed = False
        self._events = self._iterate()

    # --- how far it has come -------------------------------------------------------------------

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

    def until_done(self) -> InteractionT:
        """Read to the end and give the whole interaction.

        It is asked for where the stream alone does not make it: after a `last_event_id`, or with
        `assemble=False`.
        """
        for _ in self:
            pass
        interaction: InteractionT = self._shell.run(self._session.result())
        return interaction

    # --- iteration -----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[EventT]:
        return self

    def __next__(self) -> EventT:
        try:
            event: EventT = next(self._events)
        except StopIteration:
            if not self._session.over:
                raise self._session.closed() from None
            raise
        return event

    def _iterate(self) -> Generator[Any, None, None]:
        try:
            while self._response is not None:
                try:
                    yield from self._connection(self._response)
                    return
                except InteractionsError as error:
                    self._drop()
                    if self._closed:
                        return
                    self._response = as_response(self._shell.run(self._session.recover(error)))
                    if self._closed:  # from another thread, while this one was busy reconnecting
                        return
        except InteractionsError as error:
            final = self._session.final(error)
            raise final from final.__cause__
        finally:
            self._drop()

    def _connection(self, response: Response) -> Iterator[Any]:
        session = self._session
        broken: ConnectionFailedError | None = None
        try:
            for chunk in response.chunks():
                yield from session.events(chunk)
                if session.is_done:
                    break
                if session.is_ending:
                    response.hurry()
        except ConnectionFailedError as error:
            broken = error
        yield from session.end(broken)
        response.settle()

    # --- leaving -------------------------------------------------------------------------------

    def close(self) -> None:
        """Drop the connection without reading what is left; a read that waits ends at once."""
        self._closed = True
        self._drop()
        with suppress(ValueError):  # another thread reads: dropping the connection has ended that
            self._events.close()

    def _drop(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.close()

    def __enter__(self) -> Stream[EventT, InteractionT]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Stream(interaction_id={self.interaction_id!r}, status={self.status!r})"


def as_response(response: OpenResponse | None) -> Response | None:
    """Open responses pass through the core unread; only a shell knows what they are."""
    assert response is None or isinstance(response, Response)
    return response
