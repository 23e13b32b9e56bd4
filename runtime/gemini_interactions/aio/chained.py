"""Several streams as one: the parts of a continued interaction, the rounds of a run."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.dialogues.chain import ChainView, Course, Follow
from .._core.dialogues.execution import Batch, RoundEvent
from ..errors import InteractionsError
from .stream import AsyncStream
from .transport import AsyncResponse
from .workers import AsyncRunShell, AsyncWorkers

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._core.dialogues.rounds import Run
    from .._core.dialogues.run_state import RunState
    from .._core.exchange import Procedure

ItemT = TypeVar("ItemT")
EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class AsyncChainedStream(
    ChainView[InteractionT], AsyncStream[ItemT, InteractionT], Generic[ItemT, InteractionT]
):
    """A stream that goes over several streams, in the order in which a procedure opens them."""

    def __init__(self, shell: AsyncRunShell, procedure: Procedure[Any]) -> None:
        self._shell = shell
        self._course = Course(procedure)
        self._under_way = None
        self._view = lambda part: part
        self._source: Followed | Made | None = None
        self._busy = False
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def until_done(self) -> InteractionT:
        """Read to the end and give the last interaction, whole."""
        async for _ in self:
            pass
        interaction: InteractionT = self._course.value.interaction
        return interaction

    async def __anext__(self) -> ItemT:
        if self._busy:
            raise RuntimeError("another task is reading this stream")
        self._busy = True
        try:
            while not (self._closed or self._course.is_over):
                try:
                    item = await self._source.next_item() if self._source else None
                except InteractionsError as error:
                    if self._closed:
                        break
                    self._course.fail(error)
                else:
                    if item is not None:
                        found: ItemT = item
                        return found
                await self._advance()
        except BaseException:
            await self.close()
            raise
        finally:
            self._busy = False
        if self._closed:
            raise self._left()
        raise StopAsyncIteration

    async def begun(self) -> Self:
        """The same stream, opened."""
        try:
            await self._advance()
        except BaseException:
            await self.close()
            raise
        return self

    async def _advance(self) -> None:
        """Perform what comes up to the next items."""
        self._source = None
        while not self._closed and (effect := self._course.advance()) is not None:
            if isinstance(effect, Follow):
                self._under_way, self._view = effect.opened.session, effect.view
                self._source = Followed(AsyncStream(self._shell, effect.opened), effect)
                return
            if isinstance(effect, Batch):
                self._source = Made(AsyncWorkers(effect), effect)
                return
            result: Any = None
            try:
                result = await self._shell.perform(effect)
            except InteractionsError as error:
                self._course.fail(error)
            if self._closed:  # by another task, while this one waited
                if isinstance(result, AsyncResponse):
                    result.close()
                return
            self._course.give(result)

    async def close(self) -> None:
        """Drop the connection without reading what is left; a read that waits ends at once.

        Functions that are at work are cancelled.
        """
        self._closed = not self._course.is_over
        source, self._source = self._source, None
        if source is not None:
            await source.stop()
        with suppress(ValueError):  # another task reads: it has just been woken
            self._course.close()

    aclose = close


class Followed:
    """The stream under way."""

    def __init__(self, stream: AsyncStream[Any, Any], follow: Follow) -> None:
        self.stream = stream
        self.follow = follow

    async def next_item(self) -> Any:
        """Its next item; `None` at its end."""
        async for event in self.stream:
            item = self.follow.item(event)
            if item is not None:
                return item
        return None

    async def stop(self) -> None:
        await self.stream.close()


class Made:
    """The calls under way."""

    def __init__(self, workers: AsyncWorkers, batch: Batch) -> None:
        self.workers = workers
        self.batch = batch

    async def next_item(self) -> Any:
        """The next one that is over; `None` after the last."""
        done = await self.workers.next_end()
        return None if done is None else self.batch.take(done)

    async def stop(self) -> None:
        await self.workers.stop()


class AsyncRunStream(
    AsyncChainedStream[RoundEvent[EventT], InteractionT], Generic[EventT, InteractionT]
):
    """All rounds of a run as one stream of `RoundEvent`."""

    def __init__(self, shell: AsyncRunShell, run: Run, procedure: Procedure[Any]) -> None:
        self._run = run
        super().__init__(shell, procedure)

    @property
    def round(self) -> int:
        """The round that is under way, counted from 1."""
        return self._run.round

    @property
    def state(self) -> RunState:
        """Where the run stands: what `resume_from` takes up again."""
        return self._run.state
