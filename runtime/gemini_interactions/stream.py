"""A stream as its user sees it: typed events, over as many connections as it takes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._core.session import StreamView
from .errors import ConnectionFailedError, InteractionsError
from .transport import Response

if TYPE_CHECKING:
    from ._core.calls import Opened
    from ._core.exchange import OpenResponse
    from ._shell import Shell

EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class Stream(StreamView[InteractionT], Generic[EventT, InteractionT]):
    """Iterate over it; close it, or use it as a context manager, if you leave early.

    Iteration ends after the end of the interaction and nowhere else: a stream that is closed or
    broken raises. Leaving early does not stop a background interaction on the service: `cancel`
    does.
    """

    def __init__(self, shell: Shell, opened: Opened) -> None:
        super().__init__(opened.session)
        self._shell = shell
        self._connections = Connections(shell, opened)
        self._events = self._connections.events()

    def until_done(self) -> InteractionT:
        """Read to the end and give the whole interaction.

        It is asked for where the stream alone does not make it: after a `last_event_id`, or with
        `assemble=False`.
        """
        for _ in self:
            pass
        interaction: InteractionT = self._shell.run(self._session.result())
        return interaction

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

    def close(self) -> None:
        """Drop the connection without reading what is left; a read that waits ends at once."""
        self._connections.close()
        with suppress(ValueError):  # another thread reads: it has just been woken
            self._events.close()

    def __enter__(self) -> Stream[EventT, InteractionT]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Connections:
    """The connections of one stream, one after the other.

    They know nothing of the stream above them, so that one which nobody holds any more is gone at
    once, and its connection with it.
    """

    def __init__(self, shell: Shell, opened: Opened) -> None:
        self.shell = shell
        self.session = opened.session
        self.response = as_response(opened.response)
        self.closed = False

    def events(self) -> Generator[Any, None, None]:
        session = self.session
        try:
            while self.response is not None:
                try:
                    yield from self.events_of(self.response)
                    return
                except InteractionsError as error:
                    self.drop()
                    if self.closed:
                        return
                    self.response = as_response(self.shell.run(session.recover(error)))
                    if self.closed:  # by another thread, while this one reconnected
                        return
        except InteractionsError as error:
            final = session.final(error)
            raise final from final.__cause__
        finally:
            self.drop()

    def events_of(self, response: Response) -> Iterator[Any]:
        session = self.session
        broken: ConnectionFailedError | None = None
        try:
            for chunk in response.chunks():
                for event in session.events(chunk):
                    yield event
                    if self.closed:  # by a hook, or another thread, with more events at hand
                        return
                if session.is_done:
                    break
                if session.is_ending:
                    response.hurry()
        except ConnectionFailedError as error:
            broken = error
        yield from session.end(broken)
        response.settle()

    def close(self) -> None:
        self.closed = True
        self.drop()

    def drop(self) -> None:
        response, self.response = self.response, None
        if response is not None:
            response.close()


def as_response(response: OpenResponse | None) -> Response | None:
    """Open responses pass through the core unread; only a shell knows what they are."""
    assert response is None or isinstance(response, Response)
    return response
