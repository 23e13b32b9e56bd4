"""One interaction from its create to its end: streamed or not, in parts or whole, waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve, field, frozen

from ..errors import ContinuationError, InteractionsError, InvalidRequestError
from .calls import Answer, CallOptions, Calls, Opened, split_options
from .chain import Follow
from .continuation import Parts
from .drafts import Json
from .events import is_running
from .exchange import Procedure
from .limits import Deadline, as_timeout
from .waiting import wait


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
        parts = self.no_parts()
        answer = yield from self.created(fields, parts)
        return (yield from self.continued(fields, parts, answer))

    def taken_up(self, interaction_id: str, fields: Json) -> Procedure[Reply]:
        """The same for an interaction that was created before with these fields."""
        parts, calls = self.no_parts(), self.calls
        if self.streaming:
            opening = calls.get_stream(interaction_id, {}, self.options)
            answer = yield from self.followed(opening, parts)
        else:
            found = yield from calls.get(interaction_id, {}, self.options)
            answer = yield from self.waited(found)
        return (yield from self.continued(fields, parts, answer))

    def no_parts(self) -> Parts:
        return Parts(bindings=self.calls.bindings, most=self.most_parts)

    def continued(self, fields: Json, parts: Parts, answer: Answer[Any]) -> Procedure[Reply]:
        """All parts from the first one on, as one interaction."""
        while not (parts := parts.grown(answer.payload)).is_complete:
            fields = parts.next_request(fields)
            try:
                answer = yield from self.next_part(fields, parts)
            except InteractionsError as error:
                raise self.broken(parts, str(error)) from error
        interaction = answer.value if parts.count == 1 else parts.interaction()
        return Reply(interaction, parts.payload, parts.ids)

    def next_part(self, fields: Json, parts: Parts) -> Procedure[Answer[Any]]:
        if parts.is_full:
            raise InvalidRequestError(f"follow_continuation allows {self.most_parts} parts")
        return (yield from self.created(fields, parts))

    def broken(self, parts: Parts, why: str) -> ContinuationError:
        return ContinuationError(
            f"part {parts.count + 1} of the interaction cannot be had: {why}",
            interaction=parts.interaction(),
        )

    # --- one part ------------------------------------------------------------------------------

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
