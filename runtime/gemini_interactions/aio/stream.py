"""A stream as its user sees it: typed events, over as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.session import StreamView
from ..errors import ConnectionFailedError, InteractionsError
from .transport import AsyncResponse

if TYPE_CHECKING:
    from .._core.calls import Opened
    from .._core.exchange import OpenResponse
    from .shell import AsyncShell

EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class AsyncStream(StreamView[InteractionT], Generic[EventT, InteractionT]):
    """Iterate over it; close it, or use it as a context manager, if you leave early.

    Iteration ends after the end of the interaction and nowhere else: a stream that is closed or
    broken raises. A cancelled task drops the connection at once. Neither that nor leaving early
    stops a background interaction on the service: `cancel` does.
    """

    def __init__(self, shell: AsyncShell, opened: Opened) -> None:
        super().__init__(opened.session)
        opened.session.take_turns()
        self._shell = shell
        self._response = as_response(opened.response)
        self._ready: Iterator[Any] = iter(())
        self._is_last = False
        self._busy = False
        self._closed = False

    async def until_done(self) -> InteractionT:
        """Read to the end and give the whole interaction.

        It is asked for where the stream alone does not make it: after a `last_event_id`, or with
        `assemble=False`.
        """
        async for _ in self:
            pass
        interaction: InteractionT = await self._shell.run(self._session.result())
        return interaction

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self

    async def __anext__(self) -> EventT:
        if self._busy:
            raise RuntimeError("another task is reading this stream")
        self._busy = True
        try:
            while True:
                try:
                    for event in self._ready:
                        if event is None:
                            await asyncio.sleep(0)
                            break
                        found: EventT = event
                        return found
                    else:
                        if self._response is None:
                            break
                        await self._go_on(self._response)
                except InteractionsError as error:
                    self._drop()
                    if self._closed:
                        break
                    await self._recover(error)
        except InteractionsError as error:
            final = self._session.final(error)
            raise final from final.__cause__
        except BaseException:
            self._drop()
            raise
        finally:
            self._busy = False
        if not self._session.over:
            raise self._session.closed()
        raise StopAsyncIteration

    async def _go_on(self, response: AsyncResponse) -> None:
        """The next events, or the end of the connection, which may bring the last ones."""
        session = self._session
        if self._is_last:
            await response.settle()
            self._response = None
            return
        chunk, broken = b"", None
        if not session.is_done:
            if session.is_ending:
                response.hurry()
            try:
                chunk = await response.read()
            except ConnectionFailedError as error:
                broken = error
        if self._closed:  # by another task, while this one waited
            return
        self._is_last = not chunk
        self._ready = session.events(chunk) if chunk else session.end(broken)

    async def _recover(self, error: InteractionsError) -> None:
        recovery = self._session.recover(error)
        self._response = as_response(await self._shell.run(recovery))
        if self._closed:  # by another task, while this one reconnected
            self._drop()

    async def close(self) -> None:
        """Drop the connection without reading what is left; a read that waits ends at once."""
        self._closed = True
        self._drop()

    aclose = close

    def _drop(self) -> None:
        self._ready = iter(())
        self._is_last = False
        response, self._response = self._response, None
        if response is not None:
            response.close()

    async def __aenter__(self) -> AsyncStream[EventT, InteractionT]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def as_response(response: OpenResponse | None) -> AsyncResponse | None:
    """Open responses pass through the core unread; only a shell knows what they are."""
    assert response is None or isinstance(response, AsyncResponse)
    return response
