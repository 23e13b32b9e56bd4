"""Several streams handed over as one: what the shells of both clients share.

A procedure that is streamed yields `Follow` for every stream it opens: its events go to the user,
each as the item that `Follow` makes of it, and the procedure goes on when the stream is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from ...errors import InteractionsError, StreamInterruptedError
from ..exchange import Beyond, Effect, Procedure

if TYPE_CHECKING:
    from ..calls import Opened
    from ..session import StreamSession

InteractionT = TypeVar("InteractionT")


@frozen
class Follow(Beyond):
    """Hand the events of a stream over, to its end."""

    opened: Opened
    item: Callable[[Any], Any]
    """What an event is for the user; `None` for one that is not."""
    view: Callable[[Any], Any]
    """The interaction of the stream as a part of the whole."""


class Course:
    """A procedure between two of its effects."""

    def __init__(self, procedure: Procedure[Any]) -> None:
        self._procedure = procedure
        self._result: Any = None
        self._failure: InteractionsError | None = None
        self._is_closed = False
        self.is_over = False
        self.value: Any = None

    def give(self, result: Any) -> None:
        """What the last effect gave."""
        self._result = result

    def fail(self, failure: InteractionsError) -> None:
        """How the last effect failed."""
        self._failure = failure

    def advance(self) -> Effect | None:
        """The next effect, or `None` at the end, where `value` is what came of it all."""
        result, self._result = self._result, None
        failure, self._failure = self._failure, None
        try:
            if failure is not None:
                return self._procedure.throw(failure)
            return self._procedure.send(result)
        except StopIteration as stop:
            if not self._is_closed:
                self.is_over, self.value = True, stop.value
            return None

    def close(self) -> None:
        self._is_closed = True
        self._procedure.close()


class ChainView(Generic[InteractionT]):
    """How far a chain of streams has come: the properties of a stream, for the one under way."""

    _course: Course
    _under_way: StreamSession | None
    _view: Callable[[Any], Any]

    @property
    def interaction_id(self) -> str | None:
        """The id of the interaction under way, once the service has said it."""
        return self._under_way.progress.interaction_id if self._under_way else None

    @property
    def last_event_id(self) -> str | None:
        """The cursor in the stream under way."""
        return self._under_way.progress.cursor if self._under_way else None

    @property
    def status(self) -> str | None:
        """The last status that was said."""
        return self._under_way.progress.status if self._under_way else None

    @property
    def interaction(self) -> InteractionT | None:
        """The interaction under way as assembled so far, with the parts it came in."""
        if self._course.is_over:
            last: InteractionT = self._course.value.interaction
            return last
        found: InteractionT | None
        found = self._view(self._under_way.interaction) if self._under_way else None
        return found

    def _left(self) -> StreamInterruptedError:
        """What is raised where reading goes on after the chain was left."""
        return StreamInterruptedError(
            "the stream was closed before its end",
            interaction_id=self.interaction_id,
            last_event_id=self.last_event_id,
            interaction=self.interaction,
        )
