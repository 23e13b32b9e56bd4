"""The interactions the server remembers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from .json_values import Json
from .run import Run
from .validation import not_found

_LIMIT = 20_000
"""A server that benchmarks hammer for minutes forgets its oldest interactions."""


class Store:
    """Runs by id, oldest first."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._count = 0
        self._runs: dict[str, Run] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(list(self._runs.values()))

    def __contains__(self, interaction_id: object) -> bool:
        return interaction_id in self._runs

    def next_number(self) -> int:
        """Counts the interactions ever created."""
        self._count += 1
        return self._count

    def id_for(self, number: int) -> str:
        """An opaque id; the same server, told the same things, gives the same ids."""
        digest = hashlib.sha256(f"{self._seed}:{number}".encode()).digest()
        return "v1_" + base64.urlsafe_b64encode(digest[:24]).decode()

    def add(self, run: Run) -> None:
        self._runs[run.id] = run
        while len(self._runs) > _LIMIT:
            del self._runs[next(iter(self._runs))]

    def get(self, interaction_id: str) -> Run:
        """The run, or the 404 that says there is none."""
        if run := self._runs.get(interaction_id):
            return run
        raise not_found(interaction_id)

    def delete(self, interaction_id: str) -> None:
        self.get(interaction_id)
        del self._runs[interaction_id]

    def clear(self) -> None:
        self._runs.clear()

    def history(self, interaction_id: str) -> list[Json]:
        """All steps of a chain, input and output, up to and with this interaction."""
        chain: list[Run] = []
        seen: set[str] = set()
        while interaction_id and interaction_id not in seen:
            seen.add(interaction_id)
            # A deleted ancestor ends the walk: its descendants stay usable.
            run = self._runs.get(interaction_id) if chain else self.get(interaction_id)
            if run is None:
                break
            chain.insert(0, run)
            interaction_id = str(run.request.get("previous_interaction_id") or "")
        return [step for run in chain for step in [*run.input_steps, *run.answer.steps]]
