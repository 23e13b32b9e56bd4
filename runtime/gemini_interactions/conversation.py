"""A dialogue with a model or an agent, over as many turns as it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from ._core.dialogues.conversation import Memory
from ._workers import RunShell
from .chained import RunStream

if TYPE_CHECKING:
    from typing_extensions import TypeVar, Unpack

    from ._bindings import latest, latest_params
    from ._core.dialogues.rounds import Run
    from ._core.dialogues.run_state import RunState
    from ._surface import ResultLike, TurnOptions

    EventT = TypeVar("EventT", default=latest.Event)
    InteractionT = TypeVar("InteractionT", default=latest.Interaction)
else:
    from typing import TypeVar

    EventT, InteractionT = map(TypeVar, ("EventT", "InteractionT"))


class Conversation(Memory, Generic[EventT, InteractionT]):
    """Made by `client.conversation(...)`. One turn at a time; `branch` for several at once.

    Stored by default: each turn names the one before it. With `store=False` nothing is kept by
    the service, and each turn sends all that was said before, verbatim. Both are used alike.
    """

    @overload
    def send(
        self,
        input: latest_params.InteractionInputParam,
        *,
        stream: Literal[True],
        **options: Unpack[TurnOptions],
    ) -> RunStream[EventT, InteractionT]: ...
    @overload
    def send(
        self,
        input: latest_params.InteractionInputParam,
        *,
        stream: Literal[False] = False,
        **options: Unpack[TurnOptions],
    ) -> InteractionT: ...
    def send(self, input: Any, *, stream: bool = False, **options: Any) -> Any:
        """The next turn: what the user says, and what the model makes of it, calls included.

        A turn that fails changes nothing: send it again, or `resume` where its error has a state.
        """
        return self._taken(self._next_turn(input, stream, options), stream)

    @overload
    def answer(
        self,
        results: Iterable[ResultLike],
        *,
        stream: Literal[True],
        **options: Unpack[TurnOptions],
    ) -> RunStream[EventT, InteractionT]: ...
    @overload
    def answer(
        self,
        results: Iterable[ResultLike],
        *,
        stream: Literal[False] = False,
        **options: Unpack[TurnOptions],
    ) -> InteractionT: ...
    def answer(self, results: Any, *, stream: bool = False, **options: Any) -> Any:
        """Go on with the results of `pending` calls; calls of own functions are made then."""
        return self._taken(self._answered_turn(results, stream, options), stream)

    @overload
    def resume(
        self, state: RunState, *, stream: Literal[True], **options: Unpack[TurnOptions]
    ) -> RunStream[EventT, InteractionT]: ...
    @overload
    def resume(
        self, state: RunState, *, stream: Literal[False] = False, **options: Unpack[TurnOptions]
    ) -> InteractionT: ...
    def resume(self, state: RunState, *, stream: bool = False, **options: Any) -> Any:
        """Take a turn up again that stopped on its way: `state` is on the error."""
        return self._taken(self._resumed_turn(state, stream, options), stream)

    def _check(self, run: Run) -> None:
        run.refuse_async()

    def _taken(self, run: Run, stream: bool) -> Any:
        run.refuse_async()
        shell = RunShell.of(self._operations.shell)
        procedure = self._remembering(run)
        if stream:
            return RunStream[Any, Any](shell, run, procedure)
        return shell.run(procedure).interaction
