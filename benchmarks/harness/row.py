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
Setting = Callable[[], AbstractContextManager[str]]
"""What has to be there while a row runs: a server, whose address it gives, or a folder."""


@dataclass(frozen=True)
class Measure:
    name: str
    digits: int = 0


@dataclass(frozen=True)
class Contender:
    """`start(setting, *arguments)` gets ready, in a process of the peer's own environment."""

    name: str
    peer: str
    start: Callable[..., Operation]
    arguments: tuple[Any, ...] = ()
    every: int = 1
    """It takes part in one round of so many: the slow ones."""


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
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...]
    take: Callable[[Operation], Figures]
    """Does an operation and takes its figures."""
    rounds: int
    setting: Setting | None = None
    is_fresh: bool = False
    """Each round is a process of its own."""
    ours: str = "ours"
    """Whom the ratios are to."""
    tried: str = ""
    """For goals that are not met: what was tried, and what limits them."""


@dataclass
class Samples:
    """What the rounds gave: contender → measure → one figure a round."""

    found: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, contender: str, figures: Figures) -> None:
        for measure, figure in figures.items():
            self.found.setdefault(contender, {}).setdefault(measure, []).append(figure)

    def of(self, contender: str, measure: str) -> list[float]:
        return self.found.get(contender, {}).get(measure, [])
