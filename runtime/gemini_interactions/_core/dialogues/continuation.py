"""An interaction that comes in parts, as the one that it is.

A part with status `requires_continuation` and a token is followed by the next one: a create with
that token, which names the part before it, or where nothing is stored brings the input again.

The whole has the steps of all parts in order and the sum of their token counts. It was created
when its first part was; everything else, its id above all, is what the last part says: that is
what a dialogue goes on from. In a stream, the events of later parts are moved to the places that
their steps have in the whole; what closes a part and opens the next one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from attrs import asdict, evolve, field, frozen

from ..._bindings import bindings_for, bindings_of
from ...errors import InvalidRequestError
from ..drafts import Json, shape_of
from ..events import TERMINAL_EVENTS

if TYPE_CHECKING:
    from ..._bindings import Bindings
    from ..session import StreamSession

MOST_PARTS = 32
OPENING = "interaction.created"


def most_parts(follow: object) -> int:
    """How many parts an interaction may have, by what `follow_continuation` was given."""
    if isinstance(follow, bool):
        return MOST_PARTS if follow else 1
    if isinstance(follow, int) and follow > 0:
        return follow
    raise InvalidRequestError(
        f"follow_continuation is True, False, or how many parts there may be, got {follow!r}"
    )


def is_continued(payload: Mapping[str, Any]) -> bool:
    """Whether an interaction is a part that another one follows."""
    waits = payload.get("status") == "requires_continuation"
    return waits and bool(payload.get("continuation_token"))


@frozen(kw_only=True)
class Parts:
    """The parts of an interaction that have come, merged. A further one makes new `Parts`."""

    bindings: Bindings
    most: int
    payload: Json = field(factory=dict[str, Any])
    ids: tuple[str, ...] = ()
    count: int = 0

    @classmethod
    def of(cls, bindings: Bindings, most: int, saved: Json | None) -> Parts:
        """None yet, or those that were saved."""
        none = cls(bindings=bindings, most=most)
        if saved is None:
            return none
        payload, ids, count = saved["payload"], tuple(saved["ids"]), saved["count"]
        return evolve(none, payload=payload, ids=ids, count=count)

    def saved(self) -> Json | None:
        """As JSON; `None` where there are none."""
        if not self.count:
            return None
        return {"payload": self.payload, "ids": list(self.ids), "count": self.count}

    def grown(self, payload: Mapping[str, Any]) -> Parts:
        """These and a part that is whole."""
        own = payload.get("id")
        return evolve(
            self,
            payload=self.merged(payload),
            ids=(*self.ids, own) if own else self.ids,
            count=self.count + 1,
        )

    @property
    def is_complete(self) -> bool:
        return self.count > 0 and (self.most == 1 or not is_continued(self.payload))

    @property
    def is_full(self) -> bool:
        return self.count >= self.most

    def next_request(self, fields: Mapping[str, Any]) -> Json:
        """The arguments of the create for the next part, by those of the first one."""
        if not self.count:
            return {**fields}
        token = {"continuation_token": self.payload["continuation_token"]}
        if fields.get("store") is False or not self.ids:
            return {**fields, **token}
        rest = {key: value for key, value in fields.items() if key != "input"}
        return {**rest, **token, "previous_interaction_id": self.ids[-1]}

    def merged(self, payload: Mapping[str, Any]) -> Json:
        before, whole = self.payload, dict(payload)
        if not self.count:
            return whole
        listed = shape_of(self.bindings.types).field
        if listed in before or listed in whole:
            whole[listed] = [*(before.get(listed) or ()), *(whole.get(listed) or ())]
        if "usage" in before:
            whole["usage"] = total(before["usage"], whole.get("usage"))
        if "created" in before:
            whole["created"] = before["created"]
        return whole

    def interaction(self) -> Any:
        """The whole as it stands, typed."""
        return continued(self.bindings.label, self.payload, self.ids)

    def with_going(self, going: Any) -> Any:
        """The same with the part that is under way."""
        if not self.count or going is None:
            return going
        return self.grown(self.bindings.unstructure(going)).interaction()

    def placed(self, event: Any, session: StreamSession) -> Any:
        """An event of the part under way as one of the whole; `None` for one that is not."""
        kind = event.event_type
        if kind in TERMINAL_EVENTS:
            if self.most > 1 and is_continued(session.payload):
                return None
            return self.closing(event) if self.count else event
        if not self.count:
            return event
        if kind == OPENING:
            return None
        index = getattr(event, "index", None)
        if not isinstance(index, int):
            return event
        return evolve(event, index=index + len(self.payload.get("steps") or ()))

    def closing(self, event: Any) -> Any:
        """The end of the whole tells what all of it took."""
        if event.interaction is None or "usage" not in self.payload:
            return event
        payload: Json = self.bindings.unstructure(event)
        said = payload["interaction"]
        said["usage"] = total(self.payload["usage"], said.get("usage"))
        return self.bindings.read_event(payload)


def total(first: Any, second: Any) -> Any:
    """Counts added up, wherever they stand; of anything else, what was said last.

    Members of lists are added to the member that says the same beside its counts.
    """
    if second is None:
        return first
    if is_count(first) and is_count(second):
        return first + second
    if isinstance(first, dict) and isinstance(second, dict):
        one, other = cast("Json", first), cast("Json", second)
        return {key: total(one.get(key), other.get(key)) for key in {**one, **other}}
    if isinstance(first, list) and isinstance(second, list):
        return total_of_members(cast("Sequence[Any]", first), cast("Sequence[Any]", second))
    return second


def total_of_members(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    found = list(first)
    for member in second:
        places = (i for i, known in enumerate(found) if label_of(known) == label_of(member))
        place = next(places, None)
        if place is None:
            found.append(member)
        else:
            found[place] = total(found[place], member)
    return found


def label_of(member: Any) -> Any:
    """What a member of a list says beside its counts."""
    if not isinstance(member, dict):
        return member
    fields = cast("Json", member)
    return {key: value for key, value in fields.items() if not is_count(value)}


def is_count(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# --- the whole as an object ---------------------------------------------------------------------


class Continued:
    """What an `Interaction` that came in several parts is beside one."""

    __slots__ = ()

    @property
    def continuation_ids(self) -> tuple[str, ...]:
        """The ids of its parts, in order."""
        ids: tuple[str, ...] = getattr(self, "_ids", ())
        return ids

    def __reduce__(self) -> tuple[Any, ...]:
        bindings = bindings_for(self)
        assert bindings is not None
        return continued, (bindings.label, bindings.unstructure(self), self.continuation_ids)


@cache
def continued_class(revision: str) -> type[Any]:
    """A revision's `Interaction` with a place for the ids: it is no field, and never written."""
    form = bindings_of(revision).types.Interaction
    place = {"__slots__": ("_ids",), "__module__": __name__}
    return type("ContinuedInteraction", (Continued, form), place)


def continued(revision: str, payload: Json, ids: tuple[str, ...]) -> Any:
    """The interaction that came in parts with these ids, also out of a pickle."""
    bindings = bindings_of(revision)
    whole = bindings.structure(bindings.types.Interaction, payload)
    found = continued_class(revision)(**asdict(whole, recurse=False))
    found._ids = ids
    return found
