"""What a row is: what is measured, by whom, and the goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

Operation = Callable[[], Any]
"""What one round of a contender does. What it gives is for the row's `take`."""
Figures = Mapping[str, float]
"""What one round gave, by the measures' names; a measure that does not apply is left out."""


@dataclass(frozen=True)
class Scene:
    """What has to be there while a row runs: a server, or a folder of files."""

    address: str = ""
    """What contenders are told: where it is."""
    server: int | None = None
    """The server's process."""


@dataclass(frozen=True)
class Measure:
    name: str
    digits: int = 0


SERVER_BUSY = Measure("server busy, %")
"""How much of the time the server's process worked: taken wherever the scene has one."""


@dataclass(frozen=True)
class Contender:
    """`start(address, *arguments)` gets ready, in a process of the peer's own environment."""

    name: str
    peer: str
    start: Callable[..., Operation]
    arguments: tuple[Any, ...] = ()
    every: int = 1
    """It takes part in one round of so many: the slow ones."""
    take: Callable[[Operation], Figures] | None = None
    """Instead of the row's, for a contender that does something else than the others."""


@dataclass(frozen=True)
class Goal:
    """A limit for one contender's figure, by itself or as a multiple of another one's."""

    contender: str
    measure: str
    limit: float
    of: str = ""
    is_floor: bool = False


def at_most(contender: str, measure: str, limit: float, of: str = "") -> Goal:
    return Goal(contender, measure, limit, of)


def at_least(contender: str, measure: str, limit: float, of: str = "") -> Goal:
    return Goal(contender, measure, limit, of, is_floor=True)


@dataclass(frozen=True)
class Row:
    title: str
    about: str
    """What is measured, and how; what the report says of it."""
    measures: tuple[Measure, ...]
    """The first is the one that contenders are compared by."""
    contenders: tuple[Contender, ...]
    take: Callable[[Operation], Figures]
    """Does an operation and takes its figures."""
    rounds: int
    goals: tuple[Goal, ...] = ()
    scene: Callable[[], AbstractContextManager[Scene]] | None = None
    is_fresh: bool = False
    """Each round is a process of its own. Else the process does one more before the first."""
    ours: str = "ours"
    """Whom the others are compared with."""
    tried: str = ""
    """For goals that are not met: what limits them, and what was tried."""
    appendix: Callable[[], str] | None = None
    """Gives more for the report than figures of contenders."""


@dataclass
class Samples:
    """What the rounds gave: contender → measure → one figure a round."""

    found: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, contender: str, figures: Figures) -> None:
        for measure, figure in figures.items():
            self.found.setdefault(contender, {}).setdefault(measure, []).append(figure)

    def of(self, contender: str, measure: str) -> list[float]:
        return self.found.get(contender, {}).get(measure, [])
