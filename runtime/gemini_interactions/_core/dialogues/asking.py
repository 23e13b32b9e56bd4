"""One interaction from its create to its end: streamed or not, in parts or whole, waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve, field, frozen

from ...errors import ContinuationError, InteractionsError, InvalidRequestError
from ..calls import Answer, CallOptions, Calls, Opened, split_options
from ..drafts import Json
from ..events import is_running
from ..exchange import Procedure
from ..limits import Deadline, as_timeout
from ..waiting import wait
from .chain import Follow
from .continuation import Parts


@frozen
class Reply:
    """An interaction that is over, and the JSON it was made of."""

    interaction: Any
    payload: Json
    ids: tuple[str, ...]

    @property
    def status(self) -> str | None:
        return self.payload.get("status")


def as_it_is(event: Any) -> Any:
    return event


@frozen(kw_only=True)
class Asking:
    """How interactions are asked for."""

    calls: Calls
    options: CallOptions
    """For every request that is no create: the deadline is in it."""
    streaming: bool
    most_parts: int
    deadline: Deadline
    waits: bool
    """Whether to wait for one that runs in the background."""
    item: Callable[[Any], Any] = field(default=as_it_is)
    """What an event is for the user of a stream."""
    began: Callable[[str], object] = field(default=as_it_is)
    """Told of an interaction that has begun, before it is waited for."""
    grew: Callable[[Parts], object] = field(default=as_it_is)
    """Told of the parts that have come, before the next one is asked for."""

    @classmethod
    def of(cls, calls: Calls, fields: Json, **how: Any) -> Asking:
        """For creates with these fields and options; `timeout` is for all of them together."""
        options = split_options({**fields})
        if not options.stream.assemble:
            raise InvalidRequestError("assemble=False is not for what goes on by itself")
        total = as_timeout(options.timeout, calls.timeout).total
        deadline = Deadline.after(total, calls.clock)
        options = evolve(options, deadline=deadline)
        return cls(calls=calls, options=options, deadline=deadline, **how)

    def whole(self, fields: Json) -> Procedure[Reply]:
        """Create an interaction and see it to its end, with all parts that it comes in."""
        return (yield from self.taken_up(fields, None, None))

    def taken_up(self, fields: Json, come: Json | None, started: str | None) -> Procedure[Reply]:
        """The same from where it stands: parts may have come, and another one have started."""
        parts = Parts.of(self.calls.bindings, self.most_parts, come)
        answer: Answer[Any] | None = None
        while not parts.is_complete:
            answer = yield from self.next_part(fields, parts, started)
            parts, started = parts.grown(answer.payload), None
            self.grew(parts)
        interaction = answer.value if answer and parts.count == 1 else parts.interaction()
        return Reply(interaction, parts.payload, parts.ids)

    def next_part(self, fields: Json, parts: Parts, started: str | None) -> Procedure[Answer[Any]]:
        try:
            if parts.is_full:
                raise InvalidRequestError(f"follow_continuation allows {self.most_parts} parts")
            if started is None:
                return (yield from self.created(parts.next_request(fields), parts))
            return (yield from self.fetched(started, parts))
        except InteractionsError as error:
            if not parts.count:
                raise
            raise self.broken(parts, str(error)) from error

    def broken(self, parts: Parts, why: str) -> ContinuationError:
        return ContinuationError(
            f"part {parts.count + 1} of the interaction cannot be had: {why}",
            interaction=parts.interaction(),
        )

    # --- one part ------------------------------------------------------------------------------

    def fetched(self, interaction_id: str, parts: Parts) -> Procedure[Answer[Any]]:
        """One that was created before."""
        if self.streaming:
            opening = self.calls.get_stream(interaction_id, {}, self.options)
            return (yield from self.followed(opening, parts))
        found = yield from self.calls.get(interaction_id, {}, self.options)
        return (yield from self.waited(found))

    def created(self, fields: Json, parts: Parts) -> Procedure[Answer[Any]]:
        if self.streaming:
            opening = self.calls.create_stream(fields, self.deadline)
            return (yield from self.followed(opening, parts))
        return (yield from self.waited((yield from self.calls.create(fields, self.deadline))))

    def followed(self, opening: Procedure[Opened], parts: Parts) -> Procedure[Answer[Any]]:
        """A stream to its end."""
        opened = yield from opening
        session = opened.session

        def item(event: Any) -> Any:
            if session.progress.interaction_id:
                self.began(session.progress.interaction_id)
            placed = parts.placed(event, session)
            return None if placed is None else self.item(placed)

        yield Follow(opened, item, parts.with_going)
        interaction = yield from session.result()
        return Answer(interaction, opened.origin, session.payload)

    def waited(self, answer: Answer[Any]) -> Procedure[Answer[Any]]:
        """What became of an interaction that runs in the background, where that is waited for."""
        found = answer
        interaction_id = answer.value.id
        if not self.waits or not interaction_id or not is_running(answer.value.status):
            return answer
        self.began(interaction_id)

        def get() -> Procedure[Any]:
            nonlocal found
            found = yield from self.calls.get(interaction_id, {}, self.options)
            return found.value

        yield from wait(get, self.calls.polling, self.deadline, None)
        return found
