"""Several streams as one: the parts of a continued interaction, the rounds of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._core.dialogues.chain import ChainView, Course, Follow
from ._core.dialogues.execution import Batch, RoundEvent
from ._workers import RunShell, Workers
from .errors import InteractionsError
from .stream import Stream
from .transport import Response

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._core.dialogues.rounds import Run
    from ._core.dialogues.run_state import RunState
    from ._core.exchange import Procedure

ItemT = TypeVar("ItemT")
EventT = TypeVar("EventT")
InteractionT = TypeVar("InteractionT")


class ChainedStream(
    ChainView[InteractionT], Stream[ItemT, InteractionT], Generic[ItemT, InteractionT]
):
    """A stream that goes over several streams, in the order in which a procedure opens them."""

    def __init__(self, shell: RunShell, procedure: Procedure[Any]) -> None:
        self._shell = shell
        self._course = Course(procedure)
        self._under_way = None
        self._view = lambda part: part
        self._leg: Stream[Any, Any] | None = None
        self._workers: Workers | None = None
        self._items: Iterator[Any] = iter(())
        self._closed = False
        self._advance()

    def __enter__(self) -> Self:
        return self

    def until_done(self) -> InteractionT:
        """Read to the end and give the last interaction, whole."""
        for _ in self:
            pass
        interaction: InteractionT = self._course.value.interaction
        return interaction

    def __next__(self) -> ItemT:
        while not (self._closed or self._course.is_over):
            try:
                for item in self._items:
                    found: ItemT = item
                    return found
            except InteractionsError as error:
                if self._closed:
                    break
                self._course.fail(error)
            except BaseException:
                self.close()
                raise
            self._advance()
        if self._closed:
            raise self._left()
        raise StopIteration

    def _advance(self) -> None:
        """Perform what comes up to the next items."""
        try:
            while not self._closed and (effect := self._course.advance()) is not None:
                if isinstance(effect, Follow):
                    self._leg = Stream(self._shell, effect.opened)
                    self._under_way, self._view = effect.opened.session, effect.view
                    self._items = items_of(self._leg, effect)
                    return
                if isinstance(effect, Batch):
                    self._workers = Workers(effect)
                    self._items = map(effect.take, self._workers.ends())
                    return
                result: Any = None
                try:
                    result = self._shell.perform(effect)
                except InteractionsError as error:
                    self._course.fail(error)
                if self._closed:  # by another thread, while this one waited
                    if isinstance(result, Response):
                        result.close()
                    return
                self._course.give(result)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop the connection without reading what is left; a read that waits ends at once.

        Functions that are at work go on to their end; their results are not used.
        """
        self._closed = not self._course.is_over
        self._items = iter(())
        if self._leg is not None:
            self._leg.close()
        if self._workers is not None:
            self._workers.stop()
        with suppress(ValueError):  # another thread reads: it has just been woken
            self._course.close()


def items_of(stream: Stream[Any, Any], follow: Follow) -> Iterator[Any]:
    for event in stream:
        item = follow.item(event)
        if item is not None:
            yield item


class RunStream(ChainedStream[RoundEvent[EventT], InteractionT], Generic[EventT, InteractionT]):
    """All rounds of a run as one stream of `RoundEvent`."""

    def __init__(self, shell: RunShell, run: Run, procedure: Procedure[Any]) -> None:
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
