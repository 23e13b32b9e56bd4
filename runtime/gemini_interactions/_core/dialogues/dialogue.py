"""A dialogue as JSON: what was sent and what came back, verbatim, and how it goes on.

Where an interaction is stored, the next one names its id and sends only what is new. Where it is
not, all that followed the last stored one is sent again: what was sent, as it was, and what came
back, value for value and key for key, signatures included. An empty signature stays empty and a
missing one missing: which of them the service takes is its own affair.

What is sent again is a list of steps; in older revisions, of turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import evolve, frozen

from ...errors import InvalidRequestError
from ..drafts import Json, Shape

_CONTENT = frozenset({"text", "image", "audio", "document", "video"})


@frozen(kw_only=True)
class Exchange:
    """One interaction: what was sent to it, and what came back."""

    sent: Any
    """The input, as JSON."""
    received: tuple[Json, ...]
    ids: tuple[str, ...]
    """The ids under which it is stored, one for each part it came in; none where it is not."""
    status: str | None


@frozen(kw_only=True)
class Dialogue:
    """The interactions of a dialogue, oldest first. It never changes: what goes on is a new one."""

    start: str | None = None
    """The stored interaction that the first one goes on from."""
    exchanges: tuple[Exchange, ...] = ()

    def request(self, given: Any, shape: Shape) -> Json:
        """The arguments by which a create goes on with an input."""
        stored = [place for place, exchange in enumerate(self.exchanges, 1) if exchange.ids]
        again = listed(self.exchanges[stored[-1] if stored else 0 :], shape)
        whole = [*again, *as_items(given, shape)] if again else given
        return {"input": whole, "previous_interaction_id": self.newest_id}

    def grown(self, exchange: Exchange) -> Dialogue:
        return evolve(self, exchanges=(*self.exchanges, exchange))

    def cut(self, length: int) -> Dialogue:
        return evolve(self, exchanges=self.exchanges[:length])

    @property
    def newest_id(self) -> str | None:
        """The id of the newest interaction that is stored."""
        ids = (exchange.ids[-1] for exchange in reversed(self.exchanges) if exchange.ids)
        return next(ids, self.start)

    @property
    def last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None

    @property
    def calls(self) -> tuple[Json, ...]:
        """The function calls that the last interaction wants answered."""
        last = self.last
        if last is None or last.status != "requires_action":
            return ()
        answered = {item.get("call_id") for item in last.received if _is(item, "function_result")}
        calls = (item for item in last.received if _is(item, "function_call"))
        return tuple(call for call in calls if call.get("id") not in answered)


# --- what is sent again -------------------------------------------------------------------------


def listed(exchanges: Iterable[Exchange], shape: Shape) -> list[Json]:
    """All that was said in some interactions, in the form in which it is sent."""
    items: list[Json] = []
    for exchange in exchanges:
        items += as_items(exchange.sent, shape)
        if exchange.received:
            items += received_items(exchange.received, shape)
    return items


def received_items(received: tuple[Json, ...], shape: Shape) -> list[Json]:
    if shape.field == "steps":
        return list(received)
    return [{"role": "model", "content": list(received)}]


def as_items(given: Any, shape: Shape) -> list[Json]:
    """An input as the list it stands for: text and content blocks are the user's."""
    if given is None:
        return []
    if isinstance(given, str):
        return [_by_user([{"type": "text", "text": given}], shape)]
    items = cast("Sequence[Any]", given) if isinstance(given, list) else [given]
    is_loose = is_content if shape.field == "steps" else is_block
    return grouped(items, is_loose, lambda blocks: _by_user(blocks, shape))


def grouped(
    items: Iterable[Any], is_loose: Callable[[Any], bool], group: Callable[[list[Any]], Json]
) -> list[Json]:
    """Items with each run of loose ones made one item."""
    found: list[Json] = []
    loose: list[Any] = []
    for item in items:
        if is_loose(item):
            loose.append(item)
            continue
        if loose:
            found.append(group(loose))
            loose = []
        found.append(item)
    return [*found, group(loose)] if loose else found


def is_content(item: Any) -> bool:
    """A content block among steps; one without a type is a text."""
    if not isinstance(item, dict):
        return False
    block = cast("Json", item)
    return block.get("type") in _CONTENT or ("type" not in block and "text" in block)


def is_block(item: Any) -> bool:
    """A content block among turns."""
    return "role" not in item


def _by_user(blocks: list[Any], shape: Shape) -> Json:
    if shape.field == "steps":
        return {"type": "user_input", "content": blocks}
    return {"role": "user", "content": blocks}


def _is(item: Mapping[str, Any], kind: str) -> bool:
    return item.get("type") == kind


# --- as JSON ------------------------------------------------------------------------------------


def to_json(dialogue: Dialogue) -> Json:
    exchanges = [
        {"sent": e.sent, "received": list(e.received), "ids": list(e.ids), "status": e.status}
        for e in dialogue.exchanges
    ]
    return {"start": dialogue.start, "exchanges": exchanges}


def from_json(data: Any) -> Dialogue:
    try:
        exchanges = tuple(
            Exchange(
                sent=e["sent"],
                received=tuple(e["received"]),
                ids=tuple(e["ids"]),
                status=e["status"],
            )
            for e in data["exchanges"]
        )
        return Dialogue(start=data["start"], exchanges=exchanges)
    except (KeyError, TypeError) as error:
        raise InvalidRequestError(f"this is no saved dialogue: {error!r}") from None
