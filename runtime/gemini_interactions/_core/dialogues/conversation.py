"""What a conversation is beside its I/O: its settings, its memory, and the run that a turn is.

A turn is a run: the user's input, and all rounds of calls it leads to. What it adds is remembered
at once when it is over: a turn that fails, or whose stream is left, changes nothing. Neither does
one that ends as `failed` or `cancelled`.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from ...errors import InvalidRequestError
from ...tools.toolbox import as_list
from ..calls import Calls
from ..drafts import Json, shape_of
from ..exchange import Procedure
from ..requests import OPTIONS, did_you_mean, written
from .asking import Reply
from .decisions import ToolCall
from .dialogue import Dialogue, from_json, listed, to_json
from .execution import open_calls
from .rounds import Run, RunOptions
from .run_state import RunState

if TYPE_CHECKING:
    from typing_extensions import Self

FRUITLESS: Final = frozenset({"failed", "cancelled"})
UNSAVED: Final = ("tools", "on_call", "checkpoint")
"""What a program has to give again to a conversation that it loads: code has no form in JSON."""
SAVED: Final = ("extra_body", "max_rounds", "max_parallel", "follow_continuation")
"""What is saved beside the fields of a create."""
FORM: Final = {"revision": str, "settings": dict, "unsaved": list, "dialogue": dict, "turns": list}
"""The JSON of a saved conversation."""
OF_ONE_TURN: Final = ("input", "resume_from", "results", "continuation_token", "stream")


class Memory:
    """A dialogue that grows by turns, and how each of them is asked for."""

    def __init__(self, operations: Any, settings: Mapping[str, Any]) -> None:
        settings = {name: value for name, value in settings.items() if value is not None}
        for name in OF_ONE_TURN:
            if name in settings:
                raise InvalidRequestError(f"{name} belongs to one turn, not to the conversation")
        start = settings.pop("previous_interaction_id", None)
        if "tools" in settings:
            settings["tools"] = [*as_list(settings["tools"])]  # for all turns
        self._operations = operations
        self._calls: Calls = operations.calls
        self._settings = settings
        self._dialogue = Dialogue(start=start)
        self._ends: tuple[int, ...] = ()
        self._turn_under_way = Lock()
        self._check(Run.of(self._calls, False, settings))

    def _check(self, run: Run) -> None:
        """Refuse what this client cannot do, before anything is sent."""

    # --- what there is -------------------------------------------------------------------------

    @property
    def turns(self) -> int:
        """How many turns there were."""
        return len(self._ends)

    @property
    def history(self) -> list[Any]:
        """All that was said, the user's input included: `types.Step`, in older revisions `Turn`."""
        bindings, shape = self._calls.bindings, shape_of(self._calls.bindings.types)
        form = bindings.types.Step if shape.field == "steps" else bindings.types.Turn
        items = listed(self._dialogue.exchanges, shape)
        return [bindings.structure(form, item) for item in items]

    @property
    def interaction_id(self) -> str | None:
        """The id of the last interaction, where it is stored: what the next turn goes on from."""
        return self._dialogue.newest_id

    @property
    def pending(self) -> tuple[ToolCall, ...]:
        """The calls that wait for `answer`: this program has no function for one of them."""
        return tuple(open_calls(self._dialogue, self.turns) or ())

    def __repr__(self) -> str:
        return f"{type(self).__name__}(turns={self.turns}, interaction_id={self.interaction_id!r})"

    # --- going back ----------------------------------------------------------------------------

    def branch(self, at: int | None = None, **settings: Any) -> Self:
        """Another conversation that has the first `at` turns of this one, or all of them.

        The two go on by themselves. `settings` change those of the branch.
        """
        refuse_beginning(settings)
        at = self.turns if at is None else at
        if not 0 <= at <= self.turns:
            raise InvalidRequestError(f"there are {self.turns} turns, there is no turn {at}")
        ends = self._ends[:at]
        other = type(self)(self._operations, {**self._settings, **settings})
        other._dialogue = self._dialogue.cut(ends[-1] if ends else 0)
        other._ends = ends
        return other

    def rewind(self, turns: int = 1) -> None:
        """Forget the last turns. The service keeps what it has stored."""
        if not 0 <= turns <= self.turns:
            raise InvalidRequestError(f"there are {self.turns} turns, not {turns}")
        with self._alone():
            self._ends = self._ends[: self.turns - turns]
            self._dialogue = self._dialogue.cut(self._ends[-1] if self._ends else 0)

    # --- turns ---------------------------------------------------------------------------------

    def _next_turn(self, given: Any, stream: bool, options: Mapping[str, Any]) -> Run:
        if self._dialogue.calls:
            calls = ", ".join(f"{call.name} ({call.id})" for call in self._answerable())
            raise InvalidRequestError(
                f"the model waits for the results of {calls}: give them to answer(), or rewind()"
            )
        fields = {**self._settings, **self._options(options), "input": given}
        return Run.of(self._calls, stream, fields, self._dialogue)

    def _answered_turn(self, results: Iterable[Any], stream: bool, options: Any) -> Run:
        if not self._answerable():
            raise InvalidRequestError("no call waits for a result")
        given = list(results)
        state = RunState(revision=self._calls.bindings.label, round=1, dialogue=self._dialogue)
        again = {"resume_from": state, "results": given}
        fields = {**self._settings, **self._options(options), **again}
        return Run.of(self._calls, stream, fields, self._dialogue)

    def _answerable(self) -> Sequence[ToolCall]:
        """The calls that wait for a result, which all of them can be given."""
        if self._dialogue.calls and not self.pending:
            raise InvalidRequestError(
                "the model waits for the result of a call without an id or a name, which nobody"
                " can give: rewind()"
            )
        return self.pending

    def _resumed_turn(self, state: RunState, stream: bool, options: Mapping[str, Any]) -> Run:
        known = self._dialogue.exchanges
        if state.dialogue.exchanges[: len(known)] != known:
            raise InvalidRequestError("this state is not one of this conversation as it stands")
        fields = {**self._settings, **self._options(options), "resume_from": state}
        return Run.of(self._calls, stream, fields, self._dialogue)

    def _options(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The options of one turn; everything else belongs to the conversation."""
        known = {*OPTIONS, *RunOptions.names()} - {*OF_ONE_TURN}
        for name in options:
            if name not in known:
                raise InvalidRequestError(
                    f"a turn has no argument {name!r}{did_you_mean(name, known)}"
                    f" (to go on with other settings: branch({name}=...))"
                )
        return options

    def _remembering(self, run: Run) -> Procedure[Reply]:
        """A turn, remembered at its end."""
        with self._alone():
            if run.dialogue is not self._dialogue:
                raise InvalidRequestError("the conversation has changed since: send it again")
            goes_on = bool(self._dialogue.calls)
            reply = yield from run.whole()
            if reply.status not in FRUITLESS:
                self._ends = (*self._ends[: self.turns - goes_on], len(run.dialogue.exchanges))
                self._dialogue = run.dialogue
            return reply

    @contextmanager
    def _alone(self) -> Generator[None]:
        """What changes the conversation, one at a time."""
        if not self._turn_under_way.acquire(blocking=False):
            raise InvalidRequestError(
                "another turn is under way: read its stream to the end, or close it"
            )
        try:
            yield
        finally:
            self._turn_under_way.release()

    # --- as JSON -------------------------------------------------------------------------------

    def to_json(self) -> str:
        """All of it as text, but `tools`, `on_call` and `checkpoint`, and the options of calls.

        What was said is in it, verbatim: keep it as you would keep that.
        """
        bindings = self._calls.bindings
        kept = {*bindings.body_keys["model"], *bindings.body_keys["agent"], *SAVED}
        settings = {
            name: written(bindings, name, value)
            for name, value in self._settings.items()
            if name in kept and name not in UNSAVED
        }
        return json.dumps(
            {
                "revision": bindings.label,
                "settings": settings,
                "unsaved": [name for name in UNSAVED if self._settings.get(name)],
                "dialogue": to_json(self._dialogue),
                "turns": list(self._ends),
            }
        )

    @classmethod
    def from_json(cls, client: Any, text: str | bytes, **settings: Any) -> Self:
        """The conversation that was saved, with the `tools` and the hooks that it had.

        `settings` win over those that were saved.
        """
        refuse_beginning(settings)
        operations = client.interactions
        saved = loaded(text)
        if saved["revision"] != operations.calls.bindings.label:
            raise InvalidRequestError(f"the conversation is one of revision {saved['revision']}")
        for name in saved["unsaved"]:
            if name not in settings:
                raise InvalidRequestError(
                    f"the conversation has {name}, which are not saved: give {name}= again, or None"
                )
        conversation = cls(operations, {**saved["settings"], **settings})
        conversation._dialogue = from_json(saved["dialogue"])
        conversation._ends = checked_ends(saved["turns"], len(conversation._dialogue.exchanges))
        return conversation


def refuse_beginning(settings: Mapping[str, Any]) -> None:
    if "previous_interaction_id" in settings:
        raise InvalidRequestError(
            "previous_interaction_id is where a conversation begins, and this one has begun"
        )


def checked_ends(ends: Sequence[Any], length: int) -> tuple[int, ...]:
    """How long the dialogue was after each turn: longer each time, and after the last one whole."""
    lengths = (0, *ends)
    are_numbers = all(isinstance(end, int) for end in ends)
    if not are_numbers or [*lengths] != sorted({*lengths}) or lengths[-1] != length:
        raise InvalidRequestError(
            "this is no saved conversation: its turns are not those of its dialogue"
        )
    return tuple(ends)


def loaded(text: str | bytes) -> Json:
    try:
        saved: Json = json.loads(text)
        wrong = [name for name, form in FORM.items() if not isinstance(saved.get(name), form)]
    except (ValueError, AttributeError) as error:
        raise InvalidRequestError(f"this is no saved conversation: {error}") from None
    if wrong:
        names = ", ".join(wrong)
        raise InvalidRequestError(f"this is no saved conversation: no {names} as it should be")
    return saved
