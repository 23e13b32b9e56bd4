"""What the clauses of a server are tried on: interactions made once, and requests of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, TypeAlias

from attrs import field, frozen

from ..._core.events import RUNNING
from ..._core.limits import grown
from ...errors import InteractionsError
from ..excerpts import is_object
from ..grammar import Family, family_of
from ..validation import Validator
from .calling import Call, Caller
from .judged import Judged, judged

__all__ = ["Bench", "Json", "NotApplicableError", "NotTestableError", "Specimen"]

Json: TypeAlias = dict[str, Any]

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0


class NotApplicableError(Exception):
    """The clause says nothing about this server, or this revision."""


class NotTestableError(Exception):
    """What the clause is about could not be had."""


@frozen(eq=False)
class Specimen:
    """An interaction that clauses look at; it is created when the first of them needs it."""

    name: str
    make: Callable[[Bench], Call] = field(repr=False)
    after: tuple[Specimen, ...] = ()
    """Those that have to be there before."""
    creates: bool = True
    """Whether making it takes a create."""


class Bench:
    """Makes the interactions and remembers what was sent for the clause that is being tried."""

    def __init__(
        self,
        caller: Caller,
        validator: Validator,
        *,
        model: str,
        agent: str | None = None,
        patience: float = 300.0,
    ) -> None:
        self.caller = caller
        self.validator = validator
        self.model = model
        self.agent = agent
        self.patience = patience
        """Seconds to wait until an interaction in the background is over."""
        self.used: list[Call] = []
        self._made: dict[Specimen, Call] = {}
        self._judged: dict[Call, Judged] = {}
        self._ids: dict[str, None] = {}

    # --- what the revision says -----------------------------------------------------------------

    @property
    def family(self) -> Family:
        return family_of(self.validator.schema)

    @property
    def can_include_input(self) -> bool:
        query = self.caller.calls.bindings.routes["interactions.get"].query
        return any(parameter.name == "include_input" for parameter in query)

    # --- requests -------------------------------------------------------------------------------

    def create(
        self, text: str | list[Json], *, leave_after: int | None = None, **more: Any
    ) -> Call:
        """A create with the model that is to be used, unless an agent is given."""
        target = {} if "agent" in more else {"model": self.model}
        return self.raw_create({**target, "input": text, **more}, leave_after=leave_after)

    def raw_create(self, body: Json | bytes, *, leave_after: int | None = None) -> Call:
        call = self._send("create", body=body, leave_after=leave_after)
        identity = self.id_in(call)
        if identity:
            self._ids[identity] = None
        return call

    def get(self, interaction_id: str, **query: Any) -> Call:
        return self._send("get", interaction_id, query=query)

    def cancel(self, interaction_id: str) -> Call:
        return self._send("cancel", interaction_id)

    def delete(self, interaction_id: str) -> Call:
        return self._send("delete", interaction_id)

    def _send(
        self, operation: str, *arguments: Any, leave_after: int | None = None, **options: Any
    ) -> Call:
        return self.send(
            self.caller.request(operation, *arguments, **options), leave_after=leave_after
        )

    def send(self, request: Any, *, leave_after: int | None = None) -> Call:
        call = self.caller.send(request, leave_after=leave_after)
        self.used.append(call)
        return call

    def until_over(self, interaction_id: str) -> Iterator[Call]:
        """Poll until the interaction is over: every get on the way."""
        clock = self.caller.calls.clock
        started = clock.now()
        for times in count():
            call = self.get(interaction_id)
            yield call
            if status_of(self.answer(call)) not in RUNNING:
                return
            pause = grown(FIRST_PAUSE, 1.5, times, LONGEST_PAUSE)
            if clock.now() - started + pause > self.patience:
                raise NotTestableError(f"it still runs after {self.patience:g} s")
            clock.sleep(pause)

    # --- interactions ---------------------------------------------------------------------------

    def specimen(self, specimen: Specimen) -> Call:
        """The exchange in which it was created."""
        if specimen in self._made:
            self.used.append(self._made[specimen])
        else:
            self._made[specimen] = specimen.make(self)
        return self._made[specimen]

    def judged(self, call: Call, stored: Any = None) -> Judged:
        if stored is not None:
            return judged(call.exchange, call.place, self.validator, stored)
        if call not in self._judged:
            self._judged[call] = judged(call.exchange, call.place, self.validator)
        return self._judged[call]

    def answer(self, call: Call) -> Json:
        """The interaction that an exchange answers; what has none leaves nothing to test."""
        found = self.judged(call).answer
        if call.status == 200 and is_object(found):
            return found
        raise NotTestableError(f"{call.place.source} gives no interaction")

    def events(self, call: Call) -> list[Json]:
        """The events of a stream, as far as they are objects."""
        events = [event for event in self.judged(call).events if is_object(event)]
        if call.status == 200 and events:
            return events
        raise NotTestableError(f"{call.place.source} gives no events")

    def id_in(self, call: Call) -> str:
        """The id of the interaction that an exchange is about; empty if none is said."""
        found = self.judged(call)
        said = [found.answer, *(as_object(event).get("interaction") for event in found.events)]
        ids = (as_object(each).get("id") for each in said)
        return next((each for each in ids if isinstance(each, str) and each), "")

    def id_of(self, specimen: Specimen) -> str:
        identity = self.id_in(self.specimen(specimen))
        if not identity:
            raise NotTestableError(f"the {specimen.name} interaction has no id")
        return identity

    def clean_up(self) -> None:
        """Delete what was created, as far as that can be done."""
        for interaction_id in self._ids:
            with suppress(InteractionsError):
                self._send("delete", interaction_id)


def as_object(value: Any) -> Mapping[str, Any]:
    return value if is_object(value) else {}


def status_of(interaction: Mapping[str, Any]) -> str:
    status = interaction.get("status")
    return status if isinstance(status, str) else ""
