"""What was said before the last answer of a run, as contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field

from .._bindings import bindings_of
from .._core.dialogues.dialogue import as_items, listed
from .._core.dialogues.run_state import RunState
from .._core.drafts import shape_of
from .from_interactions import to_contents
from .json_values import Json
from .losses import Translated

__all__ = ["History"]


@define
class History:
    """The checkpoint of a run: remembers the last round whose calls all have results."""

    revision: str
    then: Callable[[RunState], object] | None = None
    """The checkpoint of the program, if it has one."""
    said: Translated[list[Json]] = field(init=False, factory=lambda: Translated([], []))
    """The contents that were asked, then calls and results in turn; none without calls."""

    def __call__(self, state: RunState) -> None:
        if len(state.results) == len(state.dialogue.calls):
            self.said = self._contents(state)
        if self.then is not None:
            self.then(state)

    def _contents(self, state: RunState) -> Translated[list[Json]]:
        shape = shape_of(bindings_of(self.revision).types)
        results: list[Any] = [state.results[at] for at in sorted(state.results)]
        items = [*listed(state.dialogue.exchanges, shape), *as_items(results, shape)]
        said = to_contents(items, revision=self.revision)
        return evolve(said, losses=[evolve(one, path=f"/history{one.path}") for one in said.losses])
