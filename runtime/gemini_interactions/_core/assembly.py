"""A stream's events, folded into the interaction that a call without a stream returns.

An interaction is a header and a list of items: steps, or in the legacy family content blocks.
Events about the interaction write the header; events with an `index` write the item of that
index and no other, because neighbouring calls interleave their fragments. Both are kept as the
JSON they will be (see `drafts`): a bare shell is no valid step, an unknown step has no class,
and what the schema does not know is carried along like the rest.

The header is all that `interaction` payloads and status updates said, the later over the earlier
(ids excepted: the first is kept), and running token counts until final ones replace them. Items
inside the closing event replace the streamed ones; none, or an empty list, do not. An interaction
that closed with an answer but no item has the empty list, as its resource has.

Nothing that arrives is an error here. A second start for an index begins the item anew and keeps
the id that was said first. A delta without a start begins the item it implies. A delta that finds
no place, because its type is unknown or does not go with its item, stays with its event in
`unplaced`; putting an invented field into the item instead would make the item unfit to be sent
again. Events of an unknown type are ignored.

`interaction` can be asked for at any time. It is a snapshot, untouched by later events. Its items
are kept until an event changes them, so asking costs the size of the items that changed since and
one reference for each other. Snapshots share those: they are for reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define

from .drafts import Draft, Json, shape_of

if TYPE_CHECKING:
    from .._bindings import Bindings

__all__ = ["InteractionAssembler"]

_WITHOUT_ANSWER = frozenset({"failed", "cancelled"})


@define(eq=False)
class _Item:
    draft: Draft
    open_text: list[str] | None = None
    """Where the next plain text delta goes."""
    typed: Any = None
    """What the draft made when it was last looked at."""


class InteractionAssembler:
    """Folds the typed events of one stream, in the order they came, for any revision."""

    def __init__(self, bindings: Bindings) -> None:
        self.error: Any = None
        """What the last `error` event said."""
        self.unplaced: list[Any] = []
        """Events that found no place in the interaction."""
        types: Any = bindings.types
        self._structure = bindings.structure
        self._unstructure = bindings.unstructure
        self._shape = shape_of(types)
        self._item_form = getattr(types, self._shape.form)
        self._form = types.Interaction
        self._header = Draft({})
        self._items: dict[int, _Item] = {}
        self._snapshot: Any = None

    def add(self, event: Any) -> None:
        """Take in the next event."""
        take = self._TAKERS.get(event.event_type)
        if take is None:
            return
        self._snapshot = None
        try:
            take(self, event)
        except ValueError:  # it holds what JSON has no form for, such as NaN
            self.unplaced.append(event)

    @property
    def interaction(self) -> Any:
        """The interaction as far as it is known, as the revision's `Interaction`."""
        if self._snapshot is None:
            interaction = self._read_header()
            if self._items:
                items = [self._read(self._items[index]) for index in sorted(self._items)]
                setattr(interaction, self._shape.field, items)
            self._snapshot = interaction
        return self._snapshot

    @property
    def payload(self) -> Json:
        """The same as JSON, its keys in the order in which they came."""
        payload = self._header.value()
        if self._items:
            items = [self._items[index].draft.value() for index in sorted(self._items)]
            payload[self._shape.field] = items
        return payload

    @property
    def id(self) -> str | None:
        return self._header.fields.get("id")

    @property
    def status(self) -> str | None:
        return self._header.fields.get("status")

    @property
    def usage(self) -> Any:
        return self._read_header().usage

    # the header

    def _open(self, event: Any) -> None:
        self._say(self._unstructure(event.interaction) or {})

    def _update(self, event: Any) -> None:
        said = self._unstructure(event)
        rest = {key: said[key] for key in said if not key.startswith("event_")}
        self._say({"id": rest.pop("interaction_id", None), **rest})

    def _close(self, event: Any) -> None:
        said: Json = self._unstructure(event.interaction) or {}
        if said.get(self._shape.field):
            self._items.clear()
        self._say(said)
        if self.status not in _WITHOUT_ANSWER:
            self._header.fields.setdefault(self._shape.field, [])

    def _step_stop(self, event: Any) -> None:
        self._count(event.usage)

    def _count(self, usage: Any) -> None:
        if usage is not None:
            self._say({"usage": self._unstructure(usage)})

    def _say(self, fields: Json) -> None:
        if not fields.get("id"):
            fields.pop("id", None)  # what is not stored has no id; streams call it ""
        self._header.overlay(fields)

    def _read_header(self) -> Any:
        """The header alone; a field of the wrong kind becomes an extra one."""
        said = self._header.value()
        try:
            return self._structure(self._form, said)
        except ValueError:
            good = {key: item for key, item in said.items() if self._fits({key: item})}
            interaction = self._structure(self._form, good)
            bad = {key: item for key, item in said.items() if key not in good}
            interaction.extra_fields = {**interaction.extra_fields, **bad}
            return interaction

    def _fits(self, fields: Json) -> bool:
        try:
            self._structure(self._form, fields)
        except ValueError:
            return False
        return True

    # the items

    def _start(self, event: Any) -> None:
        index, shell = event.index or 0, getattr(event, self._shape.member)
        if shell is None or not isinstance(index, int):
            return
        draft = Draft(self._unstructure(shell))
        before = self._items.get(index)
        if before is not None and (first := before.draft.fields.get("id")):
            draft.fields["id"] = first
        self._items[index] = _Item(draft)

    def _step_delta(self, event: Any) -> None:
        self._delta(event)
        if event.metadata is not None:
            self._count(event.metadata.total_usage)

    def _delta(self, event: Any) -> None:
        """Most events are plain texts: their way is short."""
        delta = event.delta
        if delta is None:
            return
        item = self._items.get(event.index or 0)
        if item is not None and item.open_text is not None and _is_plain_text(delta):
            item.open_text.append(delta.text)
            item.typed = None
        elif not self._grow(item, event):
            self.unplaced.append(event)

    def _grow(self, item: _Item | None, event: Any) -> bool:
        index, delta = event.index or 0, event.delta
        kind = _kind_of(delta)
        if kind is None or not isinstance(index, int):
            return False
        if item is None:
            if delta.type == "unknown":
                return False
            item = _Item(Draft({"type": self._shape.implied.get(kind, kind)}))
        placed = self._shape.grow(item.draft, kind, self._unstructure(delta))
        if placed:
            item.open_text = item.draft.open_text()
            item.typed = None
            self._items[index] = item
        return placed

    def _read(self, item: _Item) -> Any:
        if item.typed is None:
            item.typed = self._structure(self._item_form, item.draft.value())
        return item.typed

    # the rest

    def _fail(self, event: Any) -> None:
        self.error = event.error

    _TAKERS: ClassVar[dict[str, Callable[[InteractionAssembler, Any], None]]] = {
        "interaction.created": _open,
        "interaction.start": _open,
        "interaction.status_update": _update,
        "interaction.completed": _close,
        "interaction.complete": _close,
        "step.start": _start,
        "step.delta": _step_delta,
        "step.stop": _step_stop,
        "content.start": _start,
        "content.delta": _delta,
        "error": _fail,
    }


def _is_plain_text(delta: Any) -> bool:
    """A text and nothing besides; at launch, annotations could come with it."""
    return (
        delta.type == "text"
        and delta.text.__class__ is str
        and not delta.extra_fields
        and not getattr(delta, "annotations", None)
    )


def _kind_of(delta: Any) -> str | None:
    """The type of a delta, also of an unknown one; none for one that does not fit its type."""
    if delta.type != "unknown":
        return str(delta.type)
    return None if delta.problem else delta.tag
